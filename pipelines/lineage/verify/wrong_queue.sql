-- Entries of the queue whose picture is not the one that stands there.
SELECT queue.n, count(*) OVER () AS total
FROM queue
JOIN batch ON batch.n = queue."row"
LEFT JOIN picture_key AS own ON own.n = queue."row" AND own.medium = queue.medium
WHERE own.picture IS DISTINCT FROM queue.picture OR own.copies IS DISTINCT FROM queue.copies
ORDER BY queue.n LIMIT $cap;
