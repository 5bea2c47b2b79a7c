"""The closed list of what the prose counts, in the order in which the rules are asked.

A number belongs to the first rule that takes it: near misses before requests, parts before wholes,
names with a number behind before numbers with a name behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extract import (
    measures_disclosure,
    measures_organisation,
    measures_requests,
    measures_review,
)
from extract.measure_patterns import CountRule, NegationRule

COUNT_RULES = (
    *measures_organisation.NEAR_MISSES,
    *measures_review.RESULTS,
    *measures_review.REVIEWS_AND_SUITS,
    *measures_review.FEES,
    *measures_requests.CARRIED,
    *measures_requests.WAYS,
    *measures_requests.RECEIVED,
    *measures_requests.CLOSED,
    *measures_requests.OUTCOMES,
    *measures_requests.REPLIES,
    *measures_requests.HANDLED,
    *measures_disclosure.DOCUMENTS,
    *measures_disclosure.CONFERENCES,
    *measures_disclosure.INTERVIEWS,
    *measures_disclosure.RESPONSES,
    *measures_disclosure.DISCLOSED,
    *measures_disclosure.CHANNELS,
    *measures_disclosure.MEDIA,
    *measures_organisation.STAFF,
    *measures_organisation.MEETINGS,
    *measures_organisation.TRAINING,
    *measures_organisation.POINTS,
)

NEGATION_RULES = (
    *measures_requests.NEGATED,
    *measures_review.NEGATED,
    *measures_disclosure.NEGATED,
    *measures_organisation.NEGATED,
)


@dataclass(frozen=True, slots=True)
class Needs:
    """Which literals rules need, by their first character; each with its rules as bits."""

    first: frozenset[str]
    literals: Mapping[str, tuple[tuple[str, int], ...]]

    def places(self, text: str) -> list[int]:
        """The places of the rules, in order, of which a text has a literal: no other can match."""
        bits = 0
        for char in self.first.intersection(text):
            for literal, rules in self.literals[char]:
                if literal in text:
                    bits |= rules
        found = []
        while bits:
            lowest = bits & -bits
            found.append(lowest.bit_length() - 1)
            bits ^= lowest
        return found


def _needs(rules: Sequence[CountRule | NegationRule]) -> Needs:
    found: dict[str, int] = {}
    for number, rule in enumerate(rules):
        for literal in rule.needs:
            found[literal] = found.get(literal, 0) | 1 << number
    by_first: dict[str, tuple[tuple[str, int], ...]] = {}
    for literal, bits in found.items():
        by_first[literal[0]] = (*by_first.get(literal[0], ()), (literal, bits))
    return Needs(frozenset(by_first), by_first)


COUNT_NEEDS = _needs(COUNT_RULES)
NEGATION_NEEDS = _needs(NEGATION_RULES)
