"""The body of an XLS or XLSX: each visible sheet as lines and grids, cells merged as they are."""

from __future__ import annotations

import datetime
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from extract.content import Content, ContentTable
from extract.errors import Undecodable, UndecodableReason
from extract.file_content import file_content
from extract.grid import SLOTS_LIMIT, flattened
from extract.office_package import checked_members
from extract.sentences import say

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

SHEETS_LIMIT = 50
"""Sheets of a file; a report has one to five."""

AREA_LIMIT = 2_000_000
"""Slots between the first and the last filled cell of a sheet: calamine makes room for each.
What is laid out as a table has at most SLOTS_LIMIT."""

TEXT_COLUMNS = 2
"""Filled cells of a row from which it is a table's; a row of one is a title, a note, a sign-off."""

_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_NO_RESULT = re.compile(rb"</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>\s*)?</(?:\w+:)?c>")

Value = int | float | str | bool | datetime.date | datetime.time | datetime.timedelta
Slots = list[str | None]


def xlsx_content(body: bytes) -> Content:
    """The content of an XLSX. Raises Undecodable with the reason."""
    notes: list[str] = []
    for name, xml in checked_members(body).items():
        if name.startswith("xl/worksheets/"):
            _refuse_wide(xml, name)
            if uncomputed := len(_NO_RESULT.findall(xml)):
                notes.append(say("note_no_result", count=uncomputed, name=name))
    return _content(body, notes)


def xls_content(body: bytes) -> Content:
    """The content of an XLS (its sheets have 65,536 rows at most). Raises Undecodable."""
    return _content(body, [])


def _refuse_wide(xml: bytes, name: str) -> None:
    """Refuses cells so far apart that a grid of them has no room in memory, whatever the sheet
    declares as its dimension."""
    rows = columns = 0
    for letters, digits in _CELL.findall(xml):
        rows = max(rows, int(digits))
        columns = max(columns, _column_number(letters))
    _refuse_above(rows * columns, AREA_LIMIT, say("slots_in", said_name=name))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _column_letters(column: int) -> str:
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _refuse_above(amount: int, limit: int, of_what: str) -> None:
    if amount > limit:
        text = say("above_limit", amount=amount, said_what=of_what, limit=limit)
        raise Undecodable(text, reason=UndecodableReason.TOO_LARGE)


def _content(body: bytes, notes: list[str]) -> Content:
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
    except python_calamine.PasswordError:
        text = say("is_encrypted")
        raise Undecodable(text, reason=UndecodableReason.ENCRYPTED) from None
    except (python_calamine.CalamineError, zipfile.BadZipFile) as error:
        text = say("is_damaged", error=error)
        raise Undecodable(text, reason=UndecodableReason.DAMAGED) from None
    _refuse_above(len(workbook.sheet_names), SHEETS_LIMIT, say("sheets"))
    return file_content(list(_parts(workbook, notes)), notes=tuple(notes))


def _parts(workbook: CalamineWorkbook, notes: list[str]) -> Iterator[str | ContentTable]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    for sheet in workbook.sheets_metadata:
        if sheet.typ is not SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible is not SheetVisibleEnum.Visible:
            notes.append(say("note_sheet_hidden", name=f"{sheet.name!r:.60}"))
            continue
        yield from _sheet_parts(workbook.get_sheet_by_name(sheet.name), notes)


def _sheet_parts(sheet: CalamineSheet, notes: list[str]) -> Iterator[str | ContentTable]:
    if sheet.start is None:
        return
    _refuse_above(
        sheet.total_height * sheet.total_width,
        AREA_LIMIT,
        say("slots_in", said_name=say("a_sheet")),
    )
    if sheet.total_height * sheet.total_width > SLOTS_LIMIT:
        notes.append(say("note_sheet_large", name=f"{sheet.name!r:.60}"))
        return
    rows = [[_raw(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    slots = _with_merges(rows, sheet.merged_cell_ranges or [])
    for first, after, is_table in _regions(slots):
        if is_table:
            yield _table(slots[first:after], sheet.name, first)
        else:
            yield from (cell for cell in slots[first] if cell)


def _raw(value: Value) -> str:
    """A cell's value as it is shown in the general format."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() if not isinstance(value, float) else repr(value)


def _with_merges(
    rows: list[list[str]], merges: Sequence[tuple[tuple[int, int], tuple[int, int]]]
) -> list[Slots]:
    """The slots: those that a merged cell covers are None, but for its first."""
    slots: list[Slots] = [list(row) for row in rows]
    for (first_row, first_column), (last_row, last_column) in merges:
        for row in range(first_row, min(last_row + 1, len(slots))):
            for column in range(first_column, min(last_column + 1, len(slots[row]))):
                if (row, column) != (first_row, first_column):
                    slots[row][column] = None
    return slots


def _regions(slots: list[Slots]) -> Iterator[tuple[int, int, bool]]:
    """Ranges of rows: tables, and rows of one cell above, below and between them; blank rows
    part them. A row of one cell inside a table is the table's.
    """
    begin = 0
    for index, row in enumerate([*slots, []]):
        if any(row):
            continue
        yield from _region(slots, begin, index)
        begin = index + 1


def _region(slots: list[Slots], begin: int, end: int) -> Iterator[tuple[int, int, bool]]:
    wide = [i for i in range(begin, end) if sum(map(bool, slots[i])) >= TEXT_COLUMNS]
    first, after = (wide[0], wide[-1] + 1) if wide else (end, end)
    # a row of figures may be blank but for its label, a head spans the table below it
    while first > begin and _is_head(slots[first - 1]):
        first -= 1
    while wide and after < end and sum(cell is not None for cell in slots[after]) > 1:
        after += 1
    yield from ((i, i + 1, False) for i in range(begin, first))
    if first < after:
        yield first, after, True
    yield from ((i, i + 1, False) for i in range(after, end))


def _is_head(row: Slots) -> bool:
    return any("第二十条" in cell for cell in row if cell)


def _table(rows: list[Slots], sheet: str, first: int) -> ContentTable:
    places = tuple(
        tuple(
            json.dumps(
                {"sheet": sheet, "cell": f"{_column_letters(column)}{first + index + 1}"},
                ensure_ascii=False,
            )
            if cell is not None
            else ""
            for column, cell in enumerate(row)
        )
        for index, row in enumerate(rows)
    )
    laid_out = tuple(map(tuple, rows))
    lines = flattened(
        tuple(tuple(cell and cell.replace("\n", " ") for cell in row) for row in laid_out)
    )
    return ContentTable(rows=laid_out, lines=lines, places=places)
