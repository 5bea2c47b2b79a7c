"""The share of a population that a stratified sample tells, with its interval of 95 %.

Each stratum's share counts by its size in the population, at whatever rate it was sampled. The
interval is the score interval of a weighted sum of binomial shares: the values that a score test
does not reject, its variance at the likeliest shares that have that sum (S0 of Martín Andrés,
Herranz Tejedor and Álvarez Hernández, "The optimal method to make inferences about a linear
combination of proportions", Journal of Statistical Computation and Simulation 82, 2012,
doi:10.1080/00949655.2010.530601). Of one stratum it is Wilson's (1927). Draws count as independent:
nothing is taken off where most of a stratum was drawn, nor added where they go together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""
_HALVINGS = 80


@dataclass(frozen=True, slots=True)
class Sampled:
    """``hits`` of ``drawn``, at least one, from a part of the population of a ``size``."""

    hits: int
    drawn: int
    size: float


def share(strata: Sequence[Sampled]) -> float:
    """The weighted share of hits, 0 to 1."""
    whole = sum(one.size for one in strata)
    return sum(one.size / whole * one.hits / one.drawn for one in strata)


def interval(strata: Sequence[Sampled]) -> tuple[float, float]:
    """The score interval of the share, 95 %: lower and upper end."""
    lower = 0.0 if all(not one.hits for one in strata) else _end(strata, 1)
    upper = 1.0 if all(one.hits == one.drawn for one in strata) else _end(strata, -1)
    return lower, upper


def _end(strata: Sequence[Sampled], sign: int) -> float:
    """The end below (1) or above (-1) the share.

    With the multiplier m of the condition that the shares p of the strata have a given weighted
    sum, their likeliest values solve hits/p - (drawn-hits)/(1-p) = m·weight. The sum lies m·V below
    the share seen, V its variance, so that the score test's statistic is m²·V.
    """
    whole = sum(one.size for one in strata)
    weighted = [(one, one.size / whole) for one in strata]

    def likeliest(multiplier: float) -> list[tuple[float, float, int]]:
        """Weight, share and draws of each stratum."""
        return [(w, _likeliest(one, sign * multiplier * w), one.drawn) for one, w in weighted]

    def statistic(multiplier: float) -> float:
        variance = sum(w * w * p * (1 - p) / drawn for w, p, drawn in likeliest(multiplier))
        return multiplier**2 * variance

    found = likeliest(_crossing(statistic, Z_95**2))
    return min(1.0, max(0.0, sum(w * p for w, p, _ in found)))


def _likeliest(one: Sampled, pull: float) -> float:
    """The root of pull·p² - (drawn+pull)·p + hits from 0 to 1, so written that nothing cancels."""
    middle = one.drawn + pull
    root = sqrt(max(0.0, middle**2 - 4 * pull * one.hits))
    if middle > 0:
        return 2 * one.hits / (middle + root)
    return (middle - root) / (2 * pull)


def _crossing(rising: Callable[[float], float], level: float) -> float:
    """Where a function that rises from 0 without bound reaches a level."""
    low, high = 0.0, 1.0
    while rising(high) < level:
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < level else (low, middle)
    return high
