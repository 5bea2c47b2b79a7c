"""Taken-down addresses: the user's suppress.txt, and what of the archive it covers.

A line is an address (its captures, by any method), an address that ends in ``*`` (all that begin
so; the part before it has a path), or a record id (``urn:uuid:…``). Addresses are compared by their
URL key, so http and https, with www and without, are one. Empty lines and lines that begin with
``#`` say nothing. The archive keeps what is taken down; it is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archive.errors import InvalidSuppression
from archive.urlkey import url_key

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s]+(?P<path>/\S*)?")
_LONGEST = 100_000
"""Characters of a line; a web server takes no longer address."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """What is taken down: URL keys, beginnings of URL keys, and bare record ids."""

    keys: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    record_ids: frozenset[str] = frozenset()
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each of them; behind a beginning stands ``*``."""

    def __bool__(self) -> bool:
        return bool(self.keys or self.beginnings or self.record_ids)

    def covers(self, url: str) -> bool:
        """Whether an address is taken down as such; of single records nothing is said."""
        if not self.keys and not self.beginnings:
            return False
        key = url_key(url)
        return key in self.keys or key.startswith(self.beginnings)

    def find_line(self, url: str, *record_ids: str) -> int | None:
        """The line that takes down a capture at an address, one of whose records (its own, that
        which it repeats) these are; None when none does."""
        named = next((one for one in record_ids if one in self.record_ids), None)
        if named is not None:
            return self.lines.get(named, 0)
        if not self.covers(url):
            return None
        key = url_key(url)
        begun = (f"{one}*" for one in self.beginnings if key.startswith(one))
        return self.lines.get(key if key in self.keys else next(begun), 0)


def load_suppression(path: Path) -> Suppression:
    """Reads suppress.txt; a missing file suppresses nothing.

    Raises InvalidSuppression, with file and line, for what is neither address nor record id: what
    a person wanted taken down must not stay up for a slip of the pen.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Suppression()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSuppression(f"{path} cannot be read: {error}; it is UTF-8 text") from error
    keys, beginnings, record_ids = set(), set(), set()
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        address = _ADDRESS.fullmatch(entry) if len(entry) <= _LONGEST else None
        if entry.startswith("urn:"):
            record_ids.add(entry)
            lines.setdefault(entry, number)
        elif address is None:
            raise InvalidSuppression(
                f"{path} line {number}: {entry[:200]!r} is neither an address (http://…), nor the "
                "beginning of one with * behind it, nor a record id (urn:uuid:…)"
            )
        elif not entry.endswith("*"):
            keys.add(url_key(entry))
            lines.setdefault(url_key(entry), number)
        elif address["path"] in (None, "*"):
            raise InvalidSuppression(
                f"{path} line {number}: {entry[:200]!r} has no path before the *; for a whole host "
                "write http://www.example.gov.cn/*"
            )
        else:
            # something behind it keeps a slash at the end, which a key of its own has not
            beginning = url_key(entry[:-1] + "x").removesuffix("x")
            beginnings.add(beginning)
            lines.setdefault(f"{beginning}*", number)
    return Suppression(frozenset(keys), tuple(sorted(beginnings)), frozenset(record_ids), lines)
