"""How well real reports are read: ``python tests/evaluation.py`` prints the figures.

The evaluation set is every report with gold beside the repository. Floors stand in ``floors.json``
with a digest of that set; ``--record`` writes new ones, and the README's table, and refuses to go
lower without ``--lower``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "whole")]

from gold import overlap, squeeze  # noqa: E402

from extract.report import Report  # noqa: E402
from extract.saved import SavedReading, read_saved  # noqa: E402

SHARED = ROOT.parent / "shared"
FLOORS = ROOT / "tests" / "floors.json"
README = ROOT / "README.md"
TABLE_HEAD = "| what | right | of |\n|---|---|---|\n"
FIELDS = ("report_year", "division", "admin_level", "body_type", "script")
DATES = ("published_on", "signed_on")
LEAST_LINE = 40
"""Characters of a seed's line that is prose: shorter ones are heads, menus and dates."""


@dataclass(slots=True)
class Score:
    """What of a kind is known by gold, and what of it was read right."""

    right: int = 0
    known: int = 0
    faults: list[str] = field(default_factory=list)

    def note(self, *, right: bool, fault: str) -> None:
        """One more that is known."""
        self.known += 1
        self.right += right
        if not right:
            self.faults.append(fault)

    @property
    def share(self) -> float:
        """Of what is known; 1 where nothing is."""
        return self.right / self.known if self.known else 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """A report's file and what gold says of it."""

    path: Path
    gold: dict[str, Any]


def cases() -> list[Case]:
    """Every file with gold, in order of name; none where the shared folder is not beside."""
    seeds = SHARED / "seeds"
    if not seeds.exists():
        return []
    gold = json.loads((seeds / "gold.json").read_text(encoding="utf-8"))
    found = [Case(seeds / name, known) for name, known in sorted(gold.items())]
    for known in sorted((SHARED / "real").glob("*.gold.json")):
        stem = known.name.removesuffix(".gold.json")
        (path,) = (one for one in known.parent.glob(f"{stem}.*") if not one.name.endswith(".json"))
        found.append(Case(path, json.loads(known.read_text(encoding="utf-8"))))
    return found


def digest(found: list[Case]) -> str:
    """Of the files and their gold: the floors hold for these alone."""
    hasher = hashlib.sha256()
    for case in found:
        hasher.update(case.path.name.encode() + b"\0" + case.path.read_bytes())
        hasher.update(json.dumps(case.gold, sort_keys=True, ensure_ascii=False).encode())
    return hasher.hexdigest()


def evaluate(found: list[Case]) -> dict[str, Score]:
    """Every score over these files, by its name."""
    scores: dict[str, Score] = {}

    def score(name: str) -> Score:
        return scores.setdefault(name, Score())

    for case in found:
        reading = read_saved(case.path)
        report = reading.outcome.report
        name = case.path.name
        score("read").note(right=report is not None, fault=f"{name}: {reading.outcome.detail}")
        if report is None:
            continue
        for kind, right, fault in _judged(case, report, reading):
            score(kind).note(right=right, fault=f"{name}: {fault}")
    return scores


Judged = Iterator[tuple[str, bool, str]]
"""Kind of score, whether it is right, and what to say when it is not."""


def _judged(case: Case, report: Report, reading: SavedReading) -> Judged:
    assert reading.report is not None
    yield from _fields(case.gold, reading.report)
    yield from _cells(case.gold, report)
    yield from _figures(case.gold, report)
    yield from _failures(case.gold, report)
    yield from _text(case, report)


def _fields(gold: dict[str, Any], read: dict[str, Any]) -> Judged:
    for name in FIELDS:
        if gold.get(name) is not None:
            yield name, read[name] == gold[name], f"{name} {read[name]!r}, gold {gold[name]!r}"
    names = (read["issuing_body"], read["reporting_for"])
    yield "body", gold["issuing_body"] in names, f"body {names}, gold {gold['issuing_body']!r}"
    for name in DATES:
        if name in gold:
            yield "dates", read[name] == gold[name], f"{name} {read[name]!r}, gold {gold[name]!r}"
    form = gold["form"]
    yield "forms", read["form"] == form, f"form {read['form']}, gold {form}"


def _cells(gold: dict[str, Any], report: Report) -> Judged:
    """A cell that is missing is not right; one with another value is also wrong."""
    cells = {cell.name: cell.value for cell in report.cells}
    known = gold.get("cells", {})
    for name, value in known.items():
        got = cells.get(name, "missing")
        yield "cells", got == value, f"cell {name} {got!r}, gold {value!r}"
    for name, value in cells.items():
        told = f"cell {name} {value!r}, gold {known.get(name, 'none')!r}"
        yield "cells_not_wrong", name in known and known[name] == value, told


def _figures(gold: dict[str, Any], report: Report) -> Judged:
    read = [(one.measure.value, one.value, one.quote) for one in report.figures]
    for figure in gold["figures"]:
        wanted = (figure["measure"], figure["value"])
        right = any((m, v) == wanted and overlap(q, figure["quote"]) for m, v, q in read)
        yield "figures", right, f"figure {wanted} {figure['quote']!r}"


def _failures(gold: dict[str, Any], report: Report) -> Judged:
    """Identities of tables: each failure of the source is reported, and no other."""
    if "identities_that_fail" not in gold:
        return
    wanted = {
        (one["identity"], one["left"], one["right"])
        for one in gold["identities_that_fail"]
        if not one["identity"].startswith("prose")
    }
    failed = {
        (check.identity, check.printed, check.computed)
        for check in report.checks
        if check.outcome == "fail" and not check.identity.startswith(("prose", "text_table"))
    }
    yield "failing_identities", failed == wanted, f"fail {failed}, gold {wanted}"


def _text(case: Case, report: Report) -> Judged:
    """Prose of a seed stands in the text, and nothing of its frame does."""
    if case.path.parent.name != "seeds":
        return
    text, lines = squeeze(report.document.text_original), set(report.document.text.splitlines())
    chrome = [squeeze(line) for line in case.gold["chrome"]]
    for line in case.path.read_text(encoding="utf-8").splitlines():
        bare = squeeze(unescape(line))
        if len(bare) >= LEAST_LINE and "|" not in bare and not any(one in bare for one in chrome):
            yield "text_kept", bare in text, f"lost {bare[:30]!r}"
    for line in case.gold["chrome"]:
        yield "chrome_left_out", line not in lines, f"chrome {line!r}"


TOLD = {
    "read": "reports read as such",
    "report_year": "year",
    "body": "body that the report is for",
    "body_type": "body type",
    "division": "division",
    "admin_level": "level",
    "dates": "dates (published, signed)",
    "script": "script",
    "forms": "forms of the tables",
    "cells": "cells of the tables",
    "cells_not_wrong": "cells read that are right",
    "failing_identities": "reports whose failing identities are exactly the source's",
    "figures": "figures of the prose that gold lists",
    "text_kept": "lines of prose kept (seeds)",
    "chrome_left_out": "lines of page chrome left out (seeds)",
}
"""The scores in words, in the README's order."""


def table(scores: dict[str, Any]) -> str:
    """Rows of a Markdown table: the scores as floors.json has them."""
    return "".join(
        f"| {told} | {scores[name][0]} | {scores[name][1]} |\n" for name, told in TOLD.items()
    )


def as_floors(scores: dict[str, Score]) -> dict[str, list[int]]:
    """Right and known by name; what nothing is known of is 0 of 0."""
    found = {name: scores.get(name, Score()) for name in TOLD}
    assert set(scores) <= set(TOLD), "a score without a name in words"
    return {name: [one.right, one.known] for name, one in found.items()}


def shortfalls(scores: dict[str, Score], floors: dict[str, Any]) -> list[str]:
    """Every score that is under its floor, with what is at fault."""
    short = []
    for name, (right, known) in floors["scores"].items():
        score = scores.get(name, Score())
        if score.right * known < right * score.known or score.known < known:
            short.append(f"{name}: {score.right} of {score.known}, floor {right} of {known}")
            short += [f"  {fault}" for fault in score.faults]
    return short


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--record", action="store_true", help="write floors.json")
    parser.add_argument("--lower", action="store_true", help="with --record: floors may go down")
    given = parser.parse_args()
    found = cases()
    if not found:
        parser.error(f"there is no evaluation set at {SHARED}")
    scores = evaluate(found)
    print(table(as_floors(scores)), end="")
    for score in scores.values():
        for fault in score.faults:
            print(f"  {fault}", file=sys.stderr)
    if given.record:
        return _record(found, scores, lower=given.lower)
    return 0


def _record(found: list[Case], scores: dict[str, Score], *, lower: bool) -> int:
    now = {"digest": digest(found), "files": len(found)}
    before = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else None
    if before and not lower and (short := shortfalls(scores, before)):
        print("\n".join(["not recorded, lower than before (--lower allows it):", *short]))
        return 1
    text = README.read_text(encoding="utf-8")
    head, rows = text.split(TABLE_HEAD)
    rest = rows[rows.index("\n\n") :]
    README.write_text(
        head + TABLE_HEAD + table(as_floors(scores)).rstrip() + rest, encoding="utf-8"
    )
    written = json.dumps(now | {"scores": as_floors(scores)}, indent=1)
    FLOORS.write_text(
        re.sub(r"\[\s+(\d+),\s+(\d+)\s+\]", r"[\1, \2]", written) + "\n", encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
