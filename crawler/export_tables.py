"""``export --format csv|parquet|dta``: writes the tables, and says what is not in them."""

from __future__ import annotations

from pathlib import Path

from archive.folder import DataFolder
from crawler.cli_folder import talk, tell_taken_down
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from crawler.review_shown import tell_unsound
from crawler.terminal import shown
from extract.panel_export import PanelChoice, PanelFormat, write_panel
from extract.panel_tables import PanelTable
from extract.selection import Selection

CHANGES = {
    "added": "reports added",
    "withdrawn": "withdrawn",
    "changed": "values changed",
    "state_changed": "reasons changed",
}
"""Kinds of change since a former export, in words."""


def export_tables(
    folder: DataFolder,
    target: Path,
    selection: Selection,
    *,
    forms: tuple[str, ...],
    tables: tuple[str, ...],
    bom: bool,
    all_bodies: bool,
    since: Path | None,
) -> ExitCode:
    """Writes them. Raises CrawlerError for options that do not go together."""
    if selection.records:
        raise CrawlerError("--record chooses captures: it goes with --format wacz alone")
    if bom and "csv" not in forms:
        raise CrawlerError("--bom is for --format csv")
    choice = PanelChoice(
        formats=tuple(PanelFormat(form) for form in dict.fromkeys(forms)),
        tables=tuple(table for table in PanelTable if not tables or table.value in tables),
        bom=bom,
        every=all_bodies,
        since=since,
    )
    written = write_panel(folder, target, selection, choice)
    tell_taken_down(written.taken_down, "reports")
    tell_unsound(written.verdicts.iter_all(), talk)
    for name in written.replaced:
        talk.print(shown(f"{name} was of the former export and is taken away"), markup=False)
    if since is not None:
        told = ", ".join(
            f"{written.changes.get(kind, 0)} {words}" for kind, words in CHANGES.items()
        )
        talk.print(shown(f"since {since}: {told}; changes.csv has each"), markup=False)
    talk.print(
        shown(
            f"wrote {written.reports} reports and {written.without_report} body-years without one "
            f"to {target}: data version {written.version[:16]}; codebook.html explains"
        ),
        markup=False,
    )
    return ExitCode.OK
