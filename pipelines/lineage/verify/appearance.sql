-- Adds to the footprint of the split whoever appears in a batch, once per record and role.
INSERT INTO appearance
WITH person AS (
  SELECT account_id, subject FROM account UNION ALL SELECT account_id, subject FROM stranger
),
picture AS (
  SELECT n, lower(regexp_replace(digest, '^[\s\v\x1c-\x1f\x{85}\pZ]+|[\s\v\x1c-\x1f\x{85}\pZ]+$', '', 'g')) AS digest
  FROM (SELECT n, unnest(media).sha256 AS digest FROM batch WHERE len(media) > 0) WHERE digest IS NOT NULL
),
picture_subject AS (
  SELECT digest, first_64(hmac_hex($inner, $outer, message('media', '', digest))) AS subject
  FROM (SELECT DISTINCT digest FROM picture)
),
appears AS (
  SELECT n, person.subject, $author AS role
  FROM batch JOIN person ON person.account_id = batch.account_id
  UNION ALL
  SELECT DISTINCT n, person.subject, role.code
  FROM (SELECT n, unnest(others) AS other FROM batch WHERE len(others) > 0) AS named
  JOIN person ON person.account_id = named.other.account
  JOIN role ON role.label = named.other.role
  UNION ALL
  SELECT DISTINCT n, picture_subject.subject, $media
  FROM picture JOIN picture_subject ON picture_subject.digest = picture.digest
)
SELECT appears.subject, appears.role,
  count(*),
  count(*) FILTER (reason.outcome = 'kept'),
  count(*) FILTER (reason.outcome = 'removed'),
  count(*) FILTER (reason.outcome = 'quarantined')
FROM appears
JOIN batch ON batch.n = appears.n
LEFT JOIN reason ON reason.code = batch.reason
GROUP BY appears.subject, appears.role;
