-- Which accounts a live objection covers, and on which surfaces. An objection names an account by its id
-- or by one of its identifiers; unless it says otherwise it covers every account that shares a person
-- with one it names, and so on from account to account.
CREATE TEMP TABLE hit AS
WITH RECURSIVE
written AS (
  SELECT account_id, type, unhex(hmac_hex($inner, $outer, message(type, scope, normal))) AS pseudonym
  FROM identity
),
named AS (
  SELECT DISTINCT written.account_id, objection.linked, objection.surfaces
  FROM written JOIN objection ON written.type = objection.type AND written.pseudonym = objection.pseudonym
),
link AS (
  SELECT DISTINCT account_id, person_id FROM account_row WHERE person_id IS NOT NULL
),
reached(account_id, surfaces) AS (
  SELECT account_id, surfaces FROM named WHERE linked
  UNION
  SELECT theirs.account_id, reached.surfaces
  FROM reached
  JOIN link AS own ON own.account_id = reached.account_id
  JOIN link AS theirs ON theirs.person_id = own.person_id
)
SELECT account_id, bit_or(surfaces)::USMALLINT AS surfaces
FROM (SELECT account_id, surfaces FROM named UNION ALL SELECT account_id, surfaces FROM reached)
GROUP BY account_id;
