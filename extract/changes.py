"""What differs between two captures of one document: a pure comparison of what they were read as.

Told as classes, numbers first:
  gone              the page was there and is not any more (404, 410, or a page that says so)
  back              it is there again
  cell              a cell of a statutory table
  figure            a number in the prose
  file_replaced     a file that the page links is another, by its bytes (extract.replaced_files)
  files             the files that the page links as part of the report
  title, text       anything else of the title, of the text
  reverted          the text is again what an earlier capture had
  date_unchanged    beside these: the page shows the same date of publication as before
  boilerplate       the bytes differ and nothing that was read does
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

LONGEST_PASSAGE = 2000
"""Characters of changed text that a row keeps; the rest stands in the two documents."""

LINES_COMPARED = 2000
"""Lines of a text that are aligned; a report has about 200."""

PAIRS_COMPARED = 20_000
"""Pairs of equal lines in two texts that are aligned: each is looked at for each passage. A report
has some hundreds; a text made of a few lines over and over would take hours."""

_NUMBER = re.compile(r"[0-9０-９][0-9０-９,，.．]*")
_MARKS = str.maketrans("０１２３４５６７８９．", "0123456789.", ",，")


class ChangeKind(StrEnum):
    """What a change is; see the module's docstring. In the order in which they are shown."""

    GONE = "gone"
    BACK = "back"
    CELL = "cell"
    FIGURE = "figure"
    FILE_REPLACED = "file_replaced"
    FILES = "files"
    TITLE = "title"
    TEXT = "text"
    REVERTED = "reverted"
    DATE_UNCHANGED = "date_unchanged"
    BOILERPLATE = "boilerplate"


@dataclass(frozen=True, slots=True)
class Said:
    """A number as a report says it: in the prose with the sentence, unit and what it counts."""

    name: str
    value: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What one capture of a document was read as. ``cells`` maps names to raw strings; ``files``
    are addresses. ``missing`` says in words that the page is not there, None where it is.
    """

    record_id: str
    title: str = ""
    text: str = ""
    published_on: str | None = None
    cells: Mapping[str, str]
    figures: Sequence[Said] = ()
    files: Sequence[str] = ()
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. ``old_value`` or ``new_value`` None: not there, as opposed to blank ("")."""

    kind: ChangeKind
    field: str = ""
    old_value: str | None = None
    new_value: str | None = None
    old_quote: str | None = None
    new_quote: str | None = None


def compare(older: Version, newer: Version, *, same_as: str | None = None) -> list[Change]:
    """The differences from ``older`` to ``newer``, at least one. ``same_as`` is an earlier capture
    whose text was the newer one's, None without one.
    """
    if newer.missing is not None:
        return [Change(kind=ChangeKind.GONE, new_value=newer.missing)]
    if older.missing is not None:
        return [Change(kind=ChangeKind.BACK, old_value=older.missing)]
    numbers = [*_cells(older, newer), *_figures(older.figures, newer.figures)]
    found = [*numbers, *_rest(older, newer, numbers)]
    if not found:
        return [Change(kind=ChangeKind.BOILERPLATE)]
    if same_as is not None:
        found.append(Change(kind=ChangeKind.REVERTED, field=same_as))
    if older.published_on and older.published_on == newer.published_on:
        day = newer.published_on
        found.append(Change(kind=ChangeKind.DATE_UNCHANGED, old_value=day, new_value=day))
    return found


def _cells(older: Version, newer: Version) -> Iterator[Change]:
    for name in dict.fromkeys((*older.cells, *newer.cells)):
        old, new = older.cells.get(name), newer.cells.get(name)
        if old != new:
            yield Change(kind=ChangeKind.CELL, field=name, old_value=old, new_value=new)


def _figures(older: Sequence[Said], newer: Sequence[Said]) -> Iterator[Change]:
    """By what they count: equal values are taken out, the others paired in order."""
    by_name: dict[str, tuple[list[Said], list[Said]]] = {}
    for side, figures in enumerate((older, newer)):
        for said in figures:
            by_name.setdefault(said.name, ([], []))[side].append(said)
    for name, (old, new) in by_name.items():
        gone, came = _without(old, new), _without(new, old)
        for was, now in zip_longest(gone, came):
            yield Change(
                kind=ChangeKind.FIGURE,
                field=name,
                old_value=was.value if was else None,
                new_value=now.value if now else None,
                old_quote=was.quote if was else None,
                new_quote=now.quote if now else None,
            )


def _without(these: Sequence[Said], those: Sequence[Said]) -> list[Said]:
    """These without as many of each value as there are among those."""
    left, rest = Counter(said.value for said in those), []
    for said in these:
        if left[said.value]:
            left[said.value] -= 1
        else:
            rest.append(said)
    return rest


def _rest(older: Version, newer: Version, numbers: Sequence[Change]) -> Iterator[Change]:
    if list(older.files) != list(newer.files) and set(older.files) != set(newer.files):
        yield Change(
            kind=ChangeKind.FILES,
            old_value="\n".join(sorted(set(older.files) - set(newer.files))) or None,
            new_value="\n".join(sorted(set(newer.files) - set(older.files))) or None,
        )
    if older.title != newer.title:
        yield Change(kind=ChangeKind.TITLE, old_value=older.title, new_value=newer.title)
    if older.text != newer.text:
        passages = list(iter_passages(older.text, newer.text))
        old = "\n".join(line for was, _ in passages for line in was)
        new = "\n".join(line for _, now in passages for line in now)
        if not _is_told(old, new, numbers):
            yield Change(kind=ChangeKind.TEXT, old_value=_cut(old), new_value=_cut(new))


def iter_passages(older: str, newer: str) -> Iterator[tuple[list[str], list[str]]]:
    """The lines that differ, passage by passage: as they were, as they are. Texts that cannot be
    aligned in bounded time are one passage, if they differ.
    """
    old, new = older.split("\n"), newer.split("\n")
    if not _can_align(old, new):
        if old != new:
            yield old, new
        return
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            yield old[a:b], new[c:d]


def _can_align(old: list[str], new: list[str]) -> bool:
    if max(len(old), len(new)) > LINES_COMPARED:
        return False
    there = Counter(new)
    return sum(count * there[line] for line, count in Counter(old).items()) <= PAIRS_COMPARED


def _is_told(old: str, new: str, numbers: Sequence[Change]) -> bool:
    """Whether passages differ in nothing but numbers that are told as cells and figures."""
    if _NUMBER.sub("#", old) != _NUMBER.sub("#", new):
        return False
    told_old = _numbers(change.old_value for change in numbers)
    told_new = _numbers(change.new_value for change in numbers)
    pairs = zip(_plain(old), _plain(new), strict=True)
    return all(was == now or (was in told_old and now in told_new) for was, now in pairs)


def _numbers(texts: Iterable[str | None]) -> set[str]:
    return {number for text in texts for number in _plain(text or "")}


def _plain(text: str) -> list[str]:
    """The numbers of a text without thousands marks."""
    return [found.translate(_MARKS).rstrip(".") for found in _NUMBER.findall(text)]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_PASSAGE else text[: LONGEST_PASSAGE - 1] + "…"
