"""Reports and claims of body-years without one, in the order of the panel's key."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date

from extract.coverage import iter_claims
from extract.coverage_facts import day_of
from extract.coverage_model import Claim, CoverageChoice, CoverageState
from extract.known_bodies import KnownBodies
from extract.panel_source import SourceReport, iter_source_reports
from extract.selection import Selection


def body_years(
    db: sqlite3.Connection,
    selection: Selection,
    hides: Callable[[str], bool],
    *,
    known: KnownBodies,
    every: bool = False,
) -> Iterator[tuple[SourceReport, CoverageState] | Claim]:
    """What the panel has rows of, in its order: the selected reports that are not hidden, and the
    body-years without one. ``known`` is bodies.csv; ``every``: also of bodies of which no portal
    says anything."""
    reports = iter_source_reports(db, selection, hides)
    return in_order(reports, _claims(db, selection, known=known, every=every))


def _claims(
    db: sqlite3.Connection, selection: Selection, *, known: KnownBodies, every: bool
) -> Iterator[Claim]:
    """Claims on the chosen body-years; none where reports are chosen by what only they have."""
    if selection.portals or selection.urls or selection.records:
        return
    wanted = CoverageChoice(
        bodies=selection.bodies,
        years=selection.years,
        divisions=selection.divisions,
        every=every,
    )
    yield from iter_claims(db, choice=wanted, today=as_of(db), known=known)


def as_of(db: sqlite3.Connection) -> date:
    """The day of the last capture in Shanghai: an export knows no other today."""
    (last,) = db.execute("SELECT max(captured_at) FROM documents").fetchone()
    return day_of(last) if last else date(2008, 5, 1)


def in_order(
    reports: Iterator[SourceReport], claims: Iterator[Claim]
) -> Iterator[tuple[SourceReport, CoverageState] | Claim]:
    """Reports with the state that is claimed of them, and body-years without one, by body and
    year; a body-year whose report is not chosen, or taken down, is neither."""
    claim = next(claims, None)
    for report in reports:
        key = (report.columns["body_id"], report.columns["report_year"])
        while claim is not None and _key(claim) < key:
            if not claim.report_ids:
                yield claim
            claim = next(claims, None)
        of_it = claim is not None and _key(claim) == key
        yield report, claim.state if claim is not None and of_it else CoverageState.FOUND
        if claim is not None and of_it and not claim.report_ids:
            claim = next(claims, None)
    while claim is not None:
        if not claim.report_ids:
            yield claim
        claim = next(claims, None)


def _key(claim: Claim) -> tuple[str, int]:
    return claim.body_id, claim.report_year
