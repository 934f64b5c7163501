-- Rows of `content_form` that a takedown hits.
SELECT DISTINCT n FROM content_form JOIN taken_down USING (type, form) ORDER BY n;
