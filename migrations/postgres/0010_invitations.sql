-- Invitations in the order of their addresses, without what strangers registered.
CREATE INDEX registrations_invited ON registrations (email_key) WHERE invited;
