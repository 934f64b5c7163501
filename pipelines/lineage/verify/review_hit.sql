-- Rows with a picture that a person refused, and rows with one on which nobody decided in time.
CREATE OR REPLACE TEMP TABLE review_hit AS
SELECT n, bool_or(decision = $refused) AS refused, bool_or(decision = $expired AND medium IS NOT NULL) AS expired
FROM picture_key JOIN review ON review.picture = picture_key.picture
GROUP BY n;
