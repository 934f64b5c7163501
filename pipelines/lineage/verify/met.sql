-- The objections that name an account of the source. There may be far more that name none: only these are kept.
CREATE TEMP TABLE objection AS
SELECT * FROM snapshot_row SEMI JOIN written USING (type, pseudonym);
