"""What browsers are told about a replayed answer: which headers it has, and what it may do.

An archived page has an origin of its own that nobody else has (``sandbox`` without
``allow-same-origin``): it reaches neither the frame around it nor what another page stored, and
leaves nothing behind. What it may load is what replay serves. Scripts run in the frame alone:
a page that is a window of its own could lead it away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

Headers = list[tuple[str, str]]

_OWN = "'self' data: blob:"
_LOADS = (
    f"default-src {_OWN} 'unsafe-inline' 'unsafe-eval'; form-action 'self'; base-uri 'self'; "
    f"object-src 'none'; frame-src 'self'; child-src 'self' blob:; connect-src 'self'"
)
SCRIPTS = f"sandbox allow-scripts allow-forms allow-downloads; {_LOADS}"
"""For a page in the frame."""
NO_SCRIPTS = f"sandbox allow-downloads; script-src 'none'; {_LOADS}"
"""For a page that stands alone, and for bytes as they were archived."""
OWN_PAGES = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""For calendar, frame and messages: pywb's calendar compiles its templates in the browser."""
VIEWED = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'"
"""For what a browser shows with a viewer of its own, which a sandbox would keep away."""

COMMON: Headers = [
    ("X-DNS-Prefetch-Control", "off"),
    ("Referrer-Policy", "same-origin"),
    # of Chromium, where it is on: also what no policy above covers, WebRTC and connections ahead
    ("Connection-Allowlist", "(response-origin)"),
]

ORIGINAL = "X-Archive-Orig-"
"""Before the name of an archived header that would tell the browser something about replay."""

_KEPT = frozenset(
    {
        *("content-type", "content-length", "content-encoding", "content-language"),
        *("content-disposition", "content-range", "accept-ranges", "transfer-encoding"),
        *("location", "allow"),
    }
)

BEGINNING = 64 * 1024
"""Bytes of a page in which replay's own script is looked for."""

_BEFORE = re.compile(
    rb"(?:[^<]|<!doctype[^<>]*>|<\?[^<>]*>|<(?:html|head)(?:\s[^<>]*)?>"
    rb"|<!--(?!-?>)(?:[^-]|-(?!-!?>))*--!?>)*",
    re.IGNORECASE,
)
"""What a browser reads no script in (HTML, 13.2.5.41 ff.: ``<!-->`` is a whole comment)."""

_VIEWERS = ("application/pdf",)


def archived_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """The headers of an archived response as replay passes them on: those that say what the body
    is. All others (cookies, policies, links to load ahead, reports to send …) have another name.
    """
    return [
        (name if name.lower() in _KEPT or name.startswith(ORIGINAL) else ORIGINAL + name, value)
        for name, value in headers
    ]


def prelude_tag(inside: str) -> str:
    """The element that stands before all else in a rewritten page. ``inside`` is the secret that no
    archived page can have known.
    """
    return f'<script src="{inside}/-/prelude.js"></script>'


def may_run(beginning: bytes, inside: str) -> bool:
    """Whether a page's own scripts come after replay's: before it stand but comments, the document
    type, html and head, as browsers read them. Another document (SVG, what is no page) has none.
    """
    before, found, _ = beginning.partition(prelude_tag(inside).encode("ascii"))
    return bool(found) and _BEFORE.fullmatch(before) is not None


def page_policy(headers: Headers) -> str:
    """The policy of an archived answer that runs no script."""
    types = [value.lower() for name, value in headers if name.lower() == "content-type"]
    return VIEWED if types and types[-1].startswith(_VIEWERS) else NO_SCRIPTS


def with_policy(headers: Headers, policy: str, *, kept: bool = False) -> Headers:
    """The headers with a policy, and with what every answer says. A browser asks again for all but
    what is ``kept``: more may be captured or taken down.
    """
    keeping = ("Cache-Control", "max-age=3600" if kept else "no-cache")
    ours = [("Content-Security-Policy", policy), keeping, *COMMON]
    names = {name.lower() for name, _ in ours}
    return [(name, value) for name, value in headers if name.lower() not in names] + ours
