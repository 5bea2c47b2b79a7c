"""Tables as Stata files, row by row: labels, value labels, a letter for each kind of missing.

The libraries that write this format (pyreadstat, pandas) hold the whole table as objects, 400 MB
for 54,000 rows of the panel, and stamp the time: it is written here, and read back by both in
tests.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from extract import dta_format as dta
from extract.panel_columns import Column, ColumnType
from extract.panel_rows import Row, Value
from extract.value_status import BY_LETTER, LETTERS

REMEMBERED = 20_000
"""Long strings that are kept in mind, so that equal ones stand in the file once."""
MISSING_LABEL = "missing"
"""The value label of all values: what .a to .k mean."""

_MISSING = {status.value: dta.double_missing(letter) for status, letter in LETTERS.items()}
_TAGS = (
    *("stata_dta", "map", "variable_types", "varnames", "sortlist", "formats"),
    *("value_label_names", "variable_labels", "characteristics", "data", "strls"),
    *("value_labels", "end", "eof"),
)


class DtaTable:
    """A table as a Stata file. ``widths`` are the bytes of text columns that are to be fixed
    strings; other text is strL. A value whose row has a column ``<name>_status``, or ``status``,
    is missing by that status's letter.
    """

    def __init__(
        self, path: Path, columns: Sequence[Column], *, label: str, widths: Mapping[str, int]
    ) -> None:
        self._columns = [column for column in columns if not column.only_beside]
        self._types = [_type(column, widths) for column in self._columns]
        self._label = label
        self._path = path
        self._out = path.open("w+b")
        self._strings = path.with_name(path.name + ".strings").open("w+b")
        self._known: dict[bytes, bytes] = {}
        self._rows = 0
        self._starts = [0] * len(_TAGS)
        places = {column.name: i for i, column in enumerate(columns)}
        self._take = [places[column.name] for column in self._columns]
        self._status = [places.get(f"{c.name}_status", places.get("status")) for c in self._columns]
        self._pack = [self._packer(i) for i in range(len(self._columns))]
        self._row = struct.Struct("<" + "".join(_struct(one) for one in self._types))
        self._write_head()

    def write(self, rows: Sequence[Row]) -> None:
        """Adds rows, in the order of the columns."""
        parts = []
        for row in rows:
            self._rows += 1
            packed = [
                pack(row[place], row[status] if status is not None else None)
                for pack, place, status in zip(self._pack, self._take, self._status, strict=True)
            ]
            parts.append(self._row.pack(*packed))
        self._out.write(b"".join(parts))

    def close(self) -> None:
        """Adds strings and labels, then the count of rows and the map, which stand in front."""
        self._out.write(b"</data>")
        self._begin("strls")
        self._out.write(b"<strls>")
        self._strings.seek(0)
        shutil.copyfileobj(self._strings, self._out)
        self._out.write(b"</strls>")
        self._begin("value_labels")
        self._out.write(dta.tagged("value_labels", self._value_labels()))
        self._begin("end")
        self._out.write(b"</stata_dta>")
        self._begin("eof")
        self._out.seek(len("<stata_dta>"))
        self._out.write(dta.header(len(self._columns), self._rows, self._label))
        self._out.write(self._map())
        self.abandon()

    def abandon(self) -> None:
        """Lets go of what is open, after an error."""
        self._out.close()
        self._strings.close()
        Path(self._strings.name).unlink(missing_ok=True)

    def _write_head(self) -> None:
        count = len(self._columns)
        out = self._out
        out.write(b"<stata_dta>")
        out.write(dta.header(count, 0, self._label))
        self._begin("map")
        out.write(self._map())
        self._write("variable_types", struct.pack(f"<{count}H", *self._types))
        self._write("varnames", self._places(lambda column: column.name, dta.NAME_BYTES))
        self._write("sortlist", bytes(2 * (count + 1)))
        self._write(
            "formats", b"".join(dta.fixed(_format(t), dta.FORMAT_BYTES) for t in self._types)
        )
        self._write("value_label_names", self._places(_label_name, dta.NAME_BYTES))
        labels = self._places(lambda c: c.label[: dta.LABEL_CHARS], dta.LABEL_BYTES)
        self._write("variable_labels", labels)
        self._write("characteristics", self._chinese_labels())
        self._begin("data")
        out.write(b"<data>")

    def _write(self, tag: str, content: bytes) -> None:
        self._begin(tag)
        self._out.write(dta.tagged(tag, content))

    def _begin(self, tag: str) -> None:
        self._starts[_TAGS.index(tag)] = self._out.tell()

    def _map(self) -> bytes:
        return dta.tagged("map", struct.pack(f"<{len(_TAGS)}Q", *self._starts))

    def _places(self, text: Callable[[Column], str], size: int) -> bytes:
        return b"".join(dta.fixed(text(column), size) for column in self._columns)

    def _chinese_labels(self) -> bytes:
        """Chinese label and unit of each variable as characteristics: ``char list`` shows them."""
        found = b""
        for column in self._columns:
            if column.variable is not None:
                about = {"zh": column.variable.chinese, "unit": column.variable.unit}
                for name, text in about.items():
                    content = dta.fixed(column.name, 129) + dta.fixed(name, 129)
                    content += text.encode() + b"\0"
                    found += dta.tagged("ch", struct.pack("<I", len(content)) + content)
        return found

    def _value_labels(self) -> bytes:
        missing = {dta.long_missing(letter): word for letter, word in BY_LETTER.items()}
        found = {MISSING_LABEL: dta.value_label(MISSING_LABEL, missing)}
        for column in self._columns:
            if column.type is ColumnType.CODE:
                name = _label_name(column)
                found[name] = dta.value_label(name, dict(enumerate(column.words, start=1)))
        return b"".join(found[name] for name in sorted(found))

    def _packer(self, place: int) -> Callable[[Value, Value], object]:
        """What turns a value, with its status, into what stands in the row."""
        column, kind = self._columns[place], self._types[place]
        if kind == dta.DOUBLE:
            return _double
        if kind == dta.LONG:
            return lambda value, _: dta.long_missing(".") if value is None else value
        if kind == dta.BYTE:
            codes: dict[Value, int] = {w: n for n, w in enumerate(column.words, start=1)}
            codes[None] = dta.byte_missing(".")
            return lambda value, _: codes[value]
        if kind == dta.STRL:
            return lambda value, _: self._string(place + 1, value)
        return lambda value, _: _fixed(column.name, str(value or ""), kind)

    def _string(self, variable: int, value: Value) -> bytes:
        if not value:
            return dta.reference(0, 0)
        text = str(value).replace("\0", "\ufffd").encode("utf-8", "replace")
        known = self._known.get(text)
        if known is None:
            known = dta.reference(variable, self._rows)
            self._strings.write(dta.long_string(variable, self._rows, text))
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            if len(text) < dta.STR_MOST:
                self._known[text] = known
        return known

    _strings: IO[bytes]
    _out: IO[bytes]


def _fixed(name: str, text: str, size: int) -> bytes:
    """Text in a fixed string that was measured for it. Raises ValueError rather than cut it."""
    if len(text.encode("utf-8", "replace")) > size:
        raise ValueError(f"{name} has {text[:40]!r}, which is longer than its {size} bytes")
    return dta.fixed(text, size + 1)[:size]


def _double(value: Value, status: Value) -> object:
    if value is not None:
        return value
    return _MISSING.get(status, _SYSTEM_MISSING) if isinstance(status, str) else _SYSTEM_MISSING


_SYSTEM_MISSING = dta.double_missing(".")


def _type(column: Column, widths: Mapping[str, int]) -> int:
    if column.type is ColumnType.NUMBER:
        return dta.DOUBLE
    if column.type is ColumnType.INTEGER:
        return dta.LONG
    if column.type is ColumnType.CODE:
        return dta.BYTE
    width = widths.get(column.name, dta.STRL)
    return width if width <= dta.STR_MOST else dta.STRL


def _struct(kind: int) -> str:
    known = {dta.DOUBLE: "d", dta.LONG: "i", dta.BYTE: "b", dta.STRL: "8s"}
    return known.get(kind, f"{kind}s")


def _format(kind: int) -> str:
    known = {dta.DOUBLE: "%12.0g", dta.LONG: "%12.0g", dta.BYTE: "%14.0g", dta.STRL: "%-20s"}
    return known.get(kind, f"%-{min(kind, 40)}s")


def _label_name(column: Column) -> str:
    """The value label of a column; codes that share their words share it."""
    if column.type is ColumnType.NUMBER:
        return MISSING_LABEL
    if column.type is not ColumnType.CODE:
        return ""
    return column.name.rpartition("_")[2]
