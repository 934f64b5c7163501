-- All that may be said of an account, under its subject.
CREATE TEMP TABLE account AS
SELECT
  *,
  (active::INTEGER + 2 * kind_allowed::INTEGER + 4 * adult_now::INTEGER + 8 * notified::INTEGER
    + 16 * region_allowed::INTEGER + 32 * public::INTEGER + 64 * restricted::INTEGER)::USMALLINT AS flags
FROM (SELECT
  merged.*,
  first_64(hmac_hex($inner, $outer, message('account', own.scope, own.normal))) AS subject,
  -- of each role, by its stored value: the surfaces that no objection covers, and those on which none covers what was
  -- published before `until`
  list_transform(coalesce(hit.surfaces, list_resize([]::USMALLINT[], $roles::BIGINT, 0)),
    lambda covered: (65535 & ~covered::INTEGER)::USMALLINT) AS clear,
  list_transform(coalesce(hit.older, list_resize([]::USMALLINT[], $roles::BIGINT, 0)),
    lambda covered: (65535 & ~covered::INTEGER)::USMALLINT) AS clear_older,
  hit.until,
  coalesce(adult_from <= $as_of::TIMESTAMP, false) AS adult_now
FROM merged
JOIN identity AS own ON own.account_id = merged.account_id AND own.own
LEFT JOIN hit ON hit.account_id = merged.account_id);
