-- Adds to the counts of the split: rows by surface and reason, masks and pictures.
INSERT INTO counted
SELECT 'row', if(list_contains($surfaces::VARCHAR[], surface), surface, 'unknown'), reason, count(*) FROM batch GROUP BY ALL
UNION ALL
-- marks that the author wrote are none that were set
SELECT 'mask', kind, 0, sum(
    if(list_contains($columns, 'text'), tokens(r_text, kind) - tokens(text, kind), 0)
    + coalesce(list_sum(list_transform(r_media, lambda m: tokens(m.alt_text, kind) + tokens(m.caption, kind))), 0)
    - CASE WHEN len(list_filter(media, lambda m: contains(concat(m.alt_text, m.caption), '⟦'))) > 0
        THEN coalesce(list_sum(list_transform(
            released_of(r_media, allowed, $kinds),
            lambda i: tokens(media[i].alt_text, kind) + tokens(media[i].caption, kind))), 0)
        ELSE 0 END)
FROM (SELECT *, releasable(media, $mime_form, $sha256_form) AS allowed FROM batch WHERE place IS NOT NULL),
  (SELECT unnest($kinds::VARCHAR[]) AS kind)
GROUP BY kind
UNION ALL
SELECT 'picture', 'released', 0, coalesce(sum(len(r_media)), 0) FROM batch
UNION ALL
SELECT 'picture', 'standing', 0, coalesce(sum(pictures), 0) FROM judged JOIN batch ON batch.n = judged.n WHERE expected = 0;
