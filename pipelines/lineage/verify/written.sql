-- Pseudonyms of all that names an account, under the first key of the registry.
CREATE TEMP TABLE written AS
SELECT account_id, type, own, unhex(hmac_hex($inner, $outer, message(type, scope, normal))) AS pseudonym
FROM identity;
