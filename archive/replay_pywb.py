"""pywb as replay uses it: one collection over the WARC files where they lie, and nothing else.

Nothing here imports pywb before ``make_pywb`` is called: it patches the sockets of its process.
What is changed of it is put around its parts, not into them.
"""

from __future__ import annotations

import io
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.folder import DataFolder
from archive.replay_exchange import INSIDE
from archive.replay_index import ReplayIndex
from archive.replay_policy import ORIGINAL, archived_headers, prelude_tag
from archive.walk import OPEN_SUFFIX

CharsetOf = Callable[[bytes, str | None, bool], str | None]
"""The charset label of a text: of its bytes, its Content-Type (None without one), and whether it is
HTML. None leaves what is declared."""

LONGEST_TEXT = 16 * 1024 * 1024
"""Bytes of a page that are looked at for its charset."""

_PIECE = 64 * 1024
_TEXTS = ("text/html", "text/plain", "application/xhtml+xml")
_AS_STORED = ("id_", "ir_")
_TRANSFER = ("transfer-encoding", "content-encoding", "content-length")
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
    rewriter.js_proxy_rw = _Prepared(rewriter.js_proxy_rw, charset_of)
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


class _Prepared:
    """Rewriting, of a record whose headers and charset are those that replay gives."""

    def __init__(self, rewriting: Any, charset_of: CharsetOf) -> None:  # noqa: ANN401
        self._rewriting = rewriting
        self._charset_of = charset_of

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._rewriting, name)

    def __call__(self, record: Any, url_rewriter: Any, *others: Any) -> Any:  # noqa: ANN401
        head = record.http_headers
        if head is not None:
            head.headers = archived_headers(head.headers)
            if url_rewriter.wburl.mod not in _AS_STORED:
                _declare_charset(record, self._charset_of)
        return self._rewriting(record, url_rewriter, *others)


def _declare_charset(record: Any, charset_of: CharsetOf) -> None:  # noqa: ANN401
    """Says in its header which charset a text is in: browsers look for it in the first 1,024 bytes,
    before which rewriting puts more than that, and portals declare it wrongly.
    """
    head = record.http_headers
    content_type = head.get_header("Content-Type") or ""
    mime = content_type.partition(";")[0].strip().lower()
    if mime not in _TEXTS:
        return
    stream = record.content_stream()
    body = _read(stream, LONGEST_TEXT)
    label = charset_of(body, content_type, mime != "text/plain")
    head.headers = [
        (ORIGINAL + name if name.lower() in _TRANSFER else name, value)
        for name, value in head.headers
    ]
    if label is not None:
        head.replace_header("Content-Type", f"{mime}; charset={label}")
    record.raw_stream = io.BufferedReader(_Joined(body, stream))


def _read(stream: Any, limit: int) -> bytes:  # noqa: ANN401
    pieces, size = [], 0
    while size < limit and (piece := stream.read(_PIECE)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


class _Joined(io.RawIOBase):
    """What was read of a stream, and then the rest of it."""

    def __init__(self, first: bytes, rest: Any) -> None:  # noqa: ANN401
        self._first = io.BytesIO(first)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        piece = self._first.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._rest.close()
        super().close()


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
