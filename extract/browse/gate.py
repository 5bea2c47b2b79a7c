"""The gate before Datasette: who is answered, and how a browser is to take each answer.

An ASGI application around another. Only GET and HEAD are answered, only under our own names (a page
elsewhere may point a name of its own at this machine), and of Datasette only its tables and SQL.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""No script, no frame, nothing from elsewhere: our pages need none of it."""

HEADERS = (
    (b"content-security-policy", POLICY.encode("ascii")),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_OURS = frozenset(name for name, _ in HEADERS)

IS_HEAD = "nianbao.is_head"
"""In the scope of what goes on as GET: whether of the answer only the head is wanted."""

LONGEST_TARGET = 8_000
"""Bytes of an address with its query."""

_CLOSED = re.compile(rb"/(?:-/|_|:)")
"""Datasette's own pages about itself, and its databases that are not ours."""


class Gate:
    """``names`` are the values of Host that are answered, None for any."""

    def __init__(self, behind: App, *, names: frozenset[str] | None) -> None:
        self._behind = behind
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._behind(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", []) if _is_kept(bytes(pair[0]))]
                if not any(bytes(name).lower() == b"cache-control" for name, _ in kept):
                    kept.append((b"cache-control", b"no-cache"))
                message = {**message, "headers": [*kept, *HEADERS]}
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await _say(answered, *refusal)
            return
        await self._behind({**scope, "method": "GET", IS_HEAD: is_head}, receive, answered)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Why a request is not answered, None when it is."""
        headers = {bytes(name).lower(): bytes(value) for name, value in scope["headers"]}
        path = bytes(scope.get("raw_path") or b"")
        if scope["method"] not in ("GET", "HEAD"):
            return 405, "Only GET and HEAD are answered: browse is read-only."
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if self._names is not None and host not in self._names:
            return 421, "This host name is not answered here."
        if len(path) + len(scope.get("query_string", b"")) > LONGEST_TARGET:
            return 414, "The address is too long."
        if _CLOSED.match(path):
            return 404, "There is no such page."
        return None


def _is_kept(name: bytes) -> bool:
    return name.lower() not in _OURS | {b"link"}


async def _say(send: Send, status: int, text: str) -> None:
    body = text.encode("utf-8")
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode("ascii")),
        *([(b"allow", b"GET, HEAD")] if status == 405 else []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
