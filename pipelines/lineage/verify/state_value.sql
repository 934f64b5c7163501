-- What each eligibility state is the fingerprint of, in 64 bytes.
CREATE TEMP TABLE state_value AS
SELECT subject, unhex(
  little_8(subject)
  || little_2(flags) || '0000'
  || if(adult_from IS NULL, '00000000', '01000000')
  -- a signed number in two's complement: who turned 18 before 1970 has a negative one
  || little_8(((coalesce(epoch_us(adult_from), 0)::HUGEINT + 18446744073709551616) % 18446744073709551616)::UBIGINT)
  || little_8(coalesce(epoch_us(until), 0)::UBIGINT)
  || little_2(clear[1]) || little_2(clear[2]) || little_2(clear[3]) || little_2(clear[4])
  || little_2(clear[5]) || little_2(clear[6]) || little_2(clear[7])
  || little_2(clear_older[1]) || little_2(clear_older[2]) || little_2(clear_older[3]) || little_2(clear_older[4])
  || little_2(clear_older[5]) || little_2(clear_older[6]) || little_2(clear_older[7])
  || repeat('00', 4)
) AS value
FROM account
UNION ALL
-- of a picture that is taken down: its subject alone
SELECT subject, unhex(little_8(subject) || repeat('00', 56)) FROM taken_down WHERE subject IS NOT NULL;
