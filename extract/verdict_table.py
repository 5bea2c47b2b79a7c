"""Verdicts of persons beside the exported values, which stay as they were read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from extract.csv_table import safe
from extract.panel_source import SourceReport
from extract.verdicts import Verdicts, verdict_json

COLUMNS = (
    *("body_id", "report_year", "report_scope", "variable", "place", "value", "raw"),
    *("verdict", "right", "by", "on", "note", "standing"),
)


class VerdictTable:
    """``verdicts.csv``, where any exported report has a verdict."""

    def __init__(self, verdicts: Verdicts) -> None:
        self._verdicts = verdicts
        self._rows: list[list[object]] = []

    def add(self, report: SourceReport) -> list[list[object]]:
        """Adds those on a report that is exported; returns their rows."""
        found: list[list[object]] = []
        for judged in self._verdicts.of(str(report.columns["report_id"])):
            known = {**report.columns, **verdict_json(judged)}
            values = [known[name] for name in COLUMNS]
            found.append([safe(one) if isinstance(one, str) else one for one in values])
        self._rows += found
        return found

    def files(self) -> Iterator[tuple[str, str]]:
        """The file by its name; none where there is no verdict."""
        if self._rows:
            out = io.StringIO()
            csv.writer(out, lineterminator="\r\n").writerows([COLUMNS, *self._rows])
            yield "verdicts.csv", out.getvalue()
