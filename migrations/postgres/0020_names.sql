-- breaks older versions: they read these columns by their former names
ALTER TABLE latchkey_accounts RENAME COLUMN held_until TO resets_blocked_until;
ALTER TABLE latchkey_keys RENAME COLUMN pressed_at TO claimed_at;
ALTER TABLE latchkey_keys RENAME COLUMN pressed_in TO claimed_in;
ALTER TABLE latchkey_keys RENAME COLUMN minted TO codes_issued;
ALTER TABLE latchkey_outbox RENAME COLUMN trouble TO last_error;
ALTER TABLE latchkey_counts RENAME TO latchkey_rate_limits;
ALTER INDEX latchkey_counts_full RENAME TO latchkey_rate_limits_full;
ALTER INDEX latchkey_counts_pkey RENAME TO latchkey_rate_limits_pkey;
ALTER TABLE latchkey_tallies RENAME TO latchkey_daily_stats;
ALTER TABLE latchkey_daily_stats RENAME COLUMN n TO hits;
ALTER INDEX latchkey_tallies_pkey RENAME TO latchkey_daily_stats_pkey;
