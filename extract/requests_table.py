"""Table 3, 收到和处理政府信息公开申请情况: 23 or 25 rows of seven columns of applicants."""

from __future__ import annotations

from collections.abc import Sequence

from extract.forms import APPLICANT_LABELS, APPLICANTS, OTHER_2021, REQUESTS_2019, REQUESTS_2021
from extract.report import Finding, TableForm
from extract.row_matching import CLOSE, keys_of, likeness, match_rows
from extract.sentences import say
from extract.table_reading import Collected, Layout, TableReading, layout_of_rows, take_values
from extract.table_rows import TableRow, label_key

TITLE = say("table_3")
ROWS_AT_LEAST = 4
"""Rows of the form that must be found before a table is believed to be table 3."""

_FIRST = "本年新收政府信息公开申请数量"


def read_requests(rows: Sequence[TableRow]) -> TableReading:
    """The cells of table 3. A row whose seven figures are not certain is a finding, no cell."""
    collected = Collected(TITLE, 3)
    rows = _first_table(rows, collected)
    form = _form(rows)
    wanted = REQUESTS_2019 if form is TableForm.FORM_2019 else REQUESTS_2021
    matching = match_rows(rows, wanted)
    if len(matching.rows) < ROWS_AT_LEAST:
        return TableReading(form=None)
    layouts = _layouts(rows)
    for row, form_row in matching.rows:
        if form is None and form_row.name.startswith("other_"):
            continue
        slots = take_values(row, len(APPLICANTS), layouts.get(row.source))
        if slots is None:
            seen = " ".join(slot.raw for slot in row.values)[:80]
            why = say("figures_wanted", wanted=len(APPLICANTS), raw=repr(seen))
            collected.unreadable(form_row.name, why)
            continue
        for slot, applicant in zip(slots, APPLICANTS, strict=True):
            collected.add(
                slot, f"{form_row.name}.{applicant}", row_name=form_row.name, column_name=applicant
            )
    if form is None:
        collected.unreadable(
            "other_handling, other_no_correction, other_fee_unpaid, other_misc",
            say("other_handling_uncertain"),
        )
    _report_missing(collected, matching.unplaced, [row.name for row in matching.doubtful])
    return collected.reading(form)


def _report_missing(
    collected: Collected, unplaced: Sequence[TableRow], missing: Sequence[str]
) -> None:
    for name in missing:
        collected.unreadable(name, say("row_not_there"))
    collected.left_out(unplaced)


def _first_table(rows: Sequence[TableRow], collected: Collected) -> Sequence[TableRow]:
    """The rows up to a second first row of the form: another table of the same kind."""
    starts = [i for i, row in enumerate(rows) if row.values and _FIRST in keys_of(row)]
    if len(starts) < 2:
        return rows
    message = say("table_repeated", said_table=TITLE, times=len(starts))
    collected.findings.append(Finding(kind="table_repeated", message=message))
    return rows[: starts[1]]


def _form(rows: Sequence[TableRow]) -> TableForm | None:
    """The form by what 其他处理 holds: three kinds (2021), or one row of figures (2019)."""
    one_row = False
    for row in rows:
        keys = keys_of(row) if row.values else ()
        for form_row in OTHER_2021[:2]:
            if any(likeness(key, one) >= CLOSE for key in keys for one in form_row.keys):
                return TableForm.FORM_2021
        if any(key == "其他处理" or likeness(key, "其他处理") >= CLOSE for key in keys):
            one_row = True
    return TableForm.FORM_2019 if one_row or _one_between(rows) else None


def _one_between(rows: Sequence[TableRow]) -> bool:
    """Whether one row of figures stands between the last refusal and the sum: (六)其他."""
    last = [i for i, row in enumerate(rows) if REQUESTS_2019[19].keys[0] in keys_of(row)]
    total = [i for i, row in enumerate(rows) if row.values and "总计" in keys_of(row)]
    return len(last) == len(total) == 1 and total[0] - last[0] == 2


def _layouts(rows: Sequence[TableRow]) -> dict[int, Layout]:
    """The layout of each laid out table; of a part without header as its rows say."""
    found: dict[int, Layout] = {}
    for source in {row.source for row in rows if row.from_grid}:
        own = [row for row in rows if row.source == source]
        layout = layout_of_rows(own, len(APPLICANTS), _header_columns(own))
        if layout is not None:
            found[source] = layout
    return found


def _header_columns(rows: Sequence[TableRow]) -> tuple[int, ...] | None:
    """The columns of the seven header labels, in the form's order."""
    places: dict[str, int] = {}
    for row in rows:
        if row.values and any(slot.text for slot in row.values):
            break
        for slot in row.slots:
            key = label_key(slot.text)
            if key in APPLICANT_LABELS:
                places.setdefault(key, slot.column)
    columns = tuple(places.get(label, -1) for label in APPLICANT_LABELS)
    complete = -1 not in columns and list(columns) == sorted(set(columns))
    return columns if complete else None
