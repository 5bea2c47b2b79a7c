"""Coverage: of each body and year what the archive can say of its report, with the records.

A claim is made from corpus.db alone. Which years are expected of a body is told by the division
table (governments), by its other years, by bodies.csv and by the portal files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from extract.coverage_model import (
    OF_THE_BODY,
    Claim,
    CoverageChoice,
    CoverageState,
    Evidence,
    Lateness,
)

__all__ = [
    "OF_THE_BODY",
    "Claim",
    "CoverageChoice",
    "CoverageState",
    "Evidence",
    "Lateness",
    "iter_claims",
]

ALL = CoverageChoice()

FOUND = """
SELECT b.body_id, b.name, b.body_type, b.admin_level, coalesce(r.division, b.division_today),
       r.report_year, r.report_id, r.record_id, d.url, d.captured_at
FROM reports r JOIN bodies b USING (body_id) JOIN documents d ON d.record_id = r.record_id
ORDER BY b.body_id, r.report_year, r.report_id
"""


def iter_claims(
    db: sqlite3.Connection, *, choice: CoverageChoice = ALL, today: date | None = None
) -> Iterator[Claim]:
    """Claims in order of body and year; ``db`` is of ``open_corpus_to_read``. ``today`` decides
    which years are due; by default the day in Asia/Shanghai.
    """
    last: Claim | None = None
    for row in db.execute(FOUND):
        claim = _found(tuple(row))
        if last is not None and (last.body_id, last.report_year) != (
            claim.body_id,
            claim.report_year,
        ):
            if _is_chosen(last, choice):
                yield last
            last = None
        last = claim if last is None else _joined(last, claim)
    if last is not None and _is_chosen(last, choice):
        yield last


def _found(row: tuple[str, ...]) -> Claim:
    body_id, name, body_type, level, division, year, report_id, record_id, url, captured_at = row
    return Claim(
        body_id=body_id,
        body_name=name,
        body_type=body_type,
        admin_level=level,
        division=division,
        report_year=int(year),
        state=CoverageState.FOUND,
        report_ids=(report_id,),
        evidence=(
            Evidence(record_id=record_id, url=url, captured_at=captured_at, what="the report"),
        ),
        reason="its report is in the corpus",
    )


def _joined(one: Claim, other: Claim) -> Claim:
    return replace(
        one,
        report_ids=(*one.report_ids, *other.report_ids),
        evidence=(*one.evidence, *other.evidence),
    )


def _is_chosen(claim: Claim, choice: CoverageChoice) -> bool:
    division = claim.division or ""
    return (
        (not choice.bodies or claim.body_id in choice.bodies or claim.body_name in choice.bodies)
        and (not choice.years or claim.report_year in choice.years)
        and (not choice.divisions or division.startswith(choice.divisions))
        and (not choice.levels or claim.admin_level in choice.levels)
        and (not choice.states or claim.state in choice.states)
    )
