-- Where a part of the queue, the ledger part and the decisions contradict each other. `names` are the ids of the
-- version's rules in order. A release is of bytes that somebody digested.
WITH entry AS (
  SELECT queue.*, ledger.reason, ledger.rules AS seen,
    lag(("row", medium)) OVER (ORDER BY queue.n) >= ("row", medium) AS falls,
    list_transform(queue.rules, lambda rule: ($names::VARCHAR[])[rule + 1]) AS fired
  FROM queue LEFT JOIN ledger ON ledger.n = queue."row"
),
decided AS (
  SELECT DISTINCT entry.n
  FROM entry JOIN review ON review.picture = entry.picture
  WHERE review.decision = $refused
    OR (review.words = entry.words AND (review.decision = $expired
      OR (review.decision = $released AND entry.copies AND list_has_all(review.rules, entry.fired))))
),
wrong AS (
  SELECT "row" AS n,
    CASE
      WHEN falls THEN 'order'
      WHEN reason IS DISTINCT FROM $suspected THEN 'fate'
      WHEN len(rules) = 0 OR NOT coalesce(list_has_all(seen, rules), false) THEN 'rules'
      WHEN decided.n IS NOT NULL THEN 'decided'
    END AS wrong
  FROM entry LEFT JOIN decided ON decided.n = entry.n
  UNION ALL
  SELECT n, 'missing' FROM ledger WHERE reason = $suspected AND n NOT IN (SELECT "row" FROM queue)
)
SELECT n, wrong, count(*) OVER () AS total FROM wrong WHERE wrong IS NOT NULL ORDER BY n LIMIT $cap;
