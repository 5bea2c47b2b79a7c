"""What the checks of the reports found, for a person on the terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

import click
from rich.console import Console

from archive.errors import ArchiveError
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from crawler.review_shown import print_beside
from crawler.terminal import json_line, out, shown
from extract.check_words import sentence
from extract.errors import ExtractError
from extract.found_checks import ComparedCell, Counted, FoundCheck
from extract.labels import label_of
from extract.read_again import Source, is_same
from extract.verdicts import Judged, verdict_json
from extract.verify_values import source_of

KEPT_SOURCES = 2
"""Captures kept open: checks come report by report, those across years compare two."""


class Reread:
    """The cells of checks, read again from the archived bytes."""

    def __init__(self, folder: DataFolder) -> None:
        self._index = ArchiveIndex.open(folder.archive_db, read_only=True)
        self._reader = ArchiveReader(folder, self._index)
        self._sources: dict[str, Source] = {}

    def close(self) -> None:
        """Closes the index."""
        self._index.close()

    def not_standing(self, cells: Sequence[ComparedCell]) -> list[str]:
        """Names of the cells where the archived bytes do not say what was read; why a capture
        cannot be read again, in place of its cells."""
        wrong: list[str] = []
        for record_id in dict.fromkeys(cell.record_id for cell in cells):
            own = [cell for cell in cells if cell.record_id == record_id]
            try:
                found = self._source(record_id).cells([cell.provenance for cell in own])
            except (ArchiveError, ExtractError) as error:
                wrong.append(str(error))
                continue
            pairs = zip(own, found, strict=True)
            wrong += [cell.name for cell, there in pairs if not is_same(cell.raw or "", there)]
        return wrong

    def _source(self, record_id: str) -> Source:
        if record_id not in self._sources:
            while len(self._sources) >= KEPT_SOURCES:
                self._sources.pop(next(iter(self._sources)))
            row = self._index.get(record_id)
            self._sources[record_id] = source_of(self._index, self._reader, row)
        return self._sources[record_id]


def print_checks(
    checks: Iterable[tuple[FoundCheck, Sequence[Judged]]],
    folder: DataFolder,
    *,
    reread: Reread | None,
    as_json: bool,
) -> bool:
    """Prints each check with the verdicts on it and its cells, one JSON object a line or as
    sentences; whether each cell that was read again stood at its place."""
    to, all_stand = out(), True
    for found, judged in checks:
        wrong = reread.not_standing(found.cells) if reread else []
        all_stand = all_stand and not wrong
        if as_json:
            said = {"verdicts": [verdict_json(one) for one in judged]}
            click.echo(json_line(check_json(found, wrong, reread_too=reread is not None) | said))
        else:
            _print_one(to, found, folder, wrong)
            print_beside(to, judged, indent="    ")
    return all_stand


def check_json(found: FoundCheck, wrong: list[str], *, reread_too: bool) -> dict[str, object]:
    """One check as ``--json`` prints it. ``is_read_right`` is None where nothing was read again,
    else whether every cell of it stands in the archived bytes as it was read."""
    fields = asdict(found)
    check = fields.pop("check")
    cells = [
        cell | {"label": str(label) if (label := label_of(str(cell["name"]))) else None}
        for cell in fields.pop("cells")
    ]
    warc = {"file": fields.pop("warc_file"), "offset": fields.pop("warc_offset")}
    warc["record_id"] = fields.pop("record_id")
    right = not wrong and not found.is_misread if reread_too and found.cells else None
    return {
        **fields,
        **check,
        "sentence": sentence(found.check),
        "cells": cells,
        "warc": warc,
        "is_read_right": right,
    }


def _print_one(to: Console, found: FoundCheck, folder: DataFolder, wrong: list[str]) -> None:
    check = found.check
    place = f" ({found.division})" if found.division else ""
    head = f"{check.severity.value} {check.identity}"
    who = f"{shown(found.reporting_for)}{place} {found.report_year}"
    to.print(f"{who}: {shown(sentence(check))} [{head}]", markup=False)
    where = f"{folder.warc / found.warc_file} offset {found.warc_offset}"
    to.print(f"    {shown(found.url)} captured {found.captured_at}", markup=False)
    to.print(f"    {where}, record {found.record_id}", markup=False)
    if found.is_misread or wrong:
        names = f": {shown(', '.join(wrong))}" if wrong else ""
        to.print(
            f"    not at its place in the archived bytes, a fault of ours{names}", markup=False
        )


def summary(counted: Counted) -> str:
    """What was looked at, in one line."""
    names = {"fail": "fail", "pass": "hold", "not_assessable": "cannot be judged"}
    names["not_applicable"] = "do not apply"
    said = ", ".join(f"{counted.outcomes.get(key, 0)} {name}" for key, name in names.items())
    return f"{counted.failing} of {counted.reports} reports have a check that fails; checks: {said}"
