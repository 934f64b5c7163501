-- What the split's entry in the list of splits counts, against what was counted.
WITH counts AS (
  SELECT what, name, reason, sum(amount)::BIGINT AS amount FROM counted GROUP BY ALL HAVING sum(amount) <> 0
)
SELECT coalesce(counts.what, told.what) AS what, coalesce(counts.name, told.name) AS name,
  coalesce(counts.reason, told.reason) AS reason,
  coalesce(counts.amount, 0) AS expected, coalesce(told.amount, 0) AS found
FROM counts FULL JOIN (SELECT * FROM told WHERE amount <> 0) AS told
  ON told.what = counts.what AND told.name = counts.name AND told.reason = counts.reason
WHERE counts.amount IS DISTINCT FROM told.amount::BIGINT
ORDER BY what, name, reason;
