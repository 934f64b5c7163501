-- Where a part of the queue and the ledger part contradict each other.
WITH entry AS (
  SELECT queue.*, ledger.reason, ledger.rules AS seen,
    lag(("row", medium)) OVER (ORDER BY queue.n) >= ("row", medium) AS falls
  FROM queue LEFT JOIN ledger ON ledger.n = queue."row"
),
wrong AS (
  SELECT "row" AS n,
    CASE
      WHEN falls THEN 'order'
      WHEN reason IS DISTINCT FROM $suspected THEN 'fate'
      WHEN len(rules) = 0 OR NOT coalesce(list_has_all(seen, rules), false) THEN 'rules'
    END AS wrong
  FROM entry
  UNION ALL
  SELECT n, 'missing' FROM ledger WHERE reason = $suspected AND n NOT IN (SELECT "row" FROM queue)
)
SELECT n, wrong, count(*) OVER () AS total FROM wrong WHERE wrong IS NOT NULL ORDER BY n LIMIT $cap;
