-- What is collected over the batches of one split.
CREATE OR REPLACE TEMP TABLE judged(n BIGINT, expected UINTEGER, declared BOOLEAN, pictures BIGINT);
CREATE OR REPLACE TEMP TABLE appearance(
  subject UBIGINT, role UTINYINT, rows BIGINT, kept BIGINT, removed BIGINT, quarantined BIGINT);
CREATE OR REPLACE TEMP TABLE counted(what TEXT, name TEXT, reason UTINYINT, amount HUGEINT);
