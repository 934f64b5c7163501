-- Takedowns of the snapshot that cannot be opened, or open to something else than their pseudonym says.
SELECT type, form IS NOT NULL AS is_open, count(*) OVER () AS total
FROM written
WHERE form IS NULL OR pseudonym IS DISTINCT FROM held
ORDER BY type LIMIT $cap;
