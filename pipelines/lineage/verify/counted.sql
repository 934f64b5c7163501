-- Adds to the counts of the split: rows by surface and reason, masks and pictures.
INSERT INTO counted
SELECT 'row', if(list_contains($surfaces::VARCHAR[], surface), surface, 'unknown'), reason, count(*) FROM batch GROUP BY ALL
UNION ALL
SELECT 'mask', kind, 0, sum(tokens(r_text, kind) - tokens(text, kind) + coalesce(list_sum(list_transform(r_media,
    lambda m: tokens(m.alt_text, kind) + tokens(m.caption, kind))), 0))
FROM (SELECT * FROM batch WHERE place IS NOT NULL), (SELECT unnest($kinds::VARCHAR[]) AS kind)
GROUP BY kind
UNION ALL
SELECT 'picture', 'released', 0, coalesce(sum(len(r_media)), 0) FROM batch
UNION ALL
SELECT 'picture', 'standing', 0, coalesce(sum(pictures), 0) FROM judged JOIN batch ON batch.n = judged.n WHERE expected = 0;
