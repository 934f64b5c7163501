-- Takedowns of the snapshot as they were opened: the pseudonym that each has there, and that of its target under the
-- first key of the registry.
CREATE OR REPLACE TEMP TABLE written AS
SELECT type, form, purposes, here, held, unhex(hmac_hex($inner, $outer, message(type, scope, form))) AS pseudonym
FROM opened;
