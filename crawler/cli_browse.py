"""The command that opens the corpus in a browser, and replay beside it."""

from __future__ import annotations

import importlib.util
import sys
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click

from archive.folder import DataFolder
from crawler.cli_folder import corpus_option, data_option, folder_of, talk
from crawler.terminal import shown
from extract.browse.beside import NO_REPLAY, Beside

HOST, PORT = "127.0.0.1", 8079
"""Where browse listens by default: always the same, so that addresses can be noted."""


@click.command()
@data_option
@corpus_option
@click.option("--host", default=HOST, show_default=True, help="Where to listen.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Default: {PORT}, or any if that is taken; 0: any.",
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def browse(data: Path | None, host: str, port: int | None, no_open: bool) -> None:
    """Look at the corpus in a browser, with replay beside it; read-only."""
    from archive.listening import Listening
    from extract.browse.server import check_corpus, check_installed, serve_browse

    check_installed()
    given = folder_of(data)
    folder = DataFolder(given.root.resolve(), given.read_from and given.read_from.resolve())
    check_corpus(folder)
    listening = Listening(host=host, port=PORT if port is None else port, or_any=port is None)

    beside: list[Callable[[], Beside]] = []

    def ready(origin: str) -> None:
        # replay starts once signals are seen to: none comes between the two and leaves it behind
        beside.append(_replay(folder, host, stack))
        click.echo(origin + "/")
        if folder.read_from is not None:
            _say(f"this is {folder.read_from}, not the current corpus")
        _say("read-only; Ctrl-C ends it")
        if not no_open and sys.stdout.isatty():
            webbrowser.open(origin + "/")

    with ExitStack() as stack:
        serve_browse(
            folder, listening, replay=lambda: beside[0]() if beside else NO_REPLAY, ready=ready
        )


def _replay(folder: DataFolder, host: str, stack: ExitStack) -> Callable[[], Beside]:
    """Starts replay; what says how it stands."""
    from crawler.replay_beside import ReplayBeside

    if importlib.util.find_spec("pywb") is None:
        _say("without the extra replay archived pages cannot be opened from here")
        return _none
    if not folder.warc.is_dir():
        _say(f"there is no archive in {folder.root} yet: replay is not started")
        return _none
    beside = ReplayBeside(folder, host=host, say=_say)
    stack.callback(beside.close)
    return beside.state


def _none() -> Beside:
    return NO_REPLAY


def _say(text: str) -> None:
    talk.print(shown(text), markup=False)
