-- What is to be done after the answer: messages, and requests for a reset. `sealed` is emptied once it is done.
CREATE TABLE latchkey_outbox (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    account_id UUID,
    key_id UUID,
    attempts BIGINT NOT NULL,
    trouble TEXT,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    done_at BIGINT
);

CREATE INDEX latchkey_outbox_due ON latchkey_outbox (due_at) WHERE state = 'waiting';
CREATE INDEX latchkey_outbox_account ON latchkey_outbox (account_id) WHERE state = 'waiting';
CREATE INDEX latchkey_outbox_done ON latchkey_outbox (done_at);
