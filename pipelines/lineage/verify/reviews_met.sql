-- Decisions on any of the pictures, in their own order.
SELECT DISTINCT place FROM review JOIN picture_key ON picture_key.picture = review.picture ORDER BY place;
