-- What eligibility says of the ids in `asked`, in their order. Of whom no account has, it says nothing.
SELECT coalesce(account.subject, stranger.subject) AS subject,
  account.account_id IS NOT NULL AS known,
  coalesce(account.flags, 0)::USMALLINT AS flags,
  coalesce(account.clear, list_resize([]::USMALLINT[], $roles::BIGINT, 0)) AS clear,
  coalesce(account.clear_older, list_resize([]::USMALLINT[], $roles::BIGINT, 0)) AS clear_older,
  coalesce(epoch_us(account.until), 0)::BIGINT AS until,
  coalesce(epoch_us(account.adult_from), 0)::BIGINT AS adult_from,
  account.adult_from IS NOT NULL AS age_known
FROM asked
LEFT JOIN account ON account.account_id = asked.account_id
LEFT JOIN stranger ON stranger.account_id = asked.account_id
ORDER BY n;
