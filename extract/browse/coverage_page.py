"""The heat map of coverage: provinces × years first, then the bodies of one; a cell's claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from extract.bodies_csv import load_bodies
from extract.browse.asking import body_path, report_path
from extract.browse.corpus import Reading
from extract.browse.errors import NotThere
from extract.browse.opening import record_link
from extract.browse.page import Json, Page, Turn
from extract.browse.search_page import FIRST, LAST, LEVELS, MOST_PAGES
from extract.coverage import iter_claims
from extract.coverage_model import Claim, CoverageChoice, CoverageState
from extract.provinces import place_of, provinces

SIZE = 50
"""Bodies of a page."""

ELSEWHERE = "00"
"""In place of the first digits of a code: bodies without one."""

STEPS = 5
"""Shades of the share that was found, beside none."""

Cell = tuple[str, str | None]
"""A state, and the report that was found."""


def coverage_page(reading: Reading) -> Page:
    """Provinces × years, each with how many reports were found of how many; with ``province`` the
    bodies × years of it, each with its state.
    """
    asked = reading.asked
    province = asked.choice("province", (*provinces(), ELSEWHERE))
    level = asked.choice("level", LEVELS)
    every = bool(asked.text("every"))
    kept = reading.kept.get(f"coverage {every}", lambda: _matrix(reading, every=every))
    bodies = kept["bodies"]
    summary = reading.kept.get(f"coverage {every} {level}", lambda: _summary(bodies, level))
    data: Json = {
        "province": province,
        "level": level,
        "every": every,
        "levels": LEVELS,
        "provinces": provinces() | {ELSEWHERE: "—"},
        "states": [state.value for state in CoverageState],
        "counts": summary["counts"],
        "years": summary["years"],
        "as_of": kept["as_of"],
        "hidden": kept["hidden"],
    }
    if not province:
        return Page("coverage.html", data | {"rows": summary["rows"]})
    own = [
        one
        for one in bodies
        if one["province"] == province and (not level or one["admin_level"] == level)
    ]
    page = asked.number("page", 1, MOST_PAGES) or 1
    turn = Turn(len(own), page, SIZE)
    data |= {
        "counts": _counted(own),
        "turn": turn.as_json(),
        "bodies": [_body_row(reading, one) for one in own[turn.offset : turn.offset + SIZE]],
    }
    return Page("coverage_bodies.html", data)


def _summary(bodies: list[Json], level: str) -> Json:
    """All provinces, of one level or of all."""
    chosen = [one for one in bodies if not level or one["admin_level"] == level]
    known = {year for one in chosen for year in one["cells"]}
    years = list(range(min(known), max(known) + 1)) if known else []
    rows = list(_province_rows(chosen, years))
    return {"years": years, "rows": rows, "counts": _counted(chosen)}


def _matrix(reading: Reading, *, every: bool) -> Json:
    bodies: dict[str, dict[str, Any]] = {}
    hidden = reading.withheld.reports()
    choice, known = CoverageChoice(every=every), load_bodies(reading.folder.bodies_file)
    for claim in iter_claims(reading.db, choice=choice, known=known, hides=hidden.__contains__):
        body = bodies.get(claim.body_id)
        if body is None:
            body = bodies[claim.body_id] = {
                "body_id": claim.body_id,
                "name": claim.body_name,
                "admin_level": claim.admin_level,
                "division": claim.division,
                "province": (claim.division or ELSEWHERE)[:2],
                "cells": {},
            }
        is_found = claim.state is CoverageState.FOUND
        first = claim.report_ids[0] if is_found and claim.report_ids else None
        body["cells"][claim.report_year] = (claim.state.value, first)
    order = {level: number for number, level in enumerate(LEVELS)}
    found = sorted(
        bodies.values(),
        key=lambda one: (
            one["division"] or "999999",
            order.get(one["admin_level"], 9),
            one["body_id"],
        ),
    )
    return {"bodies": found, "hidden": len(hidden)}


def _counted(bodies: list[Json]) -> Json:
    counts = Counter(cell[0] for one in bodies for cell in one["cells"].values())
    return {state.value: counts[state.value] for state in CoverageState}


def _province_rows(bodies: list[Json], years: list[int]) -> Iterator[Json]:
    named = provinces()
    by_province: dict[str, dict[int, Counter[str]]] = {}
    sizes: Counter[str] = Counter()
    for one in bodies:
        sizes[one["province"]] += 1
        of_years = by_province.setdefault(one["province"], {})
        for year, (state, _) in one["cells"].items():
            of_years.setdefault(year, Counter())[state] += 1
    for code in sorted(by_province):
        yield {
            "code": code,
            "name": named.get(code),
            "bodies": sizes[code],
            "cells": [_share(by_province[code].get(year)) for year in years],
        }


def _share(counts: Counter[str] | None) -> Json | None:
    """How many were found of how many; ``step`` 0 for none, up to STEPS for all."""
    if not counts:
        return None
    found, total = counts[CoverageState.FOUND], counts.total()
    step = 0 if not found else max(1, found * STEPS // total)
    return {"found": found, "total": total, "step": step, "states": dict(counts)}


def _body_row(reading: Reading, body: Json) -> Json:
    cells = [
        {
            "year": year,
            "state": state,
            "page": report_path(report) if report else claim_path(body["body_id"], year),
        }
        for year, (state, report) in sorted(body["cells"].items())
    ]
    return {
        "body_id": body["body_id"],
        "name": body["name"],
        "admin_level": body["admin_level"],
        "place": place_of(body["division"]),
        "page": _page_of_body(reading, body["body_id"]),
        "cells": cells,
    }


def _page_of_body(reading: Reading, body_id: str) -> str | None:
    """The page of a body; None of one that only rows of listings name."""
    there = reading.db.execute("SELECT 1 FROM bodies WHERE body_id = ?", [body_id]).fetchone()
    return body_path(body_id) if there else None


def claim_path(body_id: str, year: int) -> str:
    """The page of what is claimed of a body and a year."""
    return body_path(body_id).replace("/body/", "/claim/", 1) + f"/{year}"


def claim_page(reading: Reading, body_id: str, year: str) -> Page:
    """What is claimed of a body and a year, with the records that bear it out. Raises NotThere,
    TakenDownHere.
    """
    if not FIRST <= int(year) <= LAST:
        raise NotThere(year)
    choice = CoverageChoice(bodies=(body_id,), years=(int(year),), every=True)
    known = load_bodies(reading.folder.bodies_file)
    claims = iter_claims(reading.db, choice=choice, known=known, hides=reading.hides_report)
    claim = next((one for one in claims if one.body_id == body_id), None)
    if claim is None:
        for row in reading.db.execute(REPORTS, [body_id, int(year)]):
            reading.refuse_taken_down(row["report_id"])
        raise NotThere(f"{body_id} {year}")
    return Page("claim.html", {"claim": _claim(reading, claim)})


def _claim(reading: Reading, claim: Claim) -> Json:
    shown = [one for one in claim.evidence if not reading.hides_capture(one.record_id, one.url)]
    return {
        "body_id": claim.body_id,
        "body_name": claim.body_name,
        "body": _page_of_body(reading, claim.body_id),
        "report_year": claim.report_year,
        "state": claim.state.value,
        "reason": claim.reason,
        "known_gap": claim.known_gap,
        "late": _late(claim),
        "reports": [{"report_id": one, "page": report_path(one)} for one in claim.report_ids],
        "evidence": [asdict(one) | {"open": record_link(one.record_id)} for one in shown],
        "hidden": len(claim.evidence) - len(shown),
    }


def _late(claim: Claim) -> Json | None:
    if claim.late is None:
        return None
    told = asdict(claim.late)
    days = ("legal_date", "published_on")
    return told | {name: told[name].isoformat() for name in days}


REPORTS = "SELECT report_id FROM reports WHERE body_id = ? AND report_year = ?"
