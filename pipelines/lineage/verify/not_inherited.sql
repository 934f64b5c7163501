-- Accounts that a linked objection reaches, by what they carry or through a person, and of which the snapshot has no
-- row of their own: once unlinked they would be free. Whatever the purpose: links are recorded for all of them.
WITH RECURSIVE
link AS (
  SELECT DISTINCT account_id, person_id FROM account_row WHERE person_id IS NOT NULL
),
reached(account_id, roles, surfaces, purposes, until) AS (
  SELECT written.account_id, objection.roles, objection.surfaces, objection.purposes, objection.until
  FROM written JOIN objection ON written.type = objection.type AND written.pseudonym = objection.pseudonym
  WHERE objection.linked
  UNION
  SELECT theirs.account_id, reached.roles, reached.surfaces, reached.purposes, reached.until
  FROM reached
  JOIN link AS own ON own.account_id = reached.account_id
  JOIN link AS theirs ON theirs.person_id = own.person_id
),
missing AS (
  SELECT DISTINCT account.subject
  FROM reached
  JOIN written AS own ON own.account_id = reached.account_id AND own.own
  JOIN account ON account.account_id = reached.account_id
  WHERE NOT EXISTS (
    SELECT 1 FROM objection
    WHERE objection.type = 'account' AND objection.linked AND objection.pseudonym = own.pseudonym
      AND objection.roles = reached.roles AND objection.surfaces = reached.surfaces
      AND objection.purposes = reached.purposes AND objection.until IS NOT DISTINCT FROM reached.until)
)
SELECT format('{:016x}', subject), count(*) OVER () AS total FROM missing ORDER BY subject LIMIT $cap;
