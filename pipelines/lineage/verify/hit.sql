-- Which accounts an objection covers: by role (its stored value from 0), on which surfaces. An objection names an
-- account by its id or by one of its identifiers, and covers each of its roles on each of its surfaces; unless it says
-- otherwise it covers every account that shares a person with one it names, and so on from account to account. It
-- counts if it is made against one of the purposes of the corpus. `older` is what those cover that were withdrawn and
-- keep out what was published before; of their instants the latest counts for the whole account.
CREATE TEMP TABLE hit AS
WITH RECURSIVE
named AS (
  SELECT DISTINCT written.account_id, objection.linked, objection.roles, objection.surfaces, objection.until
  FROM written JOIN objection ON written.type = objection.type AND written.pseudonym = objection.pseudonym
  WHERE objection.purposes & $purposes::USMALLINT <> 0
),
link AS (
  SELECT DISTINCT account_id, person_id FROM account_row WHERE person_id IS NOT NULL
),
reached(account_id, roles, surfaces, until) AS (
  SELECT account_id, roles, surfaces, until FROM named WHERE linked
  UNION
  SELECT theirs.account_id, reached.roles, reached.surfaces, reached.until
  FROM reached
  JOIN link AS own ON own.account_id = reached.account_id
  JOIN link AS theirs ON theirs.person_id = own.person_id
),
covered AS (
  SELECT account_id, roles, surfaces, until FROM named UNION ALL SELECT account_id, roles, surfaces, until FROM reached
),
scope AS (
  SELECT account_id, role, max(until) AS until,
    bit_or(if(until IS NULL AND roles & (1 << role) <> 0, surfaces, 0::USMALLINT)) AS surfaces,
    bit_or(if(until IS NOT NULL AND roles & (1 << role) <> 0, surfaces, 0::USMALLINT)) AS older
  FROM covered CROSS JOIN range($roles::BIGINT) AS every(role)
  GROUP BY account_id, role
)
SELECT account_id, list(surfaces ORDER BY role) AS surfaces, list(older ORDER BY role) AS older, max(until) AS until
FROM scope GROUP BY account_id;
