"""Whose report a listing's row is on, when nothing was read from it: told by the rules of reading.

The row's title stands for the report's, the portal's name for the site's, and what the user knows
of bodies holds here too. What these leave open stays open: no claim at all is better than one of
another body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from extract.bodies import abbreviates, resolve_body
from extract.body_clues import BodyClues, name_behind_title, name_in_title
from extract.body_names import NameForm, parse_body_name
from extract.document import Alignment, Document, PageMetadata, Script
from extract.known_bodies import KnownBodies
from extract.named_bodies import as_known
from extract.report import Body

_SEVERAL = re.compile(r"各|[等及、]|所属|下属|直属|有关|部分|部门|单位|乡镇|镇街|街镇")
"""In a name of several bodies, or of none: 各镇, 市直单位."""

_NO_TEXT = Alignment((0,), (0,), 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowClues:
    """What is known of a row: ``title`` simplified, ``site`` and ``division`` its portal's name,
    without words like 门户网站, and code.
    """

    url: str
    title: str
    year: int
    site: str
    division: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """That a row's body cannot be told for certain. ``is_organ``: it is no government, all the
    same.
    """

    why: str
    is_organ: bool = False


def body_of_row(clues: RowClues, known: KnownBodies) -> Body | Untold:
    """The body that a row's report is of, as reading would say; the portal's where its title names
    none.
    """
    front, behind = name_in_title(clues.title), name_behind_title(clues.title)
    if front and behind:
        return Untold(why=f"its title names {front} and {behind}")
    name = front or behind
    if _SEVERAL.search(name):
        return Untold(why=f"its title names no single body: {name}")
    resolved = resolve_body(_clues(clues))
    if resolved is None or (name and resolved.evidence["reporting_for"] != "title"):
        what = f"{name} is no name of a body" if name else "neither title nor portal names a body"
        return Untold(why=what)
    resolved = as_known(resolved, known, clues.year)
    if resolved.division_code is None:
        parsed = parse_body_name(name, clues.year)
        return Untold(
            why=f"nothing tells the division of {resolved.body.body_id}; say it in bodies.csv",
            is_organ=parsed is not None and parsed.form is NameForm.ORGAN,
        )
    return resolved.body


def _clues(row: RowClues) -> BodyClues:
    """The row as a document that says nothing, on a site that bears the portal's name."""
    nothing = Document(
        url=row.url,
        title="",
        text="",
        text_original="",
        alignment=_NO_TEXT,
        script=Script.HANS,
        sections=(),
        metadata=PageMetadata(site_name=row.site),
    )
    return BodyClues(
        document=nothing,
        title=row.title,
        year=row.year,
        signer=None,
        link_text=None,
        portal_division=row.division,
    )


def uncertain_among(asked: Iterable[str], others: Iterable[str]) -> dict[str, str]:
    """Which of these bodies may be one of the others, or of themselves, under a shorter or longer
    name (发改局, 发展和改革局), each with that other. All are ids.
    """
    wanted = list(asked)
    alike: dict[str, list[tuple[str, str]]] = {}
    for body_id in dict.fromkeys([*wanted, *others]):
        kind, _, name = body_id.rpartition(":")
        alike.setdefault(kind, []).append((name, body_id))
    found: dict[str, str] = {}
    for body_id in wanted:
        kind, _, name = body_id.rpartition(":")
        if kind == "gov":
            continue
        for other, other_id in alike[kind]:
            if abbreviates(name, other) or abbreviates(other, name):
                found[body_id] = other_id
                break
    return found
