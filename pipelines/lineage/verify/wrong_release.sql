-- Kept rows whose row of the shard is not their own, column by column.
WITH kept AS (
  -- what is not of its field's form is released as null
  SELECT n, text, r_text, r_language, surface, r_surface, r_created_month,
    strftime(created_at, '%Y-%m') AS created_month,
    if(regexp_full_match(language, $language_form), language, NULL) AS language,
    list_transform(media, lambda m: {
      'sha256': if(regexp_full_match(m.sha256, $sha256_form), m.sha256, NULL),
      'mime': if(regexp_full_match(m.mime, $mime_form), m.mime, NULL),
      'alt_text': m.alt_text, 'caption': m.caption}) AS media,
    r_media
  FROM batch WHERE place IS NOT NULL
),
suspect AS (
  SELECT * FROM kept
  WHERE text IS DISTINCT FROM r_text OR language IS DISTINCT FROM r_language OR surface IS DISTINCT FROM r_surface
    OR created_month IS DISTINCT FROM r_created_month OR media IS DISTINCT FROM r_media
    OR coalesce(trim(r_text), '') = ''
),
compared AS (
  SELECT n,
    CASE
      WHEN list_contains($columns, 'text') AND NOT is_source(r_text, text, $kinds) THEN 'text'
      WHEN list_contains($columns, 'language') AND language IS DISTINCT FROM r_language THEN 'language'
      WHEN list_contains($columns, 'surface') AND surface IS DISTINCT FROM r_surface THEN 'surface'
      WHEN list_contains($columns, 'created_month') AND created_month IS DISTINCT FROM r_created_month
        THEN 'created_month'
      -- each released picture is the next of the source's that equals it: a part of them, in order
      WHEN list_contains($columns, 'media') AND list_reduce(
          range(1, coalesce(len(media), 0) + 1),
          lambda found, i: found + coalesce(
            r_media[found + 1].sha256 IS NOT DISTINCT FROM media[i].sha256
            AND r_media[found + 1].mime IS NOT DISTINCT FROM media[i].mime
            AND is_source(r_media[found + 1].alt_text, media[i].alt_text, $kinds)
            AND is_source(r_media[found + 1].caption, media[i].caption, $kinds)
            AND found < len(r_media), false)::BIGINT,
          0::BIGINT) <> coalesce(len(r_media), 0) THEN 'media'
      WHEN list_contains($columns, 'media') AND $every_picture
        AND coalesce(len(r_media), 0) <> coalesce(len(media), 0) THEN 'withheld'
      -- a column that is not released is null here
      WHEN coalesce(trim(r_text), '') = '' AND coalesce(len(r_media), 0) = 0 THEN 'empty'
    END AS wrong
  FROM suspect
)
SELECT n, wrong, count(*) OVER () AS total FROM compared WHERE wrong IS NOT NULL ORDER BY n LIMIT $cap;
