"""The user's ``bodies.csv``: other names of bodies, bodies that are one, what a name leaves open.

UTF-8, first line the names of columns, in any order:

``body_id``      the body that the line is about, as it stands in table ``bodies``
``same_as``      the body that it is the same as: its reports become that one's
``alias``        a name by which reports call it; one a line, more lines for more
``name``         its name from now on
``division``     the six-digit code that its division has today
``valid_from``   the first year of it, ``valid_to`` the last
``predecessor``  the body that it came from
``note``         anything; not read

Strict: what is not understood is an error that names line and column. What the file says is part
of what makes rows; its digest stands in ``documents.extractor_version``, so that a change of the
file is noticed and the archive read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from extract.csv_lines import Form, Line, read_lines
from extract.errors import InvalidBodies
from extract.known_bodies import NONE_KNOWN, KnownBodies, KnownBody, plain
from extract.report import BodyType

COLUMNS = (
    "body_id", "same_as", "alias", "name", "division", "valid_from", "valid_to", "predecessor",
    "note",
)  # fmt: skip
FORM = Form(columns=COLUMNS, required=("body_id",), error=InvalidBodies)
NAME_LIMIT = 100

_TYPES = "|".join(one.value for one in BodyType)
BODY_ID = re.compile(
    rf"gov:\d{{6}}|(?:{_TYPES}):(?:\d{{6}}|unknown(?:@[^\s/:,]{{1,253}})?):[^\s/:,]{{1,{NAME_LIMIT}}}"
)
_YEARS = range(1900, 2101)


def load_bodies(path: Path) -> KnownBodies:
    """Reads the file; nothing where there is none. Raises InvalidBodies."""
    lines = read_lines(path, FORM)
    return NONE_KNOWN if lines is None else _Reader().read(lines)


def _body_id(line: Line, column: str) -> str:
    value = line.values[column]
    if not BODY_ID.fullmatch(value):
        raise line.wrong(
            column, "is no body's id; copy it from table bodies, as gov:110101 or "
            "department:110101:教育局"
        )  # fmt: skip
    return value


def _year(line: Line, column: str) -> int | None:
    value = line.values.get(column)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and int(value) in _YEARS):
        raise line.wrong(column, "is no year; write four digits, or nothing")
    return int(value)


def _division(line: Line) -> str | None:
    value = line.values.get("division")
    if value is None:
        return None
    from extract.divisions import LAST_YEAR, find_by_code  # the table is not loaded for nothing

    if value != "100000" and (
        not re.fullmatch(r"\d{6}", value, re.ASCII) or find_by_code(value, LAST_YEAR) is None
    ):
        raise line.wrong(
            "division", "is not the six-digit code of a division of today; look it up in "
            "bodies.division_today, or leave it blank"
        )  # fmt: skip
    return value


class _Reader:
    """Collects the lines, and judges what they say together."""

    def __init__(self) -> None:
        self._bodies: dict[str, KnownBody] = {}
        self._same: dict[str, str] = {}
        self._lines: dict[str, Line] = {}
        self._aliases: dict[str, str] = {}

    def read(self, lines: Iterable[Line]) -> KnownBodies:
        for line in lines:
            self._take(line)
        same = {body_id: self._end(body_id) for body_id in self._same}
        if not self._bodies and not same:
            return NONE_KNOWN
        for body_id in same:
            if body_id in self._bodies:
                raise self._lines[body_id].wrong(
                    "body_id", f"is the same as {same[body_id]}, and more is said of it on another "
                    "line; say that of the body that stays"
                )  # fmt: skip
        aliases = {name: same.get(body_id, body_id) for name, body_id in self._aliases.items()}
        said = repr((sorted(self._bodies.items()), sorted(same.items()), sorted(aliases.items())))
        digest = sha256(said.encode()).hexdigest()[:12]
        return KnownBodies(self._bodies, same, aliases, digest)

    def _take(self, line: Line) -> None:
        if "body_id" not in line.values:
            raise line.wrong("body_id", "must say which body the line is about")
        body_id = _body_id(line, "body_id")
        self._lines[body_id] = line
        if "same_as" in line.values:
            self._take_same(line, body_id)
            return
        said = self._bodies.get(body_id, KnownBody(body_id=body_id))
        new = {
            "name": line.limited("name", NAME_LIMIT),
            "division": _division(line),
            "valid_from": _year(line, "valid_from"),
            "valid_to": _year(line, "valid_to"),
            "predecessor": _body_id(line, "predecessor") if "predecessor" in line.values else None,
        }
        for column, value in new.items():
            before = getattr(said, column)
            if value is not None and before not in (None, value):
                raise line.wrong(column, f"differs from {before!r} on a line before")
        known = {column: value for column, value in new.items() if value is not None}
        said = replace(said, **known)  # type: ignore[arg-type]
        if said.valid_from and said.valid_to and said.valid_from > said.valid_to:
            raise line.wrong("valid_to", f"is before the first year, {said.valid_from}")
        self._bodies[body_id] = self._with_alias(line, said)

    def _with_alias(self, line: Line, said: KnownBody) -> KnownBody:
        alias = line.limited("alias", NAME_LIMIT)
        if alias is None:
            return said
        other = self._aliases.setdefault(plain(alias), said.body_id)
        if other != said.body_id:
            raise line.wrong("alias", f"is a name of {other} already; one name, one body")
        return replace(said, aliases=(*said.aliases, alias))

    def _take_same(self, line: Line, body_id: str) -> None:
        beside = line.values.keys() - {"body_id", "same_as", "note"}
        if beside:
            raise line.wrong(
                sorted(beside)[0], "stands beside same_as; say it of the body that stays"
            )
        target = _body_id(line, "same_as")
        if self._same.setdefault(body_id, target) != target:
            raise line.wrong("same_as", f"differs from {self._same[body_id]!r} on a line before")

    def _end(self, body_id: str) -> str:
        """The body at the end of a chain of same_as."""
        seen = {body_id}
        target = self._same[body_id]
        while target in self._same:
            if target in seen:
                raise self._lines[body_id].wrong(
                    "same_as", "leads back to where it began; one of these bodies must stay"
                )
            seen.add(target)
            target = self._same[target]
        return target
