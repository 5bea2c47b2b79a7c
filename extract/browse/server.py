"""Serves the corpus until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from archive.folder import DataFolder
from archive.listening import Listening
from extract.browse.beside import Beside
from extract.browse.corpus import Corpus, check_version
from extract.errors import BrowseUnavailable
from extract.schema import open_corpus_to_read

SQL_MILLISECONDS = 2_000
"""For a query that a person wrote."""

MOST_ROWS = 1_000
"""Of such a query."""

SQL_THREADS = 2
MOST_CONNECTIONS = 200
"""Answered at a time; more are told to come again."""

STOP_SECONDS = 2


def check_installed() -> None:
    """Raises BrowseUnavailable, with what to do, unless Datasette is installed."""
    if importlib.util.find_spec("datasette") is None:
        raise BrowseUnavailable(
            "Datasette, which serves the pages, is not installed: pip install 'nianbao[browse]' "
            "(in a checkout: pip install -c constraints.txt -e '.[browse]')"
        )


def check_corpus(folder: DataFolder) -> None:
    """Raises an ExtractError for a corpus that cannot be shown; one that is not there can."""
    if folder.corpus_db.exists():
        with contextlib.closing(open_corpus_to_read(folder.corpus_db)) as db:
            check_version(db, folder.corpus_db)


def serve_browse(
    folder: DataFolder,
    listening: Listening,
    *,
    replay: Callable[[], Beside],
    ready: Callable[[str], None],
) -> None:
    """Serves until SIGTERM, SIGINT or SIGHUP; ``ready`` is called with the origin when it answers.
    ``replay`` says how the replay beside it stands.

    Raises BrowseUnavailable, CannotListen, InvalidSuppression, and what ``check_corpus`` does.
    """
    check_installed()
    check_corpus(folder)
    corpus = Corpus.of(folder)
    with listening.open_socket() as listener:
        port = listener.getsockname()[1]
        names = listening.names and frozenset(f"{name}:{port}" for name in listening.names)
        app = _application(corpus, names, replay)
        origin = f"http://{listening.opened_at}:{port}"
        asyncio.run(_serve(app, listener, lambda: ready(origin)))


def _application(corpus: Corpus, names: frozenset[str] | None, replay: Callable[[], Beside]) -> Any:  # noqa: ANN401 -- Datasette has no types
    os.environ["DATASETTE_LOAD_PLUGINS"] = ""  # ours alone, whatever else is installed
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.plugins import pm

    from extract.browse.plugin import Pages
    from extract.browse.site import Site

    pm.unregister(name="datasette.handle_exception")  # ours says it in the words of the pages
    pm.register(Pages(Site(corpus, replay), names=names), "nianbao")
    path = corpus.folder.corpus_db
    served = Datasette(
        [],
        memory=True,
        template_dir=str(Path(__file__).with_name("tables")),
        cache_headers=False,
        settings={
            "sql_time_limit_ms": SQL_MILLISECONDS,
            "max_returned_rows": MOST_ROWS,
            "num_sql_threads": SQL_THREADS,
            "allow_download": False,
            "suggest_facets": False,
            "truncate_cells_html": 400,
            "max_csv_mb": 0,
        },
    )
    # opened mode=ro when a page is asked for: the file may be written, or not be there yet
    served.add_database(Database(served, str(path), is_mutable=True), name="corpus")
    served.remove_database("_memory")
    return served.app()


async def _serve(app: Any, listener: socket.socket, ready: Callable[[], None]) -> None:  # noqa: ANN401
    import uvicorn

    class Server(uvicorn.Server):
        """Leaves the signals to us: after one uvicorn would end the process by it."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        http="h11",
        ws="none",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    server = Server(config)

    def stop() -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    loop = asyncio.get_running_loop()
    numbers = [signal.SIGTERM, signal.SIGINT]
    if sys.stdin is not None and sys.stdin.isatty():
        numbers.append(signal.SIGHUP)  # a terminal that is closed ends it
    for number in numbers:
        loop.add_signal_handler(number, stop)
    await server.serve(sockets=[listener])
