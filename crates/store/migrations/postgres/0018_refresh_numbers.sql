-- A refresh token is its grant and its number. The number that was redeemed last takes the place of the hashes of the two
-- secrets; a grant that was refreshed before had redeemed the number before its current one.
ALTER TABLE grants ADD COLUMN refresh_redeemed BIGINT;
UPDATE grants SET refresh_redeemed = refresh_seq - 1 WHERE refresh_prev_hash IS NOT NULL;
ALTER TABLE grants DROP COLUMN refresh_hash;
ALTER TABLE grants DROP COLUMN refresh_prev_hash;
