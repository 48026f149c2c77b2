-- Invitations in the order of their addresses, without what strangers registered.
CREATE INDEX latchkey_registrations_invited ON latchkey_registrations (email_key) WHERE invited;
