"""The tables for researchers: which there are, and what a report or a body-year puts into each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from extract.coverage_model import Claim, CoverageState
from extract.panel_columns import (
    HEADLINE_COLUMNS,
    OBSERVATION_COLUMNS,
    Column,
    panel_columns,
)
from extract.panel_rows import (
    Row,
    claim_row,
    headline_rows,
    headlines,
    observation_rows,
    panel_row,
)
from extract.panel_source import SourceReport


class PanelTable(StrEnum):
    """The tables of an export; the stems of their files."""

    PANEL = "panel"
    HEADLINE = "headline"
    OBSERVATIONS = "observations"


def columns_of(table: PanelTable) -> Sequence[Column]:
    """The columns of a table, in order."""
    if table is PanelTable.PANEL:
        return panel_columns()
    return HEADLINE_COLUMNS if table is PanelTable.HEADLINE else OBSERVATION_COLUMNS


def rows_of(table: PanelTable, made: tuple[SourceReport, CoverageState] | Claim) -> Iterable[Row]:
    """What a report, or a body-year without one, puts into a table."""
    if isinstance(made, Claim):
        return [claim_row(made)] if table is PanelTable.PANEL else []
    report, state = made
    if table is PanelTable.OBSERVATIONS:
        return observation_rows(report)
    series = headlines(report)
    if table is PanelTable.HEADLINE:
        return headline_rows(report, series)
    return [panel_row(report, series, state)]
