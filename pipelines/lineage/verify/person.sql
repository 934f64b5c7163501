-- Whoever a batch names, by id: accounts, and those no account matches.
CREATE OR REPLACE TEMP TABLE stranger AS
SELECT id AS account_id, first_64(hmac_hex($inner, $outer, message('account', $platform, normal))) AS subject
FROM stranger_id;
