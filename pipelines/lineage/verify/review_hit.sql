-- Rows with a picture that a person refused, with one on which nobody decided in time, with one that was released.
CREATE OR REPLACE TEMP TABLE review_hit AS
SELECT n, bool_or(decision = $refused) AS refused, bool_or(decision = $expired AND medium IS NOT NULL) AS expired,
  bool_or(decision = $released AND medium IS NOT NULL) AS released
FROM picture_key JOIN review ON review.picture = picture_key.picture
GROUP BY n;
