//! Proof that the races would detect a fault: with a database that never spends anything, more than one wins.

use crate::{
    common::{Capabilities, Setting},
    races::{harness, spend_at_once},
};

for_every_strategy! {
    a_key_that_stays_is_noticed,
}

const SQLITE: &str = "
    CREATE TRIGGER keys_stay AFTER DELETE ON latchkey_keys WHEN old.purpose <> 'temporary' BEGIN
        INSERT INTO latchkey_keys (id, account_id, purpose, digest, parent, policy, browser,
            sealed, tries, codes_issued, issued_at, claimed_at, expires_at) VALUES (old.id, old.account_id, old.purpose, old.digest, old.parent, old.policy, old.browser,
            old.sealed, 0, old.codes_issued, old.issued_at, old.claimed_at, old.expires_at);
    END;
    CREATE TRIGGER passwords_stay AFTER UPDATE OF password_hash ON latchkey_accounts BEGIN
        UPDATE latchkey_accounts SET password_hash = old.password_hash, version = old.version WHERE id = old.id;
    END;";

const POSTGRES: &str = "
    CREATE FUNCTION keys_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        OLD.tries := 0;
        INSERT INTO latchkey_keys SELECT OLD.*;
        RETURN OLD;
    END $$;
    CREATE TRIGGER keys_stay AFTER DELETE ON latchkey_keys FOR EACH ROW WHEN (OLD.purpose <> 'temporary')
        EXECUTE FUNCTION keys_stay();
    CREATE FUNCTION passwords_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.password_hash := OLD.password_hash;
        NEW.version := OLD.version;
        RETURN NEW;
    END $$;
    CREATE TRIGGER passwords_stay BEFORE UPDATE OF password_hash ON latchkey_accounts FOR EACH ROW
        EXECUTE FUNCTION passwords_stay();";

async fn a_key_that_stays_is_noticed(setting: Setting) {
    let harness = harness(&setting).await;
    let ann = harness.site().person("ann").await;
    harness.db_probe.alter(SQLITE, POSTGRES).await;
    let (won, _) = spend_at_once(&harness, &ann, 0).await;
    assert!(won.len() > 1, "only {won:?} won where every one could: the races see nothing");
    if !setting.strategy.mails_password() {
        assert!(harness.site().opens(&ann.email, &ann.password).await);
    }
}
