"""The closed list of what the prose counts, in the order in which the rules are asked.

A number belongs to the first rule that takes it: near misses before requests, parts before wholes,
names with a number behind before numbers with a name behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def _needs(rules: Sequence[CountRule | NegationRule]) -> dict[str, int]:
    """For each literal the rules that it may belong to, as bits of a number."""
    found: dict[str, int] = {}
    for number, rule in enumerate(rules):
        for literal in rule.needs:
            found[literal] = found.get(literal, 0) | 1 << number
    return found


COUNT_NEEDS = _needs(COUNT_RULES)
NEGATION_NEEDS = _needs(NEGATION_RULES)


def needed(needs: Mapping[str, int], text: str) -> list[int]:
    """The places of the rules, in order, of which a text has a literal: the others cannot match."""
    bits = 0
    for literal, rules in needs.items():
        if literal in text:
            bits |= rules
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found
