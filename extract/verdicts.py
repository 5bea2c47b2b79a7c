"""Verdicts of review.csv beside the values that they are about.

They are joined when something is shown and stand in no table: corpus.db stays a function of the
archive, nothing need be read again after the file was edited, and a rebuild cannot lose or keep
one that the file has not. A verdict finds its report by the record that was looked at, else by the
report's id, else by the payload digest: so it outlives a body that was merged or is read better.

A verdict holds for the value that was judged. Where another is read now, it is stale: shown, and
said of nothing. One that names no report, or a value that none has, is told too.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from extract.identities import NAMES
from extract.labels import label_of
from extract.report import Measure
from extract.review_csv import Verdict, load_verdicts, number_in
from extract.schema import open_corpus_to_read

TABLE, PROSE = "table", "prose"
"""The places of cells and figures: some names are a cell's and a measure's (review_total)."""
_CLOSE = 1e-9
"""Two numbers are one that differ by less, in parts of the greater: REAL and decimal digits."""


class Standing(StrEnum):
    """How a verdict stands to what is read now. ``replaced``: the same person judged the same
    value again further down."""

    HOLDS = "holds"
    STALE = "stale"
    REPLACED = "replaced"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value as it is read now, or a check: ``value`` a number or an outcome, None for a blank;
    ``raw`` as printed, a figure's quote, the two sides of a check. ``place`` is TABLE, PROSE, or
    where an identity was checked."""

    value: float | str | None
    raw: str | None
    record_id: str
    place: str

    @property
    def words(self) -> str:
        """Value and raw string, for a person."""
        value = f"{self.value:.15g}" if isinstance(self.value, float) else self.value
        return f"{value or 'blank'} ({self.raw})" if self.raw else value or "blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict and how it stands. ``report_id`` is that of the report now, None where there is
    none; ``now`` what is read, None where nothing is; ``why`` it does not hold, in words."""

    verdict: Verdict
    report_id: str | None
    standing: Standing
    now: Value | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts of a file, as they stand to a corpus, by report."""

    by_report: dict[str | None, tuple[Judged, ...]] = field(default_factory=dict)

    def of(self, report_id: str) -> tuple[Judged, ...]:
        """Those on a report that hold or are stale, in the file's order."""
        shown = (Standing.HOLDS, Standing.STALE)
        return tuple(one for one in self.by_report.get(report_id, ()) if one.standing in shown)

    def iter_all(self) -> Iterator[Judged]:
        """All of the file, in its order."""
        everything = [one for judged in self.by_report.values() for one in judged]
        yield from sorted(everything, key=lambda one: one.verdict.line)

    def counts(self) -> dict[str, int]:
        """How many stand how."""
        counted = Counter(one.standing for one in self.iter_all())
        return {standing.value: counted[standing] for standing in Standing}


def judge(path: Path, corpus: Path) -> Verdicts:
    """The verdicts of a file as they stand to a corpus; none without a file, whatever the corpus.

    Raises InvalidReview, and ExtractError when there are verdicts and no corpus.
    """
    verdicts = load_verdicts(path)
    if not verdicts:
        return Verdicts()
    with closing(open_corpus_to_read(corpus)) as db:
        db.execute("BEGIN")
        return judged_in(db, verdicts)


def judged_in(db: sqlite3.Connection, verdicts: Sequence[Verdict]) -> Verdicts:
    """The same of an open corpus whose rows come by name."""
    reports = _reports_of(db, verdicts)
    found: dict[str | None, list[Judged]] = {}
    for verdict, report_id in zip(verdicts, reports, strict=True):
        found.setdefault(report_id, []).append(_judge(db, verdict, report_id))
    return Verdicts({report: tuple(_without_replaced(many)) for report, many in found.items()})


def values_of(
    db: sqlite3.Connection, report_id: str, variable: str, place: str | None
) -> list[Value]:
    """What is read now by that name: a cell, each figure of a measure, each place of an identity;
    at one place if that is given."""
    given = {"report": report_id, "variable": variable}
    if variable in NAMES:
        found = [_check(row) for row in db.execute(CHECKS, given)]
    else:
        queries = ((CELL, TABLE), (FIGURES, PROSE))
        found = [
            Value(**dict(row), place=where)
            for query, where in queries
            for row in db.execute(query, given)
        ]
    return [value for value in found if place in (None, value.place)]


def is_known(variable: str) -> bool:
    """Whether a form, the prose or an identity has a value of that name."""
    return variable in NAMES or variable in list(Measure) or label_of(variable) is not None


def verdict_json(judged: Judged) -> dict[str, Any]:
    """One verdict as exported, beside the report that it is about."""
    verdict, now = judged.verdict, judged.now
    number = None if verdict.value is None else number_in(verdict.value)
    return {
        "variable": verdict.variable,
        "place": verdict.place,
        "value": verdict.value if number is None else _whole(number),
        "raw": verdict.raw,
        "verdict": verdict.verdict.value,
        "right": verdict.right,
        "by": verdict.by,
        "on": verdict.on.isoformat(),
        "note": verdict.note,
        "standing": judged.standing.value,
        "now": None if now is None else {"value": _whole(now.value), "raw": now.raw},
    }


def _whole(value: float | str | None) -> float | int | str | None:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _reports_of(db: sqlite3.Connection, verdicts: Sequence[Verdict]) -> list[str | None]:
    """The report of each, None where there is none."""
    found = [_report_of(db, verdict) for verdict in verdicts]
    lost = {
        verdict.payload_digest
        for verdict, report_id in zip(verdicts, found, strict=True)
        if report_id is None and verdict.payload_digest
    }
    # one pass over the documents for all: no index goes by digest there
    digests = dict(db.execute(BY_DIGEST, [json.dumps(sorted(lost))]).fetchall()) if lost else {}
    pairs = zip(verdicts, found, strict=True)
    return [report_id or digests.get(verdict.payload_digest) for verdict, report_id in pairs]


def _report_of(db: sqlite3.Connection, verdict: Verdict) -> str | None:
    for query, key in ((BY_RECORD, verdict.record_id), (BY_ID, verdict.report_id)):
        row = db.execute(query, [key]).fetchone() if key else None
        if row is not None:
            return str(row[0])
    return None


def _judge(db: sqlite3.Connection, verdict: Verdict, report_id: str | None) -> Judged:
    if report_id is None:
        return _unmatched(verdict, None, f"the corpus has no report {verdict.report_id}")
    values = values_of(db, report_id, verdict.variable, verdict.place)
    if not values and not is_known(verdict.variable):
        return _unmatched(verdict, report_id, f"no value is called {verdict.variable}")
    judges_nothing = verdict.value is None and verdict.raw is None
    same = next((value for value in values if _is_same(verdict, value)), None)
    if same is not None or (judges_nothing and not values):
        return Judged(verdict=verdict, report_id=report_id, standing=Standing.HOLDS, now=same)
    now = values[0] if len(values) == 1 else None
    read = " / ".join(value.words for value in values) or "nothing"
    why = f"judged was {_words(verdict)}, read now is {read}"
    return Judged(
        verdict=verdict, report_id=report_id, standing=Standing.STALE, now=now, why=why
    )  # fmt: skip


def _unmatched(verdict: Verdict, report_id: str | None, why: str) -> Judged:
    return Judged(verdict=verdict, report_id=report_id, standing=Standing.UNMATCHED, why=why)


def _words(verdict: Verdict) -> str:
    if verdict.value is None and verdict.raw is None:
        return "that nothing was read"
    return " ".join(part for part in (verdict.value, verdict.raw and f"({verdict.raw})") if part)


def _is_same(verdict: Verdict, value: Value) -> bool:
    """Whether what was judged is what is read: what the verdict gives of value and raw string."""
    if verdict.value is None and verdict.raw is None:
        return value.value is None
    if verdict.value is not None and not _is_same_value(verdict.value, value.value):
        return False
    if verdict.raw is None:
        return True
    judged, now = _squeezed(verdict.raw), _squeezed(value.raw or "")
    is_quote = value.place == PROSE
    return (
        judged == now
        or (
            # a better reader may quote more or less of the sentence
            is_quote and (judged in now or now in judged) and verdict.value is not None
        )
        or (not is_quote and number_in(judged) is not None and number_in(judged) == number_in(now))
    )


def _is_same_value(judged: str, now: float | str | None) -> bool:
    number = number_in(judged)
    if number is None or not isinstance(now, float | int):
        return judged == now
    return abs(number - now) <= _CLOSE * max(1.0, abs(now))


def _squeezed(text: str) -> str:
    """Without white space, hidden characters and kinds of width: a table program keeps none."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c)[0] != "C")


def _check(row: sqlite3.Row) -> Value:
    sides = [f"{side:.15g}" for side in (row["printed"], row["computed"]) if side is not None]
    return Value(
        value=row["outcome"],
        raw=" against ".join(sides) or None,
        record_id=row["record_id"],
        place=row["place"],
    )


def _without_replaced(judged: Sequence[Judged]) -> Iterator[Judged]:
    last = {_same_thing(one): one.verdict.line for one in judged}
    for one in judged:
        is_last = last[_same_thing(one)] == one.verdict.line
        holds = one.standing is Standing.HOLDS
        yield one if is_last or not holds else replace(one, standing=Standing.REPLACED)


def _same_thing(judged: Judged) -> tuple[object, ...]:
    verdict, now = judged.verdict, judged.now
    raw = _squeezed(now.raw or "") if now else None
    place = now.place if now else verdict.place
    return (verdict.by, verdict.variable, place, judged.standing, raw)


BY_RECORD = """
SELECT rd.report_id FROM report_documents rd JOIN reports r USING (report_id)
WHERE rd.record_id = ?
"""
BY_ID = "SELECT report_id FROM reports WHERE report_id = ?"
BY_DIGEST = """
SELECT d.payload_digest, min(r.report_id) FROM documents d
JOIN report_documents rd USING (record_id) JOIN reports r ON r.report_id = rd.report_id
WHERE d.payload_digest IN (SELECT value FROM json_each(?)) GROUP BY 1
"""

CELL = """
SELECT value, raw, record_id FROM _current_cells WHERE report_id = :report AND name = :variable
"""
FIGURES = """
SELECT f.value, f.quote AS raw, f.record_id FROM reports r JOIN figures f USING (record_id)
WHERE r.report_id = :report AND f.measure = :variable ORDER BY f.ordinal
"""
CHECKS = """
SELECT place, outcome, printed, computed, record_id FROM _current_checks
WHERE report_id = :report AND identity = :variable
ORDER BY place
"""
