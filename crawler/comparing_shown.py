"""What a newer reading changes, for a person, values first, and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from crawler.terminal import json_line, out, shown
from extract.compared_tables import ColumnChange, RowChange, Value, What
from extract.comparing import Comparison, Difference, Subject
from extract.withheld import Withheld

MOST_LINES = 30
"""Differences told of one report; ``--report`` tells all."""

MOST_CHARACTERS = 160
"""Of one value."""

NAMED_BY = {
    "cells": ("cell", ("name",)),
    "figures": ("figure", ("measure", "quote")),
    "checks": ("check", ("identity", "place")),
    "reports": ("report", ("report_id",)),
    "report_documents": ("reading", ("record_id",)),
    "report_tables": ("table", ("table_no",)),
    "documents": ("document", ("record_id",)),
    "findings": ("finding", ("kind", "url", "message")),
    "sections": ("section", ("kind", "heading")),
}
"""How a row is called and which of its columns say which one it is; others by their whole key."""

SAID_OF_WHOLE = {
    "cells": ("value", "raw"),
    "figures": ("value", "unit", "qualifier", "scope"),
    "checks": ("outcome", "printed", "computed"),
    "documents": ("outcome", "detail"),
    "reports": ("title",),
    "report_documents": ("report_id", "title"),
    "report_tables": ("record_id",),
    "sections": ("text",),
    "findings": (),
}
"""What is said of a row that is lost or gained; of other tables all columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is told: at most so many reports, or what one report, address or record has."""

    limit: int | None
    named: str | None
    as_json: bool


def print_comparison(found: Comparison, wanted: Wanted, withheld: Sequence[Withheld]) -> int:
    """Versions, counts, and what differs; returns how many are left out, as suppress.txt says."""
    if wanted.as_json:
        click.echo(json_line(_summary(found)))
    else:
        for line in _head(found):
            out().print(shown(line), markup=False)
    subjects = found.iter_subjects() if wanted.named is None else found.find_subjects(wanted.named)
    told = left_out = 0
    for subject in subjects:
        if told == wanted.limit and wanted.named is None:
            left = found.count_subjects() - told - left_out
            if not wanted.as_json:
                out().print(f"and {left} more differ: --limit N, --report ID, --json", markup=False)
            break
        if found.is_withheld(subject, withheld):
            left_out += 1
            continue
        told += 1
        _print(found, subject, wanted)
    return left_out


def _print(found: Comparison, subject: Subject, wanted: Wanted) -> None:
    if not wanted.as_json:
        _print_subject(found, subject, wanted)
        return
    for difference in found.iter_differences(subject.name):
        click.echo(json_line(difference.as_json()))


def _summary(found: Comparison) -> dict[str, object]:
    return {
        "old": {"file": str(found.old), "versions": found.versions["old"]},
        "new": {"file": str(found.new), "versions": found.versions["next"]},
        "tables": found.counts(),
        "columns": found.changed_columns(),
        "differ": found.count_subjects(),
        "notes": found.notes,
    }


def _head(found: Comparison) -> Iterator[str]:
    for side, path in (("old", found.old), ("next", found.new)):
        is_same = side == "next" and list(found.versions["old"]) == list(found.versions["next"])
        for version, captures in found.versions[side].items():
            by = "the same version" if is_same else version
            yield f"{path.name}: {captures} captures read by {by}"
    yield from found.notes
    columns = found.changed_columns()
    for table, counted in found.counts().items():
        which = ", ".join(f"{name} {count}" for name, count in columns.get(table, {}).items())
        said = ", ".join(
            f"{count} {what}" + (f" ({which})" if what == What.CHANGED and which else "")
            for what, count in counted.items()
        )
        yield f"{table}: {said}"
    if not found.count_subjects():
        yield "nothing differs"


def _print_subject(found: Comparison, subject: Subject, wanted: Wanted) -> None:
    folded: dict[tuple[str, What], int] = {}
    to, lines = out(), 0
    for number, difference in enumerate(found.iter_differences(subject.name)):
        if number == 0:
            url = f" {difference.url}" if difference.url not in (None, subject.name) else ""
            to.print(shown(f"{subject.name}{url}"), markup=False)
        change = difference.change
        if difference.in_whole and wanted.named is None:
            key = (change.table, change.what)
            folded[key] = folded.get(key, 0) + 1
            continue
        lines += 1
        if lines <= MOST_LINES or wanted.named is not None:
            to.print(shown(f"  {line_of(difference)}"), markup=False)
    for (table, what), count in folded.items():
        to.print(f"  with it {count} {table} {what.value}", markup=False)
    if lines > MOST_LINES and wanted.named is None:
        to.print(f"  and {lines - MOST_LINES} more: --report", markup=False)


def line_of(difference: Difference) -> str:
    """A row that differs, in words."""
    change = difference.change
    name, by = NAMED_BY.get(change.table, (change.table, tuple(one for one, _ in change.key)))
    which = " ".join(_cut(value) for column in by if (value := change.find(column)) is not None)
    if change.what is What.CHANGED:
        return f"{name} {which}: " + "; ".join(map(_change, change.columns))
    if change.what is What.MOVED:
        return f"{change.table}: the same, at other places in {which or 'it'}"
    told = " ".join(_whole(change, by))
    moved = ""
    if change.table == "reports" and difference.former and difference.report:
        side = difference.former if change.what is What.GAINED else difference.report
        moved = f" (its page is read as {side})" if side != change.find("report_id") else ""
    return f"{name} {which} {change.what.value}{': ' if told else ''}{told}{moved}"


def _whole(change: RowChange, by: tuple[str, ...]) -> Iterator[str]:
    said = SAID_OF_WHOLE.get(change.table, tuple(one.column for one in change.columns))
    for one in change.columns:
        value = one.old if one.new is None else one.new
        if one.column in said and one.column not in by and value is not None:
            yield f"{one.column} {_cut(value)}"


def _change(one: ColumnChange) -> str:
    return f"{one.column} {_cut(one.old)} → {_cut(one.new)}"


def _cut(value: Value) -> str:
    if value is None:
        return "blank"
    if isinstance(value, float):
        return f"{value:.15g}"
    text = str(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"
