"""The codebook of an export: every variable with labels, forms, rule, what is missing and why.

It is made from the columns that are written and from what the rows held, as JSON, Markdown and
HTML.
"""

from __future__ import annotations

import csv
import html
import io
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from extract.coverage_model import CoverageState
from extract.crosswalk import COLUMNS as CROSSWALK_COLUMNS
from extract.crosswalk import crosswalk_rows
from extract.headline import SERIES, Series
from extract.languages import Lang
from extract.panel_columns import ABOUT, panel_columns, panel_variables
from extract.panel_rows import Row, status_of_state
from extract.sentences import say
from extract.value_status import LETTERS, MEANINGS, ValueStatus
from extract.variables import Kind, Variable

Json = dict[str, Any]

_FIRST_VALUE = len(ABOUT)
_HEADS = (
    *("name", "label_zh", "label_en", "unit", "forms", "rule_zh", "rule"),
    *("filled", "share_filled"),
)


class Codebook:
    """Counts what the rows of a panel hold, and writes it down."""

    def __init__(self) -> None:
        self._rows = 0
        self._variables = panel_variables()
        self._statuses: list[Counter[object]] = [Counter() for _ in self._variables]
        self._about: list[int] = [0] * len(ABOUT)
        self._claims: Counter[CoverageState] = Counter()
        self._first_status = len(panel_columns()) - len(self._variables)

    def add(self, row: Row) -> None:
        """Counts a report's row."""
        self._rows += 1
        for counter, status in zip(self._statuses, row[self._first_status :], strict=True):
            counter[status] += 1
        for place in range(_FIRST_VALUE):
            self._about[place] += row[place] is not None

    def add_claim(self, state: CoverageState) -> None:
        """Counts a body-year without report."""
        self._claims[state] += 1

    def files(self, manifest: Json) -> Iterator[tuple[str, str]]:
        """The files, by name: codebook in three forms, and the crosswalk."""
        book = self._book(manifest)
        yield "codebook.json", json.dumps(book, ensure_ascii=False, indent=1) + "\n"
        yield "codebook.md", _markdown(book)
        yield "codebook.html", _html(book)
        yield "crosswalk.csv", _crosswalk()

    def _book(self, manifest: Json) -> Json:
        known = described()
        return {
            "title": manifest["title"],
            "data_version": manifest["data_version"],
            "citation": manifest["citation"],
            "rows": self._rows + sum(self._claims.values()),
            "statuses": known["statuses"],
            "about": [
                {**column, "filled": filled}
                for column, filled in zip(known["about"], self._about, strict=True)
            ],
            "variables": [
                {**variable, **self._counted(counted)}
                for variable, counted in zip(known["variables"], self._statuses, strict=True)
            ],
            "headline_sources": known["headline_sources"],
        }

    def _counted(self, counted: Counter[object]) -> Json:
        statuses = Counter({str(status): times for status, times in counted.items()})
        for state, times in self._claims.items():
            statuses[status_of_state(state).value] += times
        filled = sum(times for one, times in statuses.items() if ValueStatus(one).has_value)
        rows = self._rows + sum(self._claims.values())
        return {
            "filled": filled,
            "share_filled": round(filled / rows, 4) if rows else None,
            "statuses": dict(sorted(statuses.items())),
        }


def described() -> Json:
    """What the columns of any panel are, and what their missing values mean; no counts."""
    return {
        "statuses": [
            {"status": one.value, "stata": _stata(one), "meaning": MEANINGS[one]}
            for one in ValueStatus
        ],
        "about": [{"name": column.name, "label_en": column.label} for column in ABOUT],
        "variables": [_described(variable) for variable in panel_variables()],
        "headline_sources": [_sources(series) for series in SERIES],
    }


def _described(variable: Variable) -> Json:
    return {
        "name": variable.name,
        "kind": variable.kind.value,
        "field": variable.field,
        "label_zh": variable.chinese,
        "label_en": variable.english,
        "unit": variable.unit,
        "table": variable.table,
        "row": variable.row,
        "column": variable.column,
        "forms": [form.value for form in variable.forms],
        "rule": _rule(variable, Lang.EN),
        "rule_zh": _rule(variable, Lang.ZH),
    }


def _rule(variable: Variable, lang: Lang) -> str:
    if own := variable.rule if lang is Lang.EN else variable.rule_zh:
        return own
    return say("rule_of_cell" if variable.kind is Kind.CELL else "rule_of_prose", lang)


def _stata(status: ValueStatus) -> str | None:
    return None if status.has_value else f".{LETTERS[status]}"


def _sources(series: Series) -> Json:
    cells = [
        {
            "forms": [form.value for form in one.forms],
            "cells": list(one.cells),
            "comparability": one.comparability.value,
            **_why(one.why),
        }
        for one in series.cells
    ]
    prose = {
        "measures": [m.value for m in dict.fromkeys((*series.measures_new, *series.measures))],
        "comparability": series.prose.value,
        **_why(series.why_prose),
    }
    rules = {"rule": series.rule(), "rule_zh": series.rule(Lang.ZH)}
    return {"series": series.name, **rules, "cells": cells, "prose": prose}


def _why(key: str) -> Json:
    """What a source counts, by its key, in both languages."""
    if not key:
        return {"why": "", "why_zh": ""}
    return {"why": say(key), "why_zh": say(key, Lang.ZH)}


def _told(entry: Json, head: str) -> str:
    value = entry[head]
    if head == "forms":
        return ", ".join(value) or "prose"
    if head == "share_filled":
        return "" if value is None else f"{value:.1%}"
    return str(value)


def _notes(book: Json) -> list[tuple[str, str]]:
    return [
        (series["series"], f"{where}: {one['comparability']}; {one['why_zh']}; {one['why']}")
        for series in book["headline_sources"]
        for where, one in (
            *((", ".join(cell["forms"]), cell) for cell in series["cells"]),
            ("prose", series["prose"]),
        )
        if one["why"]
    ]


def _parts(book: Json) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """Each part's title, heads and rows, for any kind of page."""
    statuses = [(s["status"], s["stata"] or "", s["meaning"]) for s in book["statuses"]]
    about = [(a["name"], a["label_en"], str(a["filled"])) for a in book["about"]]
    variables = [tuple(_told(v, head) for head in _HEADS) for v in book["variables"]]
    return [
        ("Missing values", ("status", "Stata", "meaning"), list(statuses)),
        ("About the report", ("name", "label", "filled"), list(about)),
        ("Variables", _HEADS, list(variables)),
        ("Headline series: what sources count", ("series", "source"), list(_notes(book))),
    ]


def _markdown(book: Json) -> str:
    lines = [f"# Codebook: {book['title']}", "", book["citation"], ""]
    lines += [f"{book['rows']} rows; data version {book['data_version']}.", ""]
    for title, heads, rows in _parts(book):
        lines += [f"## {title}", "", _line(heads), _line(("---",) * len(heads))]
        lines += [_line(row) for row in rows]
        lines.append("")
    return "\n".join(lines)


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _html(book: Json) -> str:
    parts = []
    for title, heads, rows in _parts(book):
        head = "".join(f"<th>{html.escape(one)}</th>" for one in heads)
        body = "\n".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            for row in rows
        )
        parts.append(f"<h2>{html.escape(title)}</h2>\n<table>\n<tr>{head}</tr>\n{body}\n</table>\n")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f"<title>Codebook</title>\n<style>{_STYLE}</style></head><body>\n"
        f"<h1>Codebook: {html.escape(book['title'])}</h1>\n<p>{html.escape(book['citation'])}</p>\n"
        f"<p>{book['rows']} rows; data version {book['data_version']}.</p>\n"
        + "".join(parts)
        + "</body></html>\n"
    )


_STYLE = (
    "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}"
    "td,th{border:1px solid #bbb;padding:2px 6px;text-align:left;vertical-align:top}"
)


def _crosswalk() -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CROSSWALK_COLUMNS)
    writer.writerows(crosswalk_rows())
    return out.getvalue()
