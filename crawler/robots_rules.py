"""Owns the reading of robots.txt (RFC 9309 §2.2): bytes and a product token to rules."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

PARSED_BYTES = 512 * 1024
"""Bytes of a robots.txt that are read; RFC 9309 §2.5 asks for at least 500 KiB."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"[A-Za-z_-]+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# what may stand in a path or query as it is (RFC 3986 §3.3); anything else is percent-encoded
_PLAIN = _UNRESERVED | frozenset(b"!$&'()*+,;=:@/?%[]")


@dataclass(frozen=True)
class Rule:
    """One allow or disallow line; ``pattern`` normalised by ``normalise_path``."""

    allow: bool
    pattern: str

    @cached_property
    def _pieces(self) -> tuple[tuple[str, ...], bool]:
        anchored = self.pattern.endswith("$")
        pattern = self.pattern[:-1] if anchored else self.pattern
        return tuple(piece.replace("$", "%24") for piece in pattern.split("*")), anchored

    def matches(self, path: str) -> bool:
        """Whether a normalised path begins with the pattern (or is it whole, before a ``$``).

        Pieces between asterisks are looked for from the left: linear in the path for each, so a
        hostile pattern costs no more than its length.
        """
        (first, *others), anchored = self._pieces
        if not path.startswith(first):
            return False
        if not others:
            return not anchored or path == first
        position = len(first)
        for piece in others[:-1]:
            found = path.find(piece, position)
            if found < 0:
                return False
            position = found + len(piece)
        if anchored:
            return path.endswith(others[-1]) and len(path) - len(others[-1]) >= position
        return path.find(others[-1], position) >= 0


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """The rules for one crawler. ``crawl_delay`` in seconds (no part of RFC 9309) or None."""

    rules: tuple[Rule, ...] = ()
    crawl_delay: float | None = None

    def deciding_rule(self, url: str) -> Rule | None:
        """The longest rule that matches, allow before disallow of the same length; None: allowed.

        /robots.txt itself is always allowed (RFC 9309 §2.2.2).
        """
        parts = urlsplit(url)
        path = parts.path or "/"
        if path == "/robots.txt":
            return None
        path = normalise_path(f"{path}?{parts.query}" if parts.query else path)
        path = path.replace("*", "%2A").replace("$", "%24")
        matching = [rule for rule in self.rules if rule.matches(path)]
        return max(matching, key=lambda rule: (len(rule.pattern), rule.allow), default=None)

    def allows(self, url: str) -> bool:
        """Whether an absolute URL may be asked for."""
        rule = self.deciding_rule(url)
        return rule is None or rule.allow


def product_token(user_agent: str) -> str:
    """The token a crawler goes by: the leading letters, ``_`` and ``-`` of its User-Agent.

    Empty when there are none; then only the groups of ``*`` apply.
    """
    found = _TOKEN.match(user_agent.strip())
    return found.group() if found else ""


def parse_robots(octets: bytes, token: str) -> RobotsRules:
    """The rules of a robots.txt for a product token.

    Groups of the token are merged; without any, those of ``*``. A body that is a web page holds
    no rules. At most PARSED_BYTES are read, to the last whole line.
    """
    text = _decode(octets)
    if text.lstrip().startswith("<"):
        return RobotsRules()
    wanted = token.lower()
    own, general = _Group(), _Group()
    for agents, lines in _groups(text):
        if wanted and wanted in agents:
            own.extend(lines)
        if "*" in agents:
            general.extend(lines)
    return (own if own.named else general).rules()


class _Group:
    """The merged groups of one product token; ``named`` when there was any."""

    def __init__(self) -> None:
        self.named = False
        self._lines: list[tuple[str, str]] = []

    def extend(self, lines: list[tuple[str, str]]) -> None:
        self.named = True
        self._lines += lines

    def rules(self) -> RobotsRules:
        rules = tuple(
            Rule(allow=key == "allow", pattern=normalise_path(value))
            for key, value in self._lines
            if key in ("allow", "disallow") and value
        )
        delays = [seconds for key, value in self._lines if (seconds := _seconds(key, value))]
        return RobotsRules(rules, max(delays, default=None))


def _decode(octets: bytes) -> str:
    whole = len(octets) <= PARSED_BYTES
    octets = octets[:PARSED_BYTES]
    if not whole:  # half a line may say more than the whole one
        octets = octets[: max(octets.rfind(b"\n"), octets.rfind(b"\r")) + 1]
    return octets.decode("utf-8-sig", "replace")


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Keys in lower case, and values without comments."""
    for line in _LINE_END.split(text):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    """Each group: the tokens it is for, lower-case, and its lines. Unknown lines end no group."""
    agents: set[str] = set()
    rules: list[tuple[str, str]] = []
    for key, value in _lines(text):
        if key == "user-agent":
            if rules:
                yield agents, rules
                agents, rules = set(), []
            agents.add(_agent(value))
        elif key in ("allow", "disallow", "crawl-delay") and agents:
            rules.append((key, value))
    if agents:
        yield agents, rules


def _agent(value: str) -> str:
    """The token of a user-agent line; a version after it is not part of it."""
    return re.split(r"[/\s]", value, maxsplit=1)[0].lower()


def _seconds(key: str, value: str) -> float | None:
    if key != "crawl-delay" or not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", value):
        return None
    return float(value)


def normalise_path(path: str) -> str:
    """A path, query or pattern with one spelling for what means the same (RFC 9309 §2.2.2).

    Unreserved characters are decoded, everything outside of ASCII is percent-encoded as UTF-8,
    escapes are upper-case; reserved characters stay as they are, encoded or not.
    """
    encoded = "".join(
        chr(octet) if octet in _PLAIN else f"%{octet:02X}"
        for octet in path.encode("utf-8", "surrogatepass")
    )
    return _ESCAPE.sub(_one_spelling, encoded)


def _one_spelling(escape: re.Match[str]) -> str:
    octet = int(escape.group(1), 16)
    return chr(octet) if octet in _UNRESERVED else f"%{octet:02X}"


def decode_body(body: bytes, coding: str | None) -> bytes:
    """The first PARSED_BYTES (and one more, if there are more) of a body, gzip removed.

    A corrupt or unknown coding gives what could be read: possibly nothing, hence no rules.
    """
    if (coding or "").strip().lower() not in ("gzip", "x-gzip"):
        return body[: PARSED_BYTES + 1]
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        return inflater.decompress(body, PARSED_BYTES + 1)
    except zlib.error:
        return body[: PARSED_BYTES + 1]
