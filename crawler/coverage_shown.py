"""Claims of coverage on the terminal: as a table of letters, as sentences, counted, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import click

from crawler.terminal import json_line, out, shown
from extract.coverage_model import OF_THE_BODY, Claim, CoverageState, UntoldRows
from extract.provinces import provinces
from extract.withheld import Withheld

LETTERS = {
    CoverageState.FOUND: ("F", "found"),
    CoverageState.NOT_LISTED: ("N", "not listed"),
    CoverageState.REMOVED: ("R", "removed"),
    CoverageState.LISTED_UNREADABLE: ("S", "listed, not readable by us"),
    CoverageState.BLOCKED: ("B", "we were blocked"),
    CoverageState.UNREACHABLE: ("U", "we could not reach it"),
    CoverageState.NOT_LOOKED: ("?", "we have not looked, or could not tell"),
}
LATE, KNOWN_GAP, NOT_EXPECTED = "L", "G", "·"
OPENS = "nianbao capture"
MOST_PORTALS = 5
"""Portals of which an example is told of a row that nothing is claimed by."""


class CoverageCounts:
    """Counts claims as they pass. Bodies that no portal covers are counted and kept back, unless
    ``every``; ``groups`` are counts by province, level or year where that was asked.
    """

    def __init__(self, by: str | None, *, every: bool) -> None:
        self.by = by
        self.every = every
        self.states: Counter[CoverageState] = Counter()
        self.groups: dict[str, Counter[CoverageState]] = {}
        self.bodies = 0
        self.uncovered = 0
        self.late = 0
        self._last = ""

    @property
    def total(self) -> int:
        """How many claims passed."""
        return self.states.total()

    def counting(self, claims: Iterable[Claim]) -> Iterator[Claim]:
        """The claims that are shown."""
        for claim in claims:
            is_new, self._last = claim.body_id != self._last, claim.body_id
            if not claim.is_covered and not self.every:
                self.uncovered += is_new
                continue
            self.bodies += is_new
            self.states[claim.state] += 1
            self.late += claim.late is not None
            if self.by is not None:
                self.groups.setdefault(self._group(claim), Counter())[claim.state] += 1
            yield claim

    def _group(self, claim: Claim) -> str:
        if self.by == "year":
            return str(claim.report_year)
        if self.by == "level":
            return claim.admin_level or "–"
        return claim.division[:2] if claim.division else "–"

    def lines(self) -> Iterator[str]:
        """What was counted, in words."""
        if self.total:
            said = ", ".join(
                f"{n} {LETTERS[state][1]}" for state in CoverageState if (n := self.states[state])
            )
            late = f"; {self.late} of the found late" if self.late else ""
            yield f"{self.bodies} bodies, {self.total} body-years: {said}{late}"
            yield f"each record opens: `{OPENS} RECORD-ID`, `nianbao replay --address RECORD-ID`"
        if self.uncovered:
            yield f"of {self.uncovered} further bodies no portal says anything (--all shows them)"


def unnoted_line(runs: int, corpus: Path) -> str:
    """That of some runs it is not known how they visited listings, and what to do."""
    return (
        f"{corpus}: how {runs} of its runs visited listings is not known, an older nianbao stored "
        "them, and nothing is claimed by what they did not find; run `nianbao extract` once: it "
        "reads the archive again, without the network"
    )


def untold_lines(untold: Sequence[UntoldRows], withheld: Withheld) -> Iterator[str]:
    """How many rows of listings nothing is claimed by, and of some portals one of them with why.
    A row whose page suppress.txt takes down is not told.
    """
    if not untold:
        return
    total = sum(one.rows for one in untold)
    yield (
        f"rows of listings by which nothing is claimed: {total}; no report was read from them, and "
        "it cannot be told for certain whose they are (where one may be a body's report of a year, "
        "that year is not said to be not listed)"
    )
    for one in untold[:MOST_PORTALS]:
        if withheld.find_capture(one.url) is None:
            yield f"  {one.portal}: {one.rows}, as {shown(one.title)}: {shown(one.why)}"
    if len(untold) > MOST_PORTALS:
        yield f"  and {len(untold) - MOST_PORTALS} more portals"


def print_table(claims: Iterable[Claim]) -> None:
    """A line for each body, a letter for each year; years of which nothing is expected are dots."""
    to, told = out(), False
    first, last = 0, 0
    for _, group in groupby(claims, key=lambda claim: claim.body_id):
        own = list(group)
        years = {claim.report_year: claim for claim in own}
        if not told:
            first, last, told = _head(own)
        row = "  ".join(letter_of(years.get(year)) for year in range(first, last + 1))
        body = own[0]
        to.print(f"  {row}  {shown(body.body_name)}  {shown(body.body_id)}", markup=False)
    if told:
        legend = ", ".join(f"{letter} {words}" for letter, words in LETTERS.values())
        to.print(
            f"{legend}, {LATE} found and late, {KNOWN_GAP} a known gap, {NOT_EXPECTED} not expected"
        )


def _head(own: list[Claim]) -> tuple[int, int, bool]:
    from extract.governments import SINCE

    first, last = SINCE, max(max(claim.report_year for claim in own), SINCE + 17)
    years = " ".join(f"{year % 100:02}" for year in range(first, last + 1))
    out().print(f" {years}", markup=False)
    return first, last, True


def letter_of(claim: Claim | None) -> str:
    """One letter for a claim."""
    if claim is None:
        return NOT_EXPECTED
    if claim.late is not None and claim.state is CoverageState.FOUND:
        return LATE
    return KNOWN_GAP if claim.known_gap else LETTERS[claim.state][0]


def sentence(claim: Claim) -> str:
    """A claim in words: only what is the body's doing is worded so."""
    words = LETTERS[claim.state][1]
    doing = words if claim.state in OF_THE_BODY else f"not seen ({words})"
    late = ""
    if claim.late is not None:
        at = claim.late
        late = (
            f"; published {at.published_on} ({at.date_seen_in}), {at.days} days after the legal "
            f"date, {at.article}"
        )
    return f"{claim.body_name} {claim.report_year}: {doing}: {claim.reason}{late}"


def print_list(claims: Iterable[Claim], *, as_json: bool) -> None:
    """A sentence for each claim and a line for each record of it; or one JSON object a line."""
    to = out()
    for claim in claims:
        if as_json:
            click.echo(json_line(claim_json(claim)))
            continue
        to.print(shown(sentence(claim)), markup=False)
        for one in claim.evidence:
            at = f" of {one.captured_at}" if one.captured_at else ""
            to.print(f"    {shown(one.what)}{at}: {shown(one.url)}", markup=False)
            to.print(f"      {OPENS} {shown(one.record_id)}", markup=False)


def claim_json(claim: Claim) -> dict[str, object]:
    """One claim as ``--json`` prints it. ``of_the_body`` says whether the state is its doing."""
    fields = asdict(claim)
    late = fields["late"]
    if late is not None:
        fields["late"] = late | {
            name: late[name].isoformat() for name in ("legal_date", "published_on")
        }
    return fields | {
        "of_the_body": claim.state in OF_THE_BODY,
        "sentence": sentence(claim),
    }


def print_counts(claims: Iterable[Claim], counts: CoverageCounts, *, as_json: bool) -> None:
    """How many claims of each state, by province, level or year."""
    for _ in claims:
        pass
    to = out()
    names = provinces() if counts.by == "province" else {}
    if not as_json and counts.groups:
        head = " ".join(f"{state.value:>18}" for state in CoverageState)
        to.print(f"{head}  {counts.by}", markup=False)
    for key, states in sorted(counts.groups.items()):
        if as_json:
            counted = {state.value: states[state] for state in CoverageState}
            click.echo(json_line({str(counts.by): key, "name": names.get(key), **counted}))
        else:
            row = " ".join(f"{states[state]:>18}" for state in CoverageState)
            to.print(f"{row}  {key} {names.get(key, '')}".rstrip(), markup=False)
