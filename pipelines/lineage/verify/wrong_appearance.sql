-- The footprint part of a split against everybody who appears in its rows.
WITH seen AS (
  SELECT subject, role, sum(rows)::BIGINT AS rows, sum(kept)::BIGINT AS kept, sum(removed)::BIGINT AS removed,
    sum(quarantined)::BIGINT AS quarantined
  FROM appearance GROUP BY subject, role
)
SELECT format('{:016x}', coalesce(seen.subject, footprint.subject)) AS subject,
  coalesce(seen.role, footprint.role) AS role,
  [seen.rows, seen.kept, seen.removed, seen.quarantined] AS expected,
  [footprint.rows, footprint.kept, footprint.removed, footprint.quarantined] AS found,
  count(*) OVER () AS total
FROM seen FULL JOIN footprint ON footprint.subject = seen.subject AND footprint.role = seen.role
WHERE (seen.rows, seen.kept, seen.removed, seen.quarantined) IS DISTINCT FROM (footprint.rows::BIGINT,
  footprint.kept::BIGINT, footprint.removed::BIGINT, footprint.quarantined::BIGINT)
ORDER BY subject, role LIMIT $cap;
