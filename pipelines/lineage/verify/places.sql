-- How the kept rows of a ledger part stand in the shard: every place once, and not in the source's order.
SELECT count(place) AS places, count(DISTINCT place) AS distinct_places, coalesce(min(place), 0) AS first,
  coalesce(max(place), -1) AS last,
  count(*) FILTER (place < before) AS falls
FROM (SELECT place, lag(place) OVER (ORDER BY n) AS before FROM ledger WHERE place IS NOT NULL);
