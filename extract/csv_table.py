"""Tables as CSV (RFC 4180): UTF-8, commas, CRLF, text safe to open in a spreadsheet.

A spreadsheet runs text that begins with = + - @, a tab or a carriage return as a formula. Such text
gets one apostrophe in front, and so does text of apostrophes before such a beginning: a reader gets
the original back by taking one apostrophe off text that matches ``^'+[=+\\-@\\t\\r＝＋－＠]``.
Numbers are never text: -106 stays a number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import IO, TextIO

from extract.panel_columns import Column, ColumnType
from extract.panel_rows import Row

BOM = "\ufeff"
"""In front of the first name where it is asked for: Excel takes the file for UTF-8 by it."""

_FORMULA = re.compile("'*[=+\\-@\t\r＝＋－＠]")


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula, and that holds no NUL, which CSV cannot."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return f"'{text}" if _FORMULA.match(text) else text


def text_of(file: IO[bytes]) -> TextIO:
    """A file as CSV is written into it."""
    return io.TextIOWrapper(file, encoding="utf-8", newline="", errors="replace")


class CsvTable:
    """A table as CSV. Blanks are empty; values without fraction have no point."""

    def __init__(self, file: TextIO, columns: Sequence[Column], *, bom: bool) -> None:
        """``file`` is of ``text_of``, which is closed with the table."""
        self._file = file
        self._file.write(BOM if bom else "")
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow([column.name for column in columns])
        self._texts = [i for i, c in enumerate(columns) if c.type is ColumnType.TEXT]

    def write(self, rows: Sequence[Row]) -> None:
        """Adds rows, in the order of the columns."""
        self._writer.writerows(self._safe(row) for row in rows)

    def _safe(self, row: Row) -> Sequence[object]:
        made: list[object] = list(row)
        for place in self._texts:
            text = made[place]
            if isinstance(text, str):
                made[place] = safe(text)
        return made

    def close(self) -> None:
        """Ends the file."""
        self._file.close()

    def abandon(self) -> None:
        """Lets go of what is open, after an error."""
        self._file.close()
