-- The keyed digest of each picture of a relation `pictured`: of its bytes where they were digested, so that copies are
-- alike; otherwise of its record. Of every record with pictures that digest is there as well, without a place: what
-- was refused before anybody digested its bytes is refused in its record.
CREATE OR REPLACE TEMP TABLE picture_key AS
WITH chosen AS (
  SELECT n, record_id, media FROM pictured WHERE len(media) > 0 AND ($every OR n IN (SELECT "row" FROM queue))
),
picture AS (
  SELECT n, record_id, unnest(range(len(media))) AS medium, unnest(media).sha256 AS digest FROM chosen
),
named AS (
  SELECT n, medium, digest IS NOT NULL AS copies,
    if(digest IS NOT NULL,
      message('media', '', lower(regexp_replace(digest, '^[\s\v\x1c-\x1f\x{85}\pZ]+|[\s\v\x1c-\x1f\x{85}\pZ]+$', '', 'g'))),
      message('picture', '', coalesce(record_id, ''))) AS name
  FROM picture
  UNION ALL
  SELECT n, NULL, false, message('picture', '', coalesce(record_id, '')) FROM chosen
)
SELECT n, medium, copies, key.picture
FROM named
JOIN (SELECT name, first_64(hmac_hex($inner, $outer, name)) AS picture FROM (SELECT DISTINCT name FROM named)) AS key
  ON key.name = named.name;
