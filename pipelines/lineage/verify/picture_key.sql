-- The keyed digest of each picture of a relation `pictured`: of its bytes where they were digested, so that copies are
-- alike; otherwise of its record and its place there.
CREATE OR REPLACE TEMP TABLE picture_key AS
WITH picture AS (
  SELECT n, record_id, unnest(range(len(media))) AS medium, unnest(media).sha256 AS digest
  FROM pictured WHERE len(media) > 0 AND ($every OR n IN (SELECT "row" FROM queue))
),
named AS (
  SELECT n, medium, digest IS NOT NULL AS copies,
    if(digest IS NOT NULL,
      message('media', '', lower(regexp_replace(digest, '^[\s\v\x1c-\x1f\x{85}\pZ]+|[\s\v\x1c-\x1f\x{85}\pZ]+$', '', 'g'))),
      message('picture', medium::VARCHAR, coalesce(record_id, ''))) AS name
  FROM picture
)
SELECT n, medium, copies, key.picture
FROM named
JOIN (SELECT name, first_64(hmac_hex($inner, $outer, name)) AS picture FROM (SELECT DISTINCT name FROM named)) AS key
  ON key.name = named.name;
