"""An identity at its place, as one plain sentence: what is compared, both sides, the difference.

Words are English, labels those that the forms print.
"""

from __future__ import annotations

from extract.identities import IDENTITIES, PREVIOUS, YEAR_IDENTITIES, Identity, Needs, Relation
from extract.labels import label_of
from extract.report import Check, CheckOutcome
from extract.text_table import counterparts_of

TABLES = {
    Needs.TABLE_2: "table 2 (主动公开政府信息情况)",
    Needs.TABLE_3: "table 3 (收到和处理政府信息公开申请情况)",
    Needs.TABLE_4: "table 4 (行政复议、行政诉讼情况)",
    Needs.APPENDIX: "appendix (政府信息公开情况统计表)",
}
NAMED_PARTS = 3
"""Parts of a sum that are named one by one; of more their number is."""

_OUTCOMES = {
    CheckOutcome.PASS: "holds",
    CheckOutcome.FAIL: "fails",
    CheckOutcome.NOT_ASSESSABLE: "cannot be judged",
    CheckOutcome.NOT_APPLICABLE: "does not apply",
}
_RELATIONS = {
    Relation.EQUAL: ("equal to", "is"),
    Relation.AT_MOST: ("at most", "which should be no less, is"),
    Relation.AT_LEAST: ("at least", "which should be no more, is"),
}
_PROSE = {
    "prose_sum": ("the whole", "the sum of its parts"),
    "prose_share": ("the printed share", "the share worked out"),
    "prose_growth": ("the printed growth rate", "the rate worked out"),
}


def sentence(check: Check) -> str:
    """What a check found, with how it stands as printed and with blanks taken for 0."""
    said = f"{_compared(check)}; as printed it {_OUTCOMES[check.outcome]}"
    has_blanks = identity_of(check) is not None and check.outcome is not CheckOutcome.NOT_APPLICABLE
    if not has_blanks or check.blank_as_zero_outcome is None:
        return f"{said}."
    return f"{said}, with blanks as 0 it {_OUTCOMES[check.blank_as_zero_outcome]}."


def _compared(check: Check) -> str:
    identity = identity_of(check)
    if check.outcome is CheckOutcome.NOT_APPLICABLE:
        where = TABLES[identity.needs] if identity else check.identity
        return f"{where}: the report has no such table, or one of another form"
    if identity is not None:
        return _of_cells(identity, check)
    if check.identity in _PROSE:
        left, right = _PROSE[check.identity]
        return f"prose, “{check.place}”: {_sides(left, right, check)}"
    if check.identity == "text_table":
        return _of_measure(check)
    if check.identity == "count_valid":
        label = label_of(check.place) or check.place
        if check.place == "report":
            return "every count is a whole number and not negative"
        return f"{label}: {number(check.printed)} is no whole number, or negative"
    if check.identity == "regulations_plausible":
        makers = "only provinces, cities, prefectures and central departments make any"
        return f"{TABLES[Needs.TABLE_2]}, 规章: {number(check.printed)}; {makers}"
    if check.identity == "report_year_agrees":
        return _sides("the title's year", "the year of the period or the listing", check)
    return f"{check.place}: {_sides('the one side', 'the other side', check)}"


def _of_measure(check: Check) -> str:
    """What the prose says of a measure, and the cells that it stands for."""
    if check.place == "report":
        return "prose and tables: nothing in the prose could be compared with a table"
    counterparts = [cells for cells in counterparts_of(check.place) if len(cells) <= NAMED_PARTS]
    sums = [" + ".join(str(label_of(name) or name) for name in cells) for cells in counterparts]
    cells = f" ({' or '.join(sums)})" if sums else ""
    sides = _sides("the prose's figure", f"the tables' figure{cells}", check)
    return f"prose and tables, {check.place}: {sides}"


def _of_cells(identity: Identity, check: Check) -> str:
    where = _where(identity)
    left = _sum_words(identity, identity.printed)
    right = _sum_words(identity, identity.computed, identity.subtracted)
    if not identity.computed:
        return f"{where}: {left} is {number(check.printed)}, which should not be negative"
    return f"{where}: {_sides(left, right, check, identity.relation)}"


def _sides(left: str, right: str, check: Check, relation: Relation = Relation.EQUAL) -> str:
    said = (
        f"{left} is {number(check.printed)}, {right} {_RELATIONS[relation][1]} "
        f"{number(check.computed)}"
    )
    if check.difference:
        more = "more" if check.difference > 0 else "less"
        said += f", {number(abs(check.difference))} {more}"
    return said


def number(value: float | int | None) -> str:
    """A figure as it is printed; None in words."""
    if value is None:
        return "blank or not there"
    return str(int(value)) if value == int(value) else f"{value:.10g}"


def identity_of(check: Check) -> Identity | None:
    """The identity of a check; of one that does not apply any of its places."""
    named = [one for one in (*IDENTITIES, *YEAR_IDENTITIES) if one.name == check.identity]
    placed = [one for one in named if (one.place or "report") == check.place]
    return next(iter(placed or named), None)


def _where(identity: Identity) -> str:
    """Table, and the row or column that all of its cells share."""
    labels = [label_of(name.removeprefix(PREVIOUS)) for name in identity.printed]
    table, label = TABLES[identity.needs], labels[0]
    if label is None or not identity.place:
        return table
    if identity.needs is Needs.TABLE_3 and identity.name != "t3_row":
        return f"{table}, column {label.column}"
    return f"{table}, row {label.row}"


def _sum_words(identity: Identity, names: tuple[str, ...], less: tuple[str, ...] = ()) -> str:
    if len(names) > NAMED_PARTS:
        return f"the sum of its {len(names)} parts"
    words = " + ".join(_cell_words(identity, name) for name in names)
    return words + "".join(f" − {_cell_words(identity, name)}" for name in less)


def _cell_words(identity: Identity, name: str) -> str:
    """The part of a cell's label that is not the place's; last year's are said to be so."""
    label = label_of(name.removeprefix(PREVIOUS))
    year = "last year's " if name.startswith(PREVIOUS) else ""
    if label is None:
        return f"{year}{name.removeprefix(PREVIOUS)}"
    by_column = identity.needs in (Needs.TABLE_2, Needs.TABLE_4) or identity.name == "t3_row"
    return f"{year}{label.column if by_column and label.column else label.row}"
