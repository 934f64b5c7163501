-- Rows whose ledger entry points at somebody else's row of the footprint.
WITH person AS (
  SELECT account_id, subject FROM account UNION ALL SELECT account_id, subject FROM stranger
)
SELECT n, person.subject IS NULL AS nobody, count(*) OVER () AS total
FROM batch LEFT JOIN person ON person.account_id = batch.account_id
WHERE batch.author IS DISTINCT FROM person.subject
ORDER BY n LIMIT $cap;
