-- The eligibility states of the version against those that follow from source, registry and policy.
WITH compared AS (
  SELECT coalesce(derived.subject, eligibility.subject) AS subject, derived.state AS expected,
    eligibility.state AS found
  FROM derived FULL JOIN eligibility ON derived.subject = eligibility.subject
  WHERE derived.state IS DISTINCT FROM eligibility.state
)
SELECT format('{:016x}', subject), expected IS NOT NULL, found IS NOT NULL, count(*) OVER () AS total
FROM compared ORDER BY subject LIMIT $cap;
