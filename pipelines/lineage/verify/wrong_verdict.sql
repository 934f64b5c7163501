-- Rows whose ledger entry is not what it must be.
WITH first_reason AS (
  SELECT expected, arg_min(reason.code, reason.precedence) AS code
  FROM (SELECT DISTINCT expected FROM judged WHERE expected <> 0) JOIN reason ON expected & reason.bit <> 0
  GROUP BY expected
),
compared AS (
  SELECT batch.n, judged.expected, first_reason.code AS expected_code, batch.reason, batch.reasons,
    CASE
      WHEN judged.expected <> 0 AND (batch.reasons <> judged.expected OR batch.reason <> first_reason.code) THEN 'reasons'
      WHEN judged.expected = 0 AND batch.reasons & $standing <> 0 THEN 'reasons'
      WHEN judged.expected = 0 AND judged.declared AND batch.reasons & $minor_image_declared = 0 THEN 'declared'
      WHEN judged.expected = 0 AND judged.pictures = 0 AND batch.reasons & $picture <> 0 THEN 'picture'
      WHEN judged.expected = 0 AND NOT judged.declared AND NOT judged.said_in_words
        AND batch.reasons & $minor_image_declared <> 0 THEN 'undeclared'
      WHEN judged.expected = 0 AND coalesce(review_hit.refused, false) AND batch.reasons & $review_refused = 0
        THEN 'refused'
      WHEN judged.expected = 0 AND NOT coalesce(review_hit.refused, false) AND batch.reasons & $review_refused <> 0
        THEN 'unrefused'
      WHEN judged.expected = 0 AND NOT coalesce(review_hit.expired, false) AND batch.reasons & $review_expired <> 0
        THEN 'unexpired'
      WHEN judged.expected = 0 AND batch.reasons & $undecided <> 0 THEN 'undecided'
      -- an unassessed picture may take the text along, if the policy says so
      WHEN judged.expected = 0 AND batch.reasons & $no_own_content <> 0 AND $text_counts AND is_visible(batch.text)
        AND (judged.pictures = 0 OR NOT $removes) THEN 'text'
    END AS wrong
  FROM batch
  JOIN judged ON judged.n = batch.n
  LEFT JOIN review_hit ON review_hit.n = batch.n
  LEFT JOIN first_reason ON first_reason.expected = judged.expected
)
SELECT n, wrong, expected, expected_code, reason, reasons, count(*) OVER () AS total
FROM compared WHERE wrong IS NOT NULL ORDER BY n LIMIT $cap;
