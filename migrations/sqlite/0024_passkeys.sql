-- breaks older versions: they do not know this kind of factor
-- Of a passkey: its id, unique over all accounts, and the rest of it as JSON. Neither is a secret.
ALTER TABLE latchkey_factors ADD COLUMN credential_id BLOB;
ALTER TABLE latchkey_factors ADD COLUMN passkey TEXT;

CREATE UNIQUE INDEX latchkey_factors_credential ON latchkey_factors (credential_id);
