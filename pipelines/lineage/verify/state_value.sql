-- What each eligibility state is the fingerprint of, in 32 bytes.
CREATE TEMP TABLE state_value AS
SELECT subject, unhex(
  little_8(subject)
  || little_2(flags)
  || little_2(clear)
  || if(adult_from IS NULL, '00000000', '01000000')
  -- a signed number in two's complement: who turned 18 before 1970 has a negative one
  || little_8(((coalesce(epoch_us(adult_from), 0)::HUGEINT + 18446744073709551616) % 18446744073709551616)::UBIGINT)
  || repeat('00', 8)
) AS value
FROM account;
