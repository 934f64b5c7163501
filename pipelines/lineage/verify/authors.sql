-- What eligibility says of the authors of a split, in their order.
SELECT coalesce(account.subject, stranger.subject) AS subject,
  account.account_id IS NOT NULL AS known,
  coalesce(account.flags, 0)::USMALLINT AS flags,
  coalesce(account.clear, 0)::USMALLINT AS clear,
  coalesce(epoch_us(account.adult_from), 0)::BIGINT AS adult_from,
  account.adult_from IS NOT NULL AS age_known
FROM batch
LEFT JOIN account ON account.account_id = batch.account_id
LEFT JOIN stranger ON stranger.account_id = batch.account_id
ORDER BY n;
