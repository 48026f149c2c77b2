-- breaks older versions: they read these columns by their former names
ALTER TABLE latchkey_accounts RENAME COLUMN held_until TO resets_blocked_until;
ALTER TABLE latchkey_keys RENAME COLUMN pressed_at TO claimed_at;
ALTER TABLE latchkey_keys RENAME COLUMN pressed_in TO claimed_in;
ALTER TABLE latchkey_keys RENAME COLUMN minted TO codes_issued;
ALTER TABLE latchkey_outbox RENAME COLUMN trouble TO last_error;
ALTER TABLE latchkey_counts RENAME TO latchkey_rate_limits;
DROP INDEX latchkey_counts_full;
CREATE INDEX latchkey_rate_limits_full ON latchkey_rate_limits (full_at);
ALTER TABLE latchkey_tallies RENAME TO latchkey_daily_stats;
ALTER TABLE latchkey_daily_stats RENAME COLUMN n TO hits;
