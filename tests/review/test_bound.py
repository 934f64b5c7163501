"""The upper bound of a sample."""

from math import comb

import pytest

from pipelines.review.bound import upper_bound

# 0 of n: 1 - 0.05 ** (1 / n), by hand; 1 of 2: 1 - p * p = 0.05; n - 1 of n: p ** n = 0.95. The others are the
# 0.95 quantile of Beta(k + 1, n - k), from tables.
KNOWN = {
    (0, 1): 0.95,
    (0, 59): 1 - 0.05 ** (1 / 59),
    (0, 300): 0.00994,
    (1, 300): 0.01571,
    (1, 2): 0.95**0.5,
    (19, 20): 0.95 ** (1 / 20),
    (5, 5): 1.0,
    (0, 0): 1.0,
    (0, 100_000): 1 - 0.05 ** (1 / 100_000),
}


@pytest.mark.parametrize(("minors", "checked"), KNOWN)
def test_known_limits(minors, checked):
    assert upper_bound(minors, checked) == pytest.approx(KNOWN[minors, checked], abs=5e-6)


@pytest.mark.parametrize("universe", [1, 7, 20, 41])
def test_of_finitely_many_pictures_the_share_is_below_in_19_of_20_samples(universe):
    """Every number of minors, every size of sample: hypergeometric, exact."""
    for drawn in range(1, universe + 1):
        limits = [upper_bound(found, drawn) for found in range(drawn + 1)]
        for minors in range(universe + 1):
            exceeded = sum(
                comb(minors, found) * comb(universe - minors, drawn - found)
                for found in range(drawn + 1)
                if limits[found] < minors / universe
            )
            assert exceeded / comb(universe, drawn) <= 0.05 + 1e-12, (drawn, minors)


def test_more_minors_or_fewer_pictures_never_lower_it():
    for checked in range(1, 25):
        limits = [upper_bound(minors, checked) for minors in range(checked + 1)]
        assert limits == sorted(limits)
        assert upper_bound(0, checked) > upper_bound(0, checked + 1)
