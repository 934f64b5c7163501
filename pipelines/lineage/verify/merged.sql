-- One row per account. Of rows that disagree the most restrictive value wins, field by field: a proof
-- must stand in every row, a known contrary in one is enough, of two birth dates the later counts.
CREATE TEMP TABLE merged AS
WITH born AS (
  SELECT *,
    CASE
      WHEN list_contains($placeholders::DATE[], birth_date) THEN NULL
      -- no day of birth, says the policy's documentation
      WHEN birth_date NOT BETWEEN DATE '0001-01-01' AND DATE '9000-12-31' THEN NULL
      WHEN birth_precision = 'day' THEN birth_date
      WHEN birth_precision = 'month' THEN TRY(last_day(birth_date))
      WHEN birth_precision = 'year' THEN TRY(make_date(year(birth_date)::INTEGER, 12, 31))
    END AS latest_birth
  FROM account_row
),
aged AS (
  SELECT *,
    -- older than anybody gets: a placeholder that nobody listed
    CASE WHEN turns(latest_birth, $max_age + 1) > $as_of::TIMESTAMP THEN turns(latest_birth, $min_age) END AS adult_from
  FROM born
)
SELECT
  account_id,
  bool_and(coalesce(status = 'active', false)) AS active,
  bool_and(coalesce(list_contains($kinds::VARCHAR[], kind), false)) AS kind_allowed,
  bool_and(coalesce(notified_at <= $as_of::TIMESTAMP - to_days($notice_days::INTEGER), false)) AS notified,
  bool_and($regions::VARCHAR[] IS NULL OR coalesce(list_contains($regions::VARCHAR[], region), false))
    AS region_allowed,
  bool_and(coalesce(visibility = 'public', false)) AS public,
  bool_or(coalesce(visibility <> 'public' AND list_contains($visibilities::VARCHAR[], visibility), false))
    AS restricted,
  CASE WHEN bool_and(adult_from IS NOT NULL) THEN max(adult_from) END AS adult_from
FROM aged
GROUP BY account_id;
