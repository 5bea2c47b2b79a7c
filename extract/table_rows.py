"""Rows of statutory tables: labels and figures, from laid out HTML tables and from flattened text.

A row's labels are what stands up to its last slot of words, its values what stands behind. In
text three shapes are read: a line a row with `` | `` between cells, a token a line with a bar
behind it (bars alone stand for spanned or empty cells), and lines without bars between tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from extract.cell_values import UNITS, is_value, plain
from extract.document import Document, Grid, Script, Span
from extract.script import normalise

GAP_LINES = 3
"""Lines without bars that may stand inside one flattened table (第二十条第（五）项 …)."""
GAP_CHARS = 60
"""Characters of such a line; a longer one is prose."""

_ENUMERATOR = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.,:]|\([一二三四五六七八九十\d]{1,3}\)"
    r"|\d{1,2}[.、,:]|其中[::]?)\s*"
)
_BRACKETS = re.compile(r"\([^()]*\)")
_NOT_IDEOGRAPH = re.compile(r"[^\u4e00-\u9fff]+")
_TOKEN_LINE = re.compile(r"[^|]*\|*\s*")


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell. ``raw`` is the string of the document, ``text`` the same simplified.

    ``column`` is its slot in the laid out table, or its ordinal in a row of text. ``place`` is
    its provenance as JSON.
    """

    raw: str
    text: str
    column: int
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row. ``source`` numbers the table it stands in; ``exact`` says that slots are certain:
    False for a token a line, where blanks at the end may stand for spanned cells."""

    source: int
    from_grid: bool
    exact: bool
    labels: tuple[str, ...]
    values: tuple[Slot, ...]
    slots: tuple[Slot, ...]

    def described(self) -> str:
        """The row's label as a message shows it."""
        return (self.labels[-1] if self.labels else "a row without a label")[:40]


def label_key(text: str) -> str:
    """A label reduced to its ideographs: without its number, 其中 and notes in brackets."""
    text = plain(text)
    while match := _ENUMERATOR.match(text):
        text = text[match.end() :]
    bare = _NOT_IDEOGRAPH.sub("", _BRACKETS.sub("", text))
    return bare or _NOT_IDEOGRAPH.sub("", text)


def grid_rows(grids: tuple[Grid, ...], script: Script) -> list[TableRow]:
    """The rows of laid out tables, in order; rows without a cell of their own are left out."""
    return [
        _row(slots, source=source, from_grid=True, exact=True)
        for source, grid in enumerate(grids)
        for slots in _grid_slots(grid, script)
        if slots
    ]


def _grid_slots(grid: Grid, script: Script) -> Iterator[tuple[Slot, ...]]:
    texts = _simplified(grid, script)
    for index, (row, plain_row) in enumerate(zip(grid.rows, texts, strict=True)):
        yield tuple(
            Slot(
                raw=raw,
                text=text or "",
                column=column,
                place=json.dumps({"table": grid.dom_path, "row": index, "column": column}),
            )
            for column, (raw, text) in enumerate(zip(row, plain_row, strict=True))
            if raw is not None
        )


def _simplified(grid: Grid, script: Script) -> tuple[tuple[str | None, ...], ...]:
    if script is Script.HANS:
        return grid.rows
    # one call for the table: normalising keeps lines
    joined = "\n".join((cell or "").replace("\n", " ") for row in grid.rows for cell in row)
    cells = iter(normalise(joined, script)[0].split("\n"))
    return tuple(tuple(next(cells) for _ in row) for row in grid.rows)


def _row(slots: tuple[Slot, ...], *, source: int, from_grid: bool, exact: bool) -> TableRow:
    last = max((i for i, slot in enumerate(slots) if not is_value(slot.text)), default=-1)
    labels = tuple(
        slot.text
        for slot in slots[: last + 1]
        if slot.text and not is_value(slot.text) and plain(slot.text) not in UNITS
    )
    return TableRow(
        source=source,
        from_grid=from_grid,
        exact=exact,
        labels=labels,
        values=slots[last + 1 :],
        slots=slots,
    )


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    original: str
    start: int


def text_rows(document: Document) -> list[TableRow]:
    """The rows of tables that stand flattened in the text, outside of laid out tables."""
    taken = {grid.span for grid in document.grids}
    spans = [span for span in document.table_spans if span not in taken]
    rows: list[TableRow] = []
    if spans:
        for source, lines in enumerate(_regions(document, spans)):
            rows += _RowsOfLines(source).read(lines)
    return rows


def _regions(document: Document, spans: list[Span]) -> Iterator[list[_Line]]:
    """Lines of tables, those that only a few short lines keep apart as one."""
    region: list[_Line] = []
    gap: list[_Line] = []
    offset = start = 0
    originals = document.text_original.split("\n")
    for text, original in zip(document.text.split("\n"), originals, strict=False):
        if any(span.start <= offset < span.end for span in spans):
            region += [*gap, _Line(text, original, start)]
            gap = []
        elif region:
            gap.append(_Line(text, original, start))
            if len(gap) > GAP_LINES or len(text) > GAP_CHARS:
                yield region
                region, gap = [], []
        offset += len(text) + 1
        start += len(original) + 1
    if region:
        yield region


class _RowsOfLines:
    """Puts the rows of one flattened table together."""

    def __init__(self, source: int) -> None:
        self._source = source
        self._labels: list[Slot] = []
        self._values: list[Slot] = []
        self._rows: list[TableRow] = []
        self._ended = False

    def read(self, lines: list[_Line]) -> list[TableRow]:
        for line in lines:
            if "|" not in line.text or not _TOKEN_LINE.fullmatch(line.text):
                self._flush()
                self._whole_row(line)
            else:
                self._token(line)
        self._flush()
        return self._rows

    def _whole_row(self, line: _Line) -> None:
        slots = _split(line)
        if slots:
            row = _row(tuple(slots), source=self._source, from_grid=False, exact=True)
            self._rows.append(row)

    def _token(self, line: _Line) -> None:
        slot = _split(line)[0]
        bars = line.text.count("|")
        if slot.text:
            if is_value(slot.text):
                self._add_value(slot)
            else:
                if self._values or self._ended:
                    self._flush()
                self._labels.append(slot)
            bars -= 1
        elif bars == 1 and not (self._ended and self._values):
            self._add_value(slot)
        self._ended = self._ended or bars > 1 or (bool(slot.text) and bars > 0)

    def _add_value(self, slot: Slot) -> None:
        if not self._values:
            self._ended = False  # the bars before closed the header, not this row
        self._values.append(slot)

    def _flush(self) -> None:
        if self._labels or self._values:
            self._rows.append(
                TableRow(
                    source=self._source,
                    from_grid=False,
                    exact=False,
                    labels=tuple(slot.text for slot in self._labels),
                    values=tuple(self._values),
                    slots=(*self._labels, *self._values),
                )
            )
        self._labels, self._values, self._ended = [], [], False


def _split(line: _Line) -> list[Slot]:
    """The cells of a line; a bar at its end, or at both ends, closes a cell and begins none."""
    texts, originals = line.text.split("|"), line.original.split("|")
    if len(texts) != len(originals):
        return []
    starts = [line.start]
    for original in originals:
        starts.append(starts[-1] + len(original) + 1)
    first = 1 if len(texts) > 2 and not texts[0].strip() and not texts[-1].strip() else 0
    end = len(texts) - 1 if len(texts) > 1 and line.text.rstrip().endswith("|") else len(texts)
    slots = []
    for index in range(first, end):
        raw = originals[index].strip()
        begin = starts[index] + (
            len(originals[index]) - len(originals[index].lstrip()) if raw else 0
        )
        place = json.dumps({"start": begin, "end": begin + len(raw)})
        slots.append(Slot(raw=raw, text=texts[index].strip(), column=index - first, place=place))
    return slots
