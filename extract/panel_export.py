"""The corpus as tables for researchers: a wide panel, headline series and long observations.

Everything goes through once, in batches, in the order of the panel's key; the same corpus and the
same choice give the same bytes.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archive.folder import DataFolder
from extract.bodies_csv import load_bodies
from extract.codebook import Codebook
from extract.coverage_model import Claim, CoverageState
from extract.csv_table import CsvTable, text_of
from extract.dta_table import DtaTable
from extract.dta_widths import text_widths
from extract.export_changes import ExportChanges
from extract.export_folder import ExportFolder
from extract.former_panel import FormerPanel
from extract.load_scripts import load_scripts
from extract.panel_columns import Column, panel_columns
from extract.panel_order import as_of, body_years
from extract.panel_rows import (
    Row,
    claim_row,
    headline_rows,
    headlines,
    observation_rows,
    panel_row,
)
from extract.panel_source import SourceReport, reading_corpus
from extract.panel_tables import PanelTable, columns_of
from extract.parquet_table import ParquetTable
from extract.selection import Selection
from extract.table_files import ROWS_AT_A_TIME, TableFile
from extract.verdict_table import VerdictTable
from extract.verdicts import Verdicts, judge
from extract.withheld import Withheld

LAYOUT = 1
"""Of the exported files; goes up when columns or their meaning change."""


class PanelFormat(StrEnum):
    """The formats of tables."""

    CSV = "csv"
    PARQUET = "parquet"
    DTA = "dta"


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelChoice:
    """What to write. ``bom`` puts a byte order mark into CSV files; ``every`` adds body-years of
    bodies of which no portal says anything; ``since`` is the folder of a former export, to be
    compared with."""

    formats: tuple[PanelFormat, ...]
    tables: tuple[PanelTable, ...] = tuple(PanelTable)
    bom: bool = False
    every: bool = False
    since: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPanel:
    """An export: its data version, what it holds, and what it leaves out or took away."""

    version: str
    reports: int
    without_report: int
    taken_down: int
    replaced: tuple[str, ...]
    verdicts: Verdicts
    changes: Mapping[str, int]


def write_panel(
    folder: DataFolder, target: Path, selection: Selection, choice: PanelChoice
) -> WrittenPanel:
    """Writes the tables with codebook, loading scripts and manifest into a folder, all or nothing.

    Raises ExtractError when there is no corpus, pyarrow is missing or the folder cannot be made,
    and the errors of ``reading_corpus``.
    """
    verdicts = judge(folder.review_file, folder.corpus_db)
    with reading_corpus(folder.corpus_db) as db, closing(Withheld(folder)) as withheld:
        former = FormerPanel(choice.since) if choice.since else None
        exported = ExportFolder(target)
        try:
            making = _Making(db, exported, choice, verdicts=verdicts, former=former)

            def is_left_out(report_id: str) -> bool:
                taken_down = withheld.find_report(report_id) is not None
                making.counts["reports_taken_down"] += taken_down
                return taken_down

            known = load_bodies(folder.bodies_file)
            making.write(body_years(db, selection, is_left_out, known=known, every=choice.every))
            gone = making.finish(selection)
        except BaseException:
            exported.abandon()
            raise
    return WrittenPanel(
        version=making.version,
        reports=making.counts["reports"],
        without_report=making.counts["body_years_without_report"],
        taken_down=making.counts["reports_taken_down"],
        verdicts=verdicts,
        replaced=tuple(gone),
        changes=making.changes.counts if making.changes else {},
    )


@dataclass(slots=True)
class _Table:
    """A table with its files, and the rows that wait to be written."""

    columns: Sequence[Column]
    files: list[TableFile]
    waiting: list[Row] = field(default_factory=list)
    rows: int = 0

    def add(self, rows: Iterable[Row]) -> None:
        before = len(self.waiting)
        self.waiting.extend(rows)
        self.rows += len(self.waiting) - before
        while len(self.waiting) >= ROWS_AT_A_TIME:
            batch, self.waiting = self.waiting[:ROWS_AT_A_TIME], self.waiting[ROWS_AT_A_TIME:]
            for file in self.files:
                file.write(batch)

    def close(self) -> None:
        for file in self.files:
            if self.waiting:
                file.write(self.waiting)
            file.close()


class _Making:
    """One export while it is made."""

    def __init__(
        self,
        db: sqlite3.Connection,
        exported: ExportFolder,
        choice: PanelChoice,
        *,
        verdicts: Verdicts,
        former: FormerPanel | None,
    ) -> None:
        self._db = db
        self._exported = exported
        self._choice = choice
        self.counts: Counter[str] = Counter()
        self.codebook = Codebook()
        self._verdicts = VerdictTable(verdicts)
        self._digest = hashlib.sha256(f"layout {LAYOUT}".encode())
        self._bodies = ""
        self._tables = {
            table: _Table(columns_of(table), []) for table in PanelTable if table in choice.tables
        }
        self._open()
        self.changes = (
            ExportChanges(former, panel_columns(), exported.path("changes.csv")) if former else None
        )

    def _open(self) -> None:
        widths = text_widths(self._db) if PanelFormat.DTA in self._choice.formats else {}
        for table, made in self._tables.items():
            for form in dict.fromkeys(self._choice.formats):
                path = self._exported.path(f"{table.value}.{form.value}")
                made.files.append(
                    _file(form, path, made.columns, table, bom=self._choice.bom, widths=widths)
                )

    @property
    def version(self) -> str:
        """The digest of what was read."""
        return self._digest.hexdigest()

    def write(self, made_of: Iterator[tuple[SourceReport, CoverageState] | Claim]) -> None:
        """Writes all rows; lets the files go after an error."""
        try:
            for made in made_of:
                if isinstance(made, Claim):
                    self._add_claim(made)
                else:
                    self._add_report(*made)
            for table in self._tables.values():
                table.close()
            if self.changes:
                self.changes.close()
        except BaseException:
            if self.changes:
                self.changes.abandon()
            for table in self._tables.values():
                for file in table.files:
                    file.abandon()
            raise

    def _add_report(self, report: SourceReport, state: CoverageState) -> None:
        self._digest.update(repr(_content(report, state)).encode("utf-8", "replace"))
        self._digest.update(repr(self._verdicts.add(report)).encode("utf-8", "replace"))
        series = headlines(report)
        row = panel_row(report, series, state)
        self.codebook.add(row)
        self._add_panel(row)
        self._add(PanelTable.HEADLINE, headline_rows(report, series))
        if PanelTable.OBSERVATIONS in self._tables:
            self._add(PanelTable.OBSERVATIONS, observation_rows(report))
        self._count(row, "reports")

    def _add_claim(self, claim: Claim) -> None:
        row = claim_row(claim)
        self.codebook.add_claim(claim.state)
        self._digest.update(repr(row[:9]).encode("utf-8", "replace"))
        self._add_panel(row)
        self._count(row, "body_years_without_report")

    def _count(self, row: Row, what: str) -> None:
        self.counts[what] += 1
        if row[0] != self._bodies:
            self.counts["bodies"] += 1
            self._bodies = str(row[0])

    def _add_panel(self, row: Row) -> None:
        self._add(PanelTable.PANEL, [row])
        if self.changes:
            self.changes.add([row])

    def _add(self, table: PanelTable, rows: Iterable[Row]) -> None:
        if table in self._tables:
            self._tables[table].add(rows)

    def finish(self, selection: Selection) -> list[str]:
        """Adds codebook, scripts and manifest; returns the files of a former export taken away."""
        manifest = self._manifest(selection)
        if self.changes:
            self._exported.write_text("changes.md", self.changes.summary(self.version))
            manifest["since"] = self.changes.version
        for name, text in (
            *self.codebook.files(manifest),
            *self._verdicts.files(),
            *load_scripts(self._choice.formats, tuple(self._tables)),
        ):
            self._exported.write_text(name, text)
        return self._exported.finish(manifest)

    def _manifest(self, selection: Selection) -> dict[str, Any]:
        until, software = as_of(self._db).isoformat(), f"nianbao {version('nianbao')}"
        readers = self._db.execute("SELECT DISTINCT extractor_version FROM documents ORDER BY 1")
        return {
            "title": "Annual reports on government information disclosure in China "
            "(政府信息公开工作年度报告)",
            "data_version": self.version,
            "layout": LAYOUT,
            "captured_until": until,
            "software": software,
            "extractor_versions": [row[0] for row in readers],
            "selection": selection.words(),
            "citation": f"nianbao corpus of Chinese government annual reports on information "
            f"disclosure (政府信息公开工作年度报告). Data version {self.version[:16]}, captures "
            f"until {until}, read by {software}.",
            "counts": {
                "reports": self.counts["reports"],
                "body_years_without_report": self.counts["body_years_without_report"],
                "bodies": self.counts["bodies"],
                "reports_taken_down": self.counts["reports_taken_down"],
            },
            "rows": {table.value: made.rows for table, made in self._tables.items()},
        }


def _file(
    form: PanelFormat,
    path: Path,
    columns: Sequence[Column],
    table: PanelTable,
    *,
    bom: bool,
    widths: Mapping[str, int],
) -> TableFile:
    if form is PanelFormat.CSV:
        return CsvTable(text_of(path.open("wb")), columns, bom=bom)
    if form is PanelFormat.PARQUET:
        return ParquetTable(path, columns)
    return DtaTable(path, columns, label=f"nianbao: {table.value}", widths=widths)


def _content(report: SourceReport, state: CoverageState) -> tuple[object, ...]:
    """What of a report can change any exported value."""
    return (
        state.value,
        tuple(report.columns.values()),
        report.errors_failed,
        sorted(report.values.unread),
        [(c.name, c.value, c.raw, c.unit, c.table, c.record_id, c.place) for c in report.cells],
        [
            (f.measure, f.value, f.unit, f.qualifier, f.negated, f.scope, f.quote, f.start, f.end)
            for f in report.figures
        ],
    )
