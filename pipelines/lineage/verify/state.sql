-- The eligibility states of the version against those that follow from source, registry and policy.
WITH packed AS (
  SELECT subject,
    little_8(subject)
    || little_2(active::INTEGER + 2 * kind_allowed::INTEGER + 4 * adult_now::INTEGER + 8 * notified::INTEGER
      + 16 * region_allowed::INTEGER + 32 * public::INTEGER + 64 * restricted::INTEGER)
    || little_2(clear)
    -- a signed number in two's complement: who turned 18 before 1970 has a negative one
    || little_8(((coalesce(epoch_us(adult_from), 0)::HUGEINT + 18446744073709551616) % 18446744073709551616)::UBIGINT)
    || if(adult_from IS NULL, '00', '01') AS packed
  FROM account
),
derived AS (
  SELECT subject,
    first_64(hmac_hex($inner, $outer, message('state', '', '') || unhex(packed))) AS state
  FROM packed
),
compared AS (
  SELECT coalesce(derived.subject, eligibility.subject) AS subject, derived.state AS expected,
    eligibility.state AS found
  FROM derived FULL JOIN eligibility ON derived.subject = eligibility.subject
  WHERE derived.state IS DISTINCT FROM eligibility.state
)
SELECT format('{:016x}', subject), expected IS NOT NULL, found IS NOT NULL, count(*) OVER () AS total
FROM compared ORDER BY subject LIMIT $cap;
