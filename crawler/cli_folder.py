"""What every command shares: the data folder that it works on, and where its talk goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from archive.folder import DataFolder
from crawler.config import default_data_folder
from crawler.errors import CrawlerError

talk = Console(stderr=True, highlight=False, soft_wrap=True)
"""Talk and problems; data goes to stdout."""

_CORPUS = "nianbao.corpus"
"""Where the option's value waits, in click's ``Context.meta``."""

_F = TypeVar("_F", bound=Callable[..., Any])


def data_option(command: _F) -> _F:
    """``--data`` may stand before or after the command's name."""
    return click.option(
        "--data", "data", type=click.Path(path_type=Path), help="The data folder (NIANBAO_DATA)."
    )(command)


def _remember_corpus(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    ctx.meta[_CORPUS] = value


def corpus_option(command: _F) -> _F:
    """``--corpus``, for a command that only reads: it is then the corpus of ``folder_of``."""
    return click.option(
        "--corpus",
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_remember_corpus,
        help="Read this in place of corpus.db: a former corpus, or corpus.next.db.",
    )(command)


def folder_of(data: Path | None) -> DataFolder:
    """The data folder that was named, to the command or in front of it, else the default."""
    context = click.get_current_context()
    chosen = data or context.find_root().params.get("data")
    folder = DataFolder(Path(chosen or default_data_folder()))
    corpus = context.meta.get(_CORPUS)
    return folder if corpus is None else DataFolder(folder.root, _former(folder, corpus))


def _former(folder: DataFolder, named: Path) -> Path:
    """The file that ``--corpus`` names: a path, or the name of one in the data folder."""
    beside = folder.root / named.name
    found = named if named.exists() or named.name != str(named) else beside
    if not found.is_file():
        there = ", ".join(path.name for path in (*folder.former_corpora(), folder.next_db))
        raise CrawlerError(
            f"--corpus {named}: there is no such file; {folder.root} may hold {there}"
        )
    from extract.former_corpus import migrated

    return migrated(found, forget=click.get_current_context().call_on_close)


def tell_taken_down(count: int, what: str) -> None:
    """Says how much was left out for suppress.txt; nothing where none was."""
    if count:
        talk.print(f"suppress.txt takes {count} {what} down: not shown")


def existing_folder(data: Path | None) -> DataFolder:
    """The same, for a command that needs an archive. Raises CrawlerError when there is none."""
    folder = folder_of(data)
    if not folder.warc.is_dir():
        raise CrawlerError(
            f"there is no archive in {folder.root}; run `nianbao crawl` first, or give --data"
        )
    return folder


def day_of(since: str) -> date:
    """The day that ``--since`` names. Raises CrawlerError."""
    try:
        return date.fromisoformat(since)
    except ValueError:
        raise CrawlerError(f"--since {since!r} is no day; write it as 2026-03-31") from None
