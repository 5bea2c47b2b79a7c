"""An identity at its place, as one plain sentence: what is compared, both sides, the difference.

Words are those of sentences.toml, labels those that the forms print.
"""

from __future__ import annotations

from functools import reduce

from extract.identities import IDENTITIES, PREVIOUS, YEAR_IDENTITIES, Identity, Needs, Relation
from extract.labels import label_of
from extract.languages import Lang
from extract.report import Check, CheckOutcome
from extract.sentences import say
from extract.text_table import counterparts_of

NAMED_PARTS = 3
"""Parts of a sum that are named one by one; of more their number is."""

_TABLES = {
    Needs.TABLE_2: "table_2",
    Needs.TABLE_3: "table_3",
    Needs.TABLE_4: "table_4",
    Needs.APPENDIX: "appendix",
}
_RELATIONS = {
    Relation.EQUAL: "check_equal",
    Relation.AT_MOST: "check_at_most",
    Relation.AT_LEAST: "check_at_least",
}
_PROSE = {
    "prose_sum": ("check_whole", "check_sum_of_parts"),
    "prose_share": ("check_printed_share", "check_own_share"),
    "prose_growth": ("check_printed_growth", "check_own_growth"),
}


def sentence(check: Check, lang: Lang = Lang.EN) -> str:
    """What a check found, with how it stands as printed and with blanks taken for 0."""
    compared = _compared(check, lang)
    outcome = say(f"check_{check.outcome.value}", lang)
    blanks = check.blank_as_zero_outcome
    has_blanks = identity_of(check) is not None and check.outcome is not CheckOutcome.NOT_APPLICABLE
    if not has_blanks or blanks is None:
        return say("check_as_printed", lang, compared=compared, outcome=outcome)
    with_blanks = say(f"check_{blanks.value}", lang)
    return say(
        "check_with_blanks", lang, compared=compared, outcome=outcome, with_blanks=with_blanks
    )


def _compared(check: Check, lang: Lang) -> str:
    identity = identity_of(check)
    if check.outcome is CheckOutcome.NOT_APPLICABLE:
        table = say(_TABLES[identity.needs], lang) if identity else check.identity
        return say("check_no_table", lang, table=table)
    if identity is not None:
        return _of_cells(identity, check, lang)
    if check.identity in _PROSE:
        sides = _sides(*_PROSE[check.identity], check, lang)
        return say("check_prose", lang, place=check.place, sides=sides)
    if check.identity == "text_table":
        return _of_measure(check, lang)
    printed = number(check.printed, lang)
    if check.identity == "count_valid":
        if check.place == "report":
            return say("check_counts_valid", lang)
        label = label_of(check.place) or check.place
        return say("check_count_invalid", lang, label=label, printed=printed)
    if check.identity == "regulations_plausible":
        return say("check_regulations", lang, table=say("table_2", lang), printed=printed)
    if check.identity == "report_year_agrees":
        return _sides("check_title_year", "check_period_year", check, lang)
    sides = _sides("check_one_side", "check_other_side", check, lang)
    return say("check_at", lang, place=check.place, sides=sides)


def _of_measure(check: Check, lang: Lang) -> str:
    """What the prose says of a measure, and the cells that it stands for."""
    if check.place == "report":
        return say("check_nothing_compared", lang)
    counterparts = [cells for cells in counterparts_of(check.place) if len(cells) <= NAMED_PARTS]
    sums = [" + ".join(str(label_of(name) or name) for name in cells) for cells in counterparts]
    right = say("check_tables_figure", lang)
    if sums:
        cells = reduce(lambda one, other: say("check_or", lang, one=one, other=other), sums)
        right = say("check_tables_figure_of", lang, cells=cells)
    sides = _compare(say("check_prose_figure", lang), right, check, lang)
    return say("check_text_table", lang, place=check.place, sides=sides)


def _of_cells(identity: Identity, check: Check, lang: Lang) -> str:
    place = _where(identity, lang)
    left = _sum_words(identity, identity.printed, lang)
    right = _sum_words(identity, identity.computed, lang, less=identity.subtracted)
    if not identity.computed:
        printed = number(check.printed, lang)
        return say("check_negative", lang, place=place, left=left, printed=printed)
    sides = _compare(left, right, check, lang, relation=identity.relation)
    return say("check_at", lang, place=place, sides=sides)


def _sides(left: str, right: str, check: Check, lang: Lang) -> str:
    """Both sides, by their keys."""
    return _compare(say(left, lang), say(right, lang), check, lang)


def _compare(
    left: str, right: str, check: Check, lang: Lang, *, relation: Relation = Relation.EQUAL
) -> str:
    sides = say(
        _RELATIONS[relation],
        lang,
        left=left,
        right=right,
        printed=number(check.printed, lang),
        computed=number(check.computed, lang),
    )
    if not check.difference:
        return sides
    key = "check_more" if check.difference > 0 else "check_less"
    return say(key, lang, sides=sides, difference=number(abs(check.difference), lang))


def number(value: float | int | None, lang: Lang = Lang.EN) -> str:
    """A figure as it is printed; None in words."""
    if value is None:
        return say("check_blank", lang)
    return str(int(value)) if value == int(value) else f"{value:.10g}"


def identity_of(check: Check) -> Identity | None:
    """The identity of a check; of one that does not apply any of its places."""
    named = [one for one in (*IDENTITIES, *YEAR_IDENTITIES) if one.name == check.identity]
    placed = [one for one in named if (one.place or "report") == check.place]
    return next(iter(placed or named), None)


def _where(identity: Identity, lang: Lang) -> str:
    """Table, and the row or column that all of its cells share."""
    label = label_of(identity.printed[0].removeprefix(PREVIOUS))
    table = say(_TABLES[identity.needs], lang)
    if label is None or not identity.place:
        return table
    if identity.needs is Needs.TABLE_3 and identity.name != "t3_row":
        return say("check_column", lang, table=table, label=label.column)
    return say("check_row", lang, table=table, label=label.row)


def _sum_words(
    identity: Identity, names: tuple[str, ...], lang: Lang, *, less: tuple[str, ...] = ()
) -> str:
    if len(names) > NAMED_PARTS:
        return say("check_parts", lang, count=len(names))
    words = " + ".join(_cell_words(identity, name, lang) for name in names)
    return words + "".join(f" − {_cell_words(identity, name, lang)}" for name in less)


def _cell_words(identity: Identity, name: str, lang: Lang) -> str:
    """The part of a cell's label that is not the place's; last year's are said to be so."""
    label = label_of(name.removeprefix(PREVIOUS))
    cell = name.removeprefix(PREVIOUS)
    if label is not None:
        by_column = identity.needs in (Needs.TABLE_2, Needs.TABLE_4) or identity.name == "t3_row"
        shown = label.column if by_column and label.column else label.row
        cell = say("check_cell", lang, label=shown)
    return say("check_last_year", lang, cell=cell) if name.startswith(PREVIOUS) else cell
