"""The interval of a stratified share: Wilson's of one stratum, and right of several."""

from __future__ import annotations

from itertools import product
from math import comb, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.stratified import Sampled, interval, share


@pytest.mark.parametrize(
    ("hits", "drawn", "low", "high"),
    [(0, 10, 0.0, 0.27753), (1, 10, 0.01788, 0.40415), (5, 10, 0.23659, 0.76341),
     (10, 10, 0.72247, 1.0), (0, 1, 0.0, 0.79345), (3, 2000, 0.00051, 0.0044)],
)  # fmt: skip
def test_of_one_stratum_it_is_wilsons(hits: int, drawn: int, low: float, high: float) -> None:
    """Figures of R: prop.test(x, n, correct = FALSE)$conf.int."""
    found = interval([Sampled(hits, drawn, 7.5)])
    assert found == (pytest.approx(low, abs=1e-5), pytest.approx(high, abs=1e-5))


def coverage(rates: tuple[float, ...], draws: tuple[int, ...], sizes: tuple[int, ...]) -> float:
    """How often the interval holds the population's share: the sum, over all that can be drawn, of
    the probability of the drawings whose interval does.
    """
    true = sum(rate * size for rate, size in zip(rates, sizes, strict=True)) / sum(sizes)
    covered = 0.0
    for hits in product(*(range(drawn + 1) for drawn in draws)):
        probability = prod(
            comb(drawn, hit) * rate**hit * (1 - rate) ** (drawn - hit)
            for drawn, hit, rate in zip(draws, hits, rates, strict=True)
        )
        if probability > 1e-7:
            low, high = interval([Sampled(*one) for one in zip(hits, draws, sizes, strict=True)])
            covered += probability * (low <= true <= high)
    return covered


@pytest.mark.parametrize(
    "rates", [(0.02, 0.02, 0.02), (0.1, 0.1, 0.1), (0.3, 0.3, 0.3), (0.5, 0.5, 0.5),
              (0.02, 0.2, 0.5), (0.5, 0.2, 0.02), (0.1, 0.0, 0.0), (0.0, 0.0, 0.3)],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize(
    ("draws", "sizes"),
    [((10, 10, 10), (1, 1, 1)), ((20, 10, 5), (9, 3, 1)), ((6, 10, 12), (9, 3, 1)),
     ((30, 8, 1), (90, 9, 1))],
    ids=str,
)  # fmt: skip
def test_it_holds_the_share_of_the_population_95_times_of_100(
    rates: tuple[float, ...], draws: tuple[int, ...], sizes: tuple[int, ...]
) -> None:
    """Reckoned, not simulated. Of few draws at a low rate it is as far below as Wilson's of one
    stratum: of six at 0.02 that has 0.886, too.
    """
    assert 0.88 < coverage(rates, draws, sizes) <= 1.0


def test_where_there_is_much_it_is_95() -> None:
    assert coverage((0.3, 0.1), (60, 60), (90, 10)) == pytest.approx(0.95, abs=0.01)


SAMPLED = st.integers(1, 400).flatmap(
    lambda drawn: st.builds(
        Sampled, st.integers(0, drawn), st.just(drawn), st.floats(1e-3, 1e6, allow_nan=False)
    )
)


@given(st.lists(SAMPLED, min_size=1, max_size=30))
def test_it_holds_the_share_seen_and_mirrors(strata: list[Sampled]) -> None:
    low, high = interval(strata)
    assert 0 <= low <= share(strata) + 1e-9 and share(strata) - 1e-9 <= high <= 1
    assert low < high
    others = [Sampled(one.drawn - one.hits, one.drawn, one.size) for one in strata]
    assert interval(others) == (pytest.approx(1 - high, abs=1e-9), pytest.approx(1 - low, abs=1e-9))


@given(SAMPLED, st.integers(2, 5))
def test_a_stratum_in_like_parts_is_as_good_as_whole(one: Sampled, parts: int) -> None:
    """Where shares and rates of drawing are the same, strata make no difference."""
    whole = Sampled(one.hits * parts, one.drawn * parts, one.size)
    split = [Sampled(one.hits, one.drawn, one.size / parts)] * parts
    assert interval(split) == (
        pytest.approx(interval([whole])[0], abs=1e-9),
        pytest.approx(interval([whole])[1], abs=1e-9),
    )
