-- Kept rows whose row of the shard is not their own, column by column.
WITH kept AS (
  -- what is not of its field's form is released as null
  SELECT batch.n, text, r_text, r_language, surface, r_surface, r_created_month,
    strftime(created_at, '%Y-%m') AS created_month,
    if(regexp_full_match(language, $language_form), language, NULL) AS language,
    releasable(media, $mime_form, $sha256_form) AS media,
    -- persons who release a picture have seen it, whatever was written of it or read
    if($assessed AND NOT coalesce(review_hit.released, false),
      releasable(list_filter(media, lambda m: may_be_assessed(m)), $mime_form, $sha256_form), NULL) AS assessable,
    r_media
  FROM batch LEFT JOIN review_hit ON review_hit.n = batch.n WHERE place IS NOT NULL
),
suspect AS (
  SELECT * FROM kept
  WHERE text IS DISTINCT FROM r_text OR language IS DISTINCT FROM r_language OR surface IS DISTINCT FROM r_surface
    OR created_month IS DISTINCT FROM r_created_month OR media IS DISTINCT FROM r_media
    OR len(assessable) < len(media) OR NOT is_visible(r_text)
),
compared AS (
  SELECT n,
    CASE
      WHEN list_contains($columns, 'text') AND NOT is_source(r_text, text, $kinds) THEN 'text'
      WHEN list_contains($columns, 'language') AND language IS DISTINCT FROM r_language THEN 'language'
      WHEN list_contains($columns, 'surface') AND surface IS DISTINCT FROM r_surface THEN 'surface'
      WHEN list_contains($columns, 'created_month') AND created_month IS DISTINCT FROM r_created_month
        THEN 'created_month'
      -- each released picture is one of the source's, in order
      WHEN list_contains($columns, 'media') AND len(released_of(r_media, media, $kinds)) <> coalesce(len(r_media), 0)
        THEN 'media'
      WHEN list_contains($columns, 'media') AND assessable IS NOT NULL
        AND len(released_of(r_media, assessable, $kinds)) <> coalesce(len(r_media), 0) THEN 'unassessed'
      WHEN list_contains($columns, 'media') AND $every_picture
        AND coalesce(len(r_media), 0) <> coalesce(len(media), 0) THEN 'withheld'
      -- a column that is not released is null here
      WHEN NOT is_visible(r_text) AND coalesce(len(r_media), 0) = 0 THEN 'empty'
    END AS wrong
  FROM suspect
)
SELECT n, wrong, count(*) OVER () AS total FROM compared WHERE wrong IS NOT NULL ORDER BY n LIMIT $cap;
