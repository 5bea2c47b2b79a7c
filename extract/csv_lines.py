"""The lines of a CSV file that a person keeps: in UTF-8, the first line names the columns.

Strict: what is not understood is an error that names file, line and column, of the class that the
reader of the file gives. Spaces around values are nothing; a blank value is as if left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extract.errors import ExtractError

BYTES_LIMIT = 16_000_000
"""A line for each of 100,000 bodies has about 8 MB."""
_SHOWN = 80
"""Characters of a value in a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a file has: the names of its ``columns``, in any order, those that must be there, and
    the error for what is wrong with it. ``may_be_empty`` allows a file without a first line."""

    columns: Sequence[str]
    required: Sequence[str]
    error: type[ExtractError]
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file by its last line's number; blank columns are left out."""

    path: Path
    number: int
    values: dict[str, str]
    error: type[ExtractError]

    def wrong(self, column: str, why: str) -> ExtractError:
        """The error that says why a value cannot be."""
        shown = self.values.get(column, "")[:_SHOWN]
        return self.error(f"{self.path} line {self.number}, column {column}: {shown!r} {why}")

    def limited(self, column: str, limit: int) -> str | None:
        """A value of at most so many characters; None for a blank."""
        value = self.values.get(column)
        if value is not None and len(value) > limit:
            raise self.wrong(column, f"is longer than {limit} characters")
        return value


def read_lines(path: Path, form: Form) -> list[Line] | None:
    """The lines that say something; None where there is no file. Raises the form's error."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise form.error(f"{path} cannot be read: {error.strerror}") from error
    text = decoded(path, content, form)
    return [] if form.may_be_empty and not text else list(iter_lines(path, text, form))


def decoded(path: Path, content: bytes, form: Form) -> str:
    """The file's text. Raises the form's error for what is too long or not UTF-8."""
    if len(content) > BYTES_LIMIT:
        raise form.error(f"{path} has {len(content)} bytes, {BYTES_LIMIT} are the most")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise form.error(
            f"{path} line {line} is not UTF-8; save the file as “CSV UTF-8” (in Excel and WPS a "
            "type of its own)"
        ) from None


def iter_lines(path: Path, text: str, form: Form) -> Iterator[Line]:
    """The same of a text that was read already."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = header_of(path, next(rows, []), form)
        for row in rows:
            values = {name: value.strip() for name, value in zip(header, row, strict=False)}
            said = {name: value for name, value in values.items() if value}
            if len(row) > len(header):
                raise form.error(
                    f"{path} line {rows.line_num} has {len(row)} fields, the first line "
                    f"names {len(header)}; put a value with a comma in quotation marks"
                )
            if said:
                yield Line(path, rows.line_num, said, form.error)
    except csv.Error as error:
        raise form.error(
            f"{path} line {rows.line_num} is no CSV ({error}); look at its quotation marks"
        ) from None


def header_of(path: Path, row: Sequence[str], form: Form) -> list[str]:
    """The names of the columns as the file has them. Raises the form's error."""
    header = [name.strip() for name in row]
    unknown = [name for name in header if name not in form.columns]
    where = f"{path} line 1"
    if unknown:
        raise form.error(
            f"{where}: unknown column {unknown[0][:40]!r}; known are {', '.join(form.columns)}"
        )
    for name in form.required:
        if name not in header:
            raise form.error(f"{where}: column {name} is missing; name the columns there")
    if len(set(header)) < len(header):
        raise form.error(f"{where}: a column is named twice")
    return header
