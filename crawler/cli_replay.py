"""The command that opens archived pages in a browser, or says at which address it does."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from archive.folder import DataFolder
from crawler.cli_folder import corpus_option, data_option, existing_folder, talk
from crawler.errors import CrawlerError
from crawler.replaying import (
    HOST,
    PORT,
    advertised,
    charset_label,
    default_origin,
    find_address,
    find_origin,
)


@click.command()
@data_option
@corpus_option
@click.option("--host", default=HOST, show_default=True, help="Where to listen.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Default: {PORT}, or any if that is taken; 0: any.",
)
@click.option(
    "--address",
    "target",
    metavar="REPORT, URL or RECORD-ID",
    help="Only print the address that opens it.",
)
@click.option("--field", help="With --address: this value of the report, a cell or a measure.")
def replay(
    data: Path | None, host: str, port: int | None, target: str | None, field: str | None
) -> None:
    """Open archived pages in a browser, with nothing asked of the live web."""
    from archive.listening import Listening
    from archive.replay import Replay, check_installed, serve_replay
    from archive.replay_index import unknown_records

    folder = existing_folder(data)
    if target is not None:
        running = find_origin(folder)
        click.echo((running or default_origin(port)) + find_address(folder, target, field))
        if running is None:
            talk.print("no replay of this folder runs: `nianbao replay` starts one")
        return
    if field is not None:
        raise CrawlerError("--field names a value of a report: name the report with --address")
    check_installed()
    folder = DataFolder(folder.root.resolve())  # replay works in a folder of its own
    for record_id in unknown_records(folder):
        talk.print(f"suppress.txt names {record_id}, which the archive does not hold", markup=False)
    talk.print(f"indexing {folder.warc}", markup=False)
    with ExitStack() as stack:

        def ready(replay: Replay) -> None:
            stack.enter_context(advertised(folder, replay.origin))
            click.echo(replay.origin + "/")
            said = f"{replay.captures:,} captures; Ctrl-C ends it"
            talk.print(said, markup=False)

        serve_replay(
            folder,
            Listening(host=host, port=PORT if port is None else port, or_any=port is None),
            charset_of=charset_label,
            ready=ready,
        )
