"""pywb as replay uses it: one collection over the WARC files where they lie, and nothing else.

Nothing here imports pywb before ``make_pywb`` is called: it patches the sockets of its process.
What is changed of it is put around its parts, not into them.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.folder import DataFolder
from archive.replay_exchange import INSIDE
from archive.replay_index import ReplayIndex
from archive.replay_policy import prelude_tag
from archive.replay_rewriting import CharsetOf, Rewriting, install_limit
from archive.walk import OPEN_SUFFIX

_OF_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "socks_host", "pywb_config_file")


def make_pywb(folder: DataFolder, index: ReplayIndex, charset_of: CharsetOf) -> Any:  # noqa: ANN401
    """The WSGI application. It goes into the index's folder and works there: pywb takes pages,
    files and settings out of the folder where it runs. Its inner server asks itself, no proxy.
    """
    os.chdir(index.folder)
    for name in _OF_PROXIES:
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    os.environ["NO_PROXY"] = "*"
    Path("config.yaml").write_text("{}\n", encoding="utf-8")
    from pywb.apps.frontendapp import FrontEndApp

    app = FrontEndApp(config_file="config.yaml", custom_config=_settings(folder, index))
    inner = app.warcserver_server.server
    # small packets of two servers in a row wait 40 ms each for acknowledgements that are delayed
    inner.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    inner.log = _Nothing()
    rewriter = app.rewriterapp
    rewriter.js_proxy_rw = Rewriting(rewriter.js_proxy_rw, charset_of)
    install_limit()
    rewriter.head_insert_view = _Prelude(rewriter.head_insert_view)
    rewriter.error_view = rewriter.not_found_view = _PlainError()
    return app


def _settings(folder: DataFolder, index: ReplayIndex) -> dict[str, Any]:
    return {
        "collections_root": "collections",  # not there: no collection but the one below
        "enable_auto_colls": False,
        "framed_replay": True,
        "enable_memento": True,
        "csp-header": "",  # the gate sets it
        "collections": {
            "archive": {
                "index": str(index.lines),
                "archive_paths": [_paths_of(folder.warc)],
            }
        },
    }


def _paths_of(warc: Path) -> Callable[[str, object], list[str]]:
    """Where a file of the index lies: closed, open, or closed between the two looks."""

    def paths(name: str, _: object) -> list[str]:
        path = os.path.normpath(warc / name)
        if not path.startswith(f"{warc}{os.sep}"):
            return []
        return [path, path + OPEN_SUFFIX, path]

    return paths


class _Nothing:
    def write(self, _: str) -> None:
        """Drops a line of a log."""


class _Prelude:
    """What is put into the head of a page, with replay's own script before all else."""

    def __init__(self, view: Any) -> None:  # noqa: ANN401
        self._view = view

    def create_insert_func(self, *given: Any, **named: Any) -> Callable[[Any, Any], str]:  # noqa: ANN401
        """As pywb's."""
        insert = self._view.create_insert_func(*given, **named)
        environ = next(value for value in given if isinstance(value, dict))
        prelude = prelude_tag(str(environ.get(INSIDE, "")))

        def with_prelude(rule: Any, cdx: Any) -> str:  # noqa: ANN401
            return f"{prelude}\n{insert(rule, cdx)}"

        return with_prelude


class _PlainError:
    """pywb's errors as text: the gate makes a page of it."""

    def render_to_string(self, _: Any, **told: Any) -> str:  # noqa: ANN401
        """What went wrong, as the loader of records said it."""
        details = told.get("err_details")
        if isinstance(details, dict):
            details = details.get("error")
        return str(details or told.get("err_msg") or "")
