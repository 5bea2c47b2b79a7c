"""Long answers in pieces: for clients that are slow, go away, or only ask what they would get.

Each is made in a thread of its own, which a connection to SQLite is bound to, and a piece only when
the one before is on its way: what is held of an answer is a piece. One that fails half-way is cut
off, so that no client takes it for whole.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from extract.browse.errors import Busy, NoPage
from extract.browse.gate import IS_HEAD, Receive, Scope, Send

logger = logging.getLogger(__name__)

MOST = 4
"""Answers under way at a time. Making one keeps a core busy, and a state of the corpus open."""

STALL = 60.0
"""Seconds in which a client takes a piece; one that does not is gone, or as good as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """A file to be sent. ``pieces`` may raise NoPage before the first, for a message instead."""

    name: str
    media_type: str
    pieces: Generator[bytes, None, None]


class Streams:
    """The long answers of a server."""

    def __init__(self) -> None:
        self._running = 0

    async def send(self, streamed: Streamed, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends a file as it is made. Raises NoPage, Busy among them, before anything is sent."""
        if self._running >= MOST:
            raise Busy
        self._running += 1
        thread = ThreadPoolExecutor(1, thread_name_prefix="download")
        gone = asyncio.ensure_future(_gone(receive))

        async def made() -> bytes | None:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(thread, next, streamed.pieces, None)

        try:
            piece = await made()
            await send(_start(streamed))
            if not scope.get(IS_HEAD):
                await _send_all(piece, made, gone, send)
            if not gone.done():
                await send({"type": "http.response.body", "body": b""})
        except _CutOff as problem:
            logger.warning("%s is cut off: %s", streamed.name, problem)
        finally:
            self._running -= 1
            gone.cancel()
            thread.submit(streamed.pieces.close)
            thread.shutdown(wait=False)


class _CutOff(Exception):
    """Why an answer ends before its end."""


async def _send_all(
    piece: bytes | None,
    made: Callable[[], Awaitable[bytes | None]],
    gone: asyncio.Future[None],
    send: Send,
) -> None:
    while piece is not None and not gone.done():
        message = {"type": "http.response.body", "body": piece, "more_body": True}
        try:
            await asyncio.wait_for(send(message), STALL)
        except TimeoutError:
            raise _CutOff(f"nothing was taken in {STALL:g} s") from None
        try:
            piece = await made()
        except NoPage as problem:
            raise _CutOff(f"{problem.words} {problem.detail}") from problem
        except Exception as problem:
            logger.exception("a download failed")
            raise _CutOff(str(problem)) from problem


async def _gone(receive: Receive) -> None:
    """Ends when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _start(streamed: Streamed) -> dict[str, object]:
    headers = [
        (b"content-type", streamed.media_type.encode("ascii")),
        (b"content-disposition", f'attachment; filename="{streamed.name}"'.encode("ascii")),
    ]
    return {"type": "http.response.start", "status": 200, "headers": headers}
