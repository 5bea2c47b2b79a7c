"""A report's text in parts, line by line, with its figures marked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extract.browse.opening import value_link
from extract.browse.page import Json
from extract.export import number

PART = 20_000
"""Characters shown at a time: most reports are whole, 5 MB are 250 parts."""

MOST_MARKS = 2_000
"""Figures marked in a part; a report has some hundreds."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure's place in the text."""

    start: int
    end: int
    told: Json


def text_part(db: sqlite3.Connection, report: sqlite3.Row, part: int) -> Json:
    """The lines of one part (from 1) of the text of ``report``, a row of ``export.REPORTS``; a
    number beyond the last gives the last.
    """
    text = report["text"] or ""
    bounds = parts_of(text)
    part = min(part, len(bounds))
    start, end = bounds[part - 1]
    marks = list(_marks(db, report, start, end))
    heads = {
        row["text_start"]: row["kind"]
        for row in db.execute(SECTIONS, [report["record_id"], start, end])
    }
    return {
        "part": part,
        "parts": len(bounds),
        "characters": len(text),
        "is_cut_short": len(marks) == MOST_MARKS,
        "lines": list(_lines(text, start, end, marks, heads)),
    }


def parts_of(text: str) -> list[tuple[int, int]]:
    """Where the parts begin and end: at the end of a line where there is one in a part's second
    half. A text without characters is one part.
    """
    bounds: list[tuple[int, int]] = []
    start = 0
    while start < len(text) or not bounds:
        end = min(start + PART, len(text))
        if end < len(text):
            line_end = text.rfind("\n", start + PART // 2, end)
            end = line_end + 1 if line_end >= 0 else end
        bounds.append((start, end))
        start = end
    return bounds


def _marks(db: sqlite3.Connection, report: sqlite3.Row, start: int, end: int) -> Iterator[Mark]:
    given = {"record": report["record_id"], "start": start, "end": end, "most": MOST_MARKS}
    for row in db.execute(FIGURES, given):
        told = {
            "measure": row["measure"],
            "value": number(row["value"]),
            "unit": row["unit"],
            "negated": bool(row["negated"]),
            "open": value_link(report["report_id"], figure=row["ordinal"]),
        }
        yield Mark(row["quote_start"], row["quote_end"], told)


def _lines(
    text: str, start: int, end: int, marks: Sequence[Mark], heads: dict[int, str]
) -> Iterator[Json]:
    place = start
    for line in text[start:end].split("\n"):
        stop = place + len(line)
        if line.strip():
            inside = [mark for mark in marks if mark.start < stop and mark.end > place]
            yield {
                "section": heads.get(place),
                "segments": list(_segments(text, place, stop, inside)),
            }
        place = stop + 1


def _segments(text: str, start: int, stop: int, marks: Sequence[Mark]) -> Iterator[Json]:
    """Pieces of a line; of figures whose quotes overlap, the first has the words, and each that
    begins within them is told beside it.
    """
    done = start
    for index, mark in enumerate(marks):
        if mark.start < done and index:
            continue
        begin, finish = max(mark.start, done), min(mark.end, stop)
        if begin > done:
            yield {"text": text[done:begin], "figure": None}
        also = [other.told for other in marks[index + 1 :] if other.start < finish]
        yield {"text": text[begin:finish], "figure": mark.told, "also": also}
        done = finish
    if done < stop:
        yield {"text": text[done:stop], "figure": None}


SECTIONS = """
SELECT text_start, kind FROM sections
WHERE record_id = ? AND heading IS NOT NULL AND text_start >= ? AND text_start < ?
"""

FIGURES = """
SELECT * FROM figures WHERE record_id = :record AND quote_start < :end AND quote_end > :start
ORDER BY quote_start, ordinal LIMIT :most
"""
