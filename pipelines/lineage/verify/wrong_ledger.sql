-- Rows of a ledger part that contradict themselves, the vocabulary of reasons or the footprint part.
WITH combination AS (
  SELECT ledger.reason, ledger.reasons,
    any_value(own.outcome) AS outcome,
    arg_min(member.code, member.precedence) AS first_reason,
    count(DISTINCT member.stage) AS stages,
    coalesce(bit_or(member.bit), 0) AS known_bits
  FROM (SELECT DISTINCT reason, reasons FROM ledger) AS ledger
  LEFT JOIN reason AS own ON own.code = ledger.reason
  LEFT JOIN reason AS member ON ledger.reasons & member.bit <> 0
  GROUP BY ledger.reason, ledger.reasons
),
checked AS (
  SELECT ledger.n,
    CASE
      WHEN outcome IS NULL THEN 'code'
      WHEN known_bits <> ledger.reasons THEN 'bits'
      WHEN outcome = 'kept' AND ledger.reasons <> 0 THEN 'bits'
      WHEN outcome <> 'kept' AND first_reason IS DISTINCT FROM ledger.reason THEN 'primary'
      WHEN stages > 1 THEN 'stage'
      WHEN (ledger.place IS NOT NULL) <> (outcome = 'kept') THEN 'place'
      WHEN ledger.footprint IS NOT NULL AND footprint.role IS DISTINCT FROM $author THEN 'footprint'
      WHEN coalesce(list_max(ledger.rules), 0) >= greatest($rules, 1) THEN 'rules'
      WHEN $rules = 0 AND len(ledger.rules) > 0 THEN 'rules'
    END AS wrong
  FROM ledger
  JOIN combination ON combination.reason = ledger.reason AND combination.reasons = ledger.reasons
  LEFT JOIN footprint ON footprint.n = ledger.footprint
)
SELECT n, wrong, count(*) OVER () AS total FROM checked WHERE wrong IS NOT NULL ORDER BY n LIMIT $cap;
