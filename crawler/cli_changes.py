"""The command that says what changed between captures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import chain, islice
from pathlib import Path
from urllib.parse import urldefrag

import click

from archive.folder import DataFolder
from crawler.cli_folder import corpus_option, data_option, day_of, existing_folder, talk
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from crawler.terminal import json_line, out
from extract.changes import ChangeKind
from extract.found_changes import ChangedDocument
from extract.listing_changes import ListingChange, ListingChangeKind, iter_listing_changes
from extract.withheld import Withheld


@click.command()
@click.argument("target", required=False, metavar="[URL, RECORD-ID or ID]")
@data_option
@corpus_option
@click.option("--since", metavar="DATE", help="Captured on this day (UTC) or later.")
@click.option("--portal", help="Only of this portal.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in (*ChangeKind, *ListingChangeKind)]),
    help="Only captures with a change of this kind; may be repeated.",
)
@click.option("--all", "every", is_flag=True, help="Also where nothing but boilerplate changed.")
@click.option("--text", "side_by_side", is_flag=True, help="The texts side by side, too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option(
    "--export",
    "pack",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write one change as evidence: statement, its captures as WACZ, digests, check.",
)
def changes(
    target: str | None,
    data: Path | None,
    since: str | None,
    portal: str | None,
    kinds: tuple[str, ...],
    every: bool,
    side_by_side: bool,
    as_json: bool,
    pack: Path | None,
) -> None:
    """Show what changed between captures of a document, numbers first; the newest first."""
    from crawler import changes_shown
    from extract.found_changes import WantedChanges, iter_changes, texts_of

    folder = existing_folder(data)
    wanted = WantedChanges(
        since=None if since is None else day_of(since),
        portal=portal,
        kinds=kinds,
        target=None if target is None else urldefrag(target).url,
        every=every,
    )
    taken_down, withheld = 0, Withheld(folder)
    click.get_current_context().call_on_close(withheld.close)
    documents = iter_changes(folder.corpus_db, wanted)
    rows = iter_listing_changes(folder.corpus_db, wanted)
    if pack is not None:
        sys.exit(_export(folder, list(islice(chain(documents, rows), 2)), withheld, pack))
    found = False
    for document in documents:
        found = True
        if changes_shown.is_hidden(document, withheld):
            taken_down += 1
            continue
        if as_json:
            click.echo(json_line(changes_shown.as_json(document)))
            continue
        changes_shown.print_document(document, folder, out())
        if side_by_side:
            texts = texts_of(folder.corpus_db, document)
            out().print(changes_shown.difference(document, *texts))
    for change in rows:
        found = True
        if changes_shown.is_hidden(change, withheld):
            taken_down += 1
        elif as_json:
            click.echo(json_line(changes_shown.listing_change_json(change)))
        else:
            changes_shown.print_listing_change(change, out())
    if taken_down:
        talk.print(f"suppress.txt takes {taken_down} changes down")
    if not found:
        talk.print("no change fits; `--all` also shows where only boilerplate changed")
        sys.exit(ExitCode.ERROR if target else ExitCode.OK)


def _export(
    folder: DataFolder,
    found: Sequence[ChangedDocument | ListingChange],
    withheld: Withheld,
    pack: Path,
) -> ExitCode:
    from crawler.changes_shown import is_hidden
    from crawler.evidence import export_evidence

    if len(found) != 1:
        raise CrawlerError(
            f"--export is for one change, and {'several' if found else 'none'} fit: name the later "
            "capture's record id or the change's id (`nianbao changes URL` shows them)"
        )
    (change,) = found
    if is_hidden(change, withheld):
        raise CrawlerError("suppress.txt takes this change down")
    whole = export_evidence(folder, change, pack)
    talk.print(f"wrote the evidence to {pack}", markup=False)
    return ExitCode.OK if whole else ExitCode.PARTIAL
