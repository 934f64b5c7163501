-- Reasons whose rows in the split's tally are not those of its ledger part.
WITH told AS (SELECT reason, sum(rows)::BIGINT AS rows FROM tally GROUP BY reason),
counted AS (SELECT reason, count(*) AS rows FROM ledger GROUP BY reason)
SELECT coalesce(told.reason, counted.reason) AS code, coalesce(counted.rows, 0) AS expected,
  coalesce(told.rows, 0) AS found
FROM told FULL JOIN counted ON told.reason = counted.reason
WHERE counted.rows IS DISTINCT FROM told.rows ORDER BY code;
