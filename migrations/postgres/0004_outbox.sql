-- What is to be done after the answer: messages, and requests for a reset. `sealed` is emptied once it is done.
CREATE TABLE outbox (
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

CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX outbox_account ON outbox (account_id) WHERE state = 'waiting';
CREATE INDEX outbox_done ON outbox (done_at);
