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
from functools import lru_cache

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

    ``column`` is its slot in the laid out table, or its ordinal in a row of text. ``table`` is
    the DOM path (as JSON) of the table whose row ``start`` it stands in; for text it is None and
    ``start`` the offset of ``raw`` in the original text. A cell of a PDF or a sheet has its
    provenance in ``place``.
    """

    raw: str
    text: str
    column: int
    table: str | None
    start: int
    place: str = ""

    def provenance(self) -> str:
        """Where the cell stands, as JSON."""
        if self.place:
            return self.place
        if self.table is None:
            return f'{{"start": {self.start}, "end": {self.start + len(self.raw)}}}'
        return f'{{"table": {self.table}, "row": {self.start}, "column": {self.column}}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row. ``source`` numbers the table it stands in. ``exact`` is False for a token a line,
    where blanks at the end may stand for spanned cells; ``closed`` says that the row's end was
    marked there, so that a blank before it is a cell."""

    source: int
    from_grid: bool
    exact: bool
    closed: bool
    labels: tuple[str, ...]
    values: tuple[Slot, ...]
    slots: tuple[Slot, ...]

    def described(self) -> str:
        """The row's label as a message shows it."""
        return (self.labels[-1] if self.labels else "a row without a label")[:40]


@lru_cache(maxsize=8192)
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
    table = json.dumps(grid.dom_path)
    for index, (row, plain_row) in enumerate(zip(grid.rows, texts, strict=True)):
        yield tuple(
            Slot(
                raw=raw,
                text=text or "",
                column=column,
                table=table,
                start=index,
                place=grid.places[index][column] if grid.places else "",
            )
            for column, (raw, text) in enumerate(zip(row, plain_row, strict=True))
            if raw is not None
        )


def _simplified(grid: Grid, script: Script) -> tuple[tuple[str | None, ...], ...]:
    if script is Script.HANS:
        return grid.rows
    # one call for the table: normalising keeps lines
    joined = "\n".join((cell or "").replace("\n", "\v") for row in grid.rows for cell in row)
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
        closed=exact,
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
        self._closed = False

    def read(self, lines: list[_Line]) -> list[TableRow]:
        barred = [line.text.rstrip() for line in lines if "|" in line.text]
        rows = [text for text in barred if not _TOKEN_LINE.fullmatch(text)]
        # where every row ends with a bar it closes the last cell; else it begins a blank one
        closing = all(text.endswith("|") for text in rows)
        by_row = len(rows) * 2 > len(barred)
        for line in lines:
            if by_row or "|" not in line.text or not _TOKEN_LINE.fullmatch(line.text):
                self._flush()
                self._whole_row(line, closing=closing)
            else:
                self._token(line)
        self._flush()
        return self._rows

    def _whole_row(self, line: _Line, *, closing: bool) -> None:
        slots = _split(line, closing=closing)
        if slots:
            row = _row(tuple(slots), source=self._source, from_grid=False, exact=True)
            self._rows.append(row)

    def _token(self, line: _Line) -> None:
        slot = _split(line, closing=True)[0]
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
        self._closed = self._closed or (bars > 1 and bool(self._values))
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
                    closed=self._closed,
                    labels=tuple(slot.text for slot in self._labels),
                    values=tuple(self._values),
                    slots=(*self._labels, *self._values),
                )
            )
        self._labels, self._values = [], []
        self._ended = self._closed = False


def _split(line: _Line, *, closing: bool) -> list[Slot]:
    """The cells of a line. ``closing`` says that a bar at its end (or at both ends) closes a cell
    and begins none."""
    texts, originals = line.text.split("|"), line.original.split("|")
    if len(texts) != len(originals):
        return []
    starts = [line.start]
    for original in originals:
        starts.append(starts[-1] + len(original) + 1)
    both = closing and len(texts) > 2 and not texts[0].strip() and not texts[-1].strip()
    first = 1 if both else 0
    ends = closing and len(texts) > 1 and line.text.rstrip().endswith("|")
    end = len(texts) - 1 if ends else len(texts)
    slots = []
    for index in range(first, end):
        original = originals[index]
        raw = original.strip()
        begin = starts[index] + (len(original) - len(original.lstrip()) if raw else 0)
        text = texts[index].strip()
        slots.append(Slot(raw=raw, text=text, column=index - first, table=None, start=begin))
    return slots
