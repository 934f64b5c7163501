-- Account ids of a batch that no account has; their normal forms come back as `stranger_id`.
SELECT DISTINCT id
FROM (SELECT account_id AS id FROM batch UNION ALL SELECT unnest(others).account FROM batch)
WHERE id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM account WHERE account.account_id = id);
