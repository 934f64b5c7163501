-- Rows of a footprint part out of order, beyond their own sum, or at odds with the ledger part.
WITH counted AS (
  SELECT ledger.footprint AS n,
    count(*) AS rows,
    count(*) FILTER (reason.outcome = 'kept') AS kept,
    count(*) FILTER (reason.outcome = 'removed') AS removed,
    count(*) FILTER (reason.outcome = 'quarantined') AS quarantined
  FROM ledger JOIN reason ON reason.code = ledger.reason
  WHERE ledger.footprint IS NOT NULL
  GROUP BY ledger.footprint
),
ordered AS (
  SELECT *, lag(subject) OVER (ORDER BY n) AS before, lag(role) OVER (ORDER BY n) AS role_before
  FROM footprint
),
checked AS (
  SELECT ordered.n,
    CASE
      WHEN ordered.role > $last_role THEN 'role'
      WHEN before > subject OR (before = subject AND role_before >= role) THEN 'order'
      WHEN ordered.rows = 0 OR ordered.kept::BIGINT + ordered.removed + ordered.quarantined > ordered.rows THEN 'sum'
      WHEN ordered.role = $author AND (counted.rows, counted.kept, counted.removed, counted.quarantined)
        IS DISTINCT FROM (ordered.rows::BIGINT, ordered.kept::BIGINT, ordered.removed::BIGINT,
          ordered.quarantined::BIGINT) THEN 'author'
    END AS wrong
  FROM ordered LEFT JOIN counted ON counted.n = ordered.n
)
SELECT n, wrong, count(*) OVER () AS total FROM checked WHERE wrong IS NOT NULL ORDER BY n LIMIT $cap;
