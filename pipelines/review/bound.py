"""How many were missed at most, by a random sample: the one-sided limit of Clopper and Pearson (1934)."""

from math import exp, fsum, lgamma, log, log1p

CONFIDENCE = 0.95
_STEPS = 60


def upper_bound(minors: int, checked: int) -> float:
    """The share that is exceeded with probability 5 % at most, given ``minors`` among ``checked``.

    The share p at which as few as ``minors`` are found in 5 % of all samples: the binomial tail, by
    bisection. Samples are drawn without replacement, where the tail below the mean is thinner still
    (Hoeffding 1963, section 6), so that it is an upper bound for a finite number of pictures, too.
    """
    if minors >= checked:
        return 1.0
    low, high = minors / checked, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _at_most(minors, checked, middle) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def _at_most(found: int, drawn: int, share: float) -> float:
    """The probability of at most ``found`` among ``drawn``; ``share`` lies between 0 and 1."""
    if share in {0.0, 1.0}:
        return 1.0 - share
    return fsum(
        exp(
            lgamma(drawn + 1)
            - lgamma(count + 1)
            - lgamma(drawn - count + 1)
            + count * log(share)
            + (drawn - count) * log1p(-share)
        )
        for count in range(found + 1)
    )
