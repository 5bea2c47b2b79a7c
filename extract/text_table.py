"""Identity 10: what the prose says of requests, reviews and suits against the tables' cells.

A difference is a warning and no error: the text may count the office alone where the table counts
the whole district. A figure that says itself that it is of a part (it has a scope) is not compared;
a number of requests may be new ones or new and carried in; a share of an outcome is of all closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from extract.forms import DENIED, OTHER_2021, REFUSED, UNABLE
from extract.prose_checks import is_printed_as
from extract.report import Cell, Check, CheckOutcome, Figure, Measure, Qualifier, Severity

IDENTITY = "text_table"
WHOLE = "report"
"""The place where there is no table, or nothing in the text to compare with it."""
ABOUT = Decimal("0.1")
"""A value said to be about another may differ from it by this part of it."""
_WAN = 10_000
_SHARE = re.compile(r"占[^\d]{0,14}(\d{1,3}(?:\.\d{1,4})?)[%％]$")

Values = Mapping[str, float | int | None]


@dataclass(frozen=True, slots=True)
class _Counterpart:
    """The sums of cells that a measure may stand for: the first is the usual one."""

    measure: Measure
    sums: tuple[tuple[str, ...], ...]


def _totals(*rows: str) -> tuple[str, ...]:
    return tuple(f"{row}.total" for row in rows)


_NEW, _CARRIED, _CLOSED = _totals("new_received", "carried_in", "closed_total")
_OUTCOMES = (
    _Counterpart(Measure.GRANTED, (_totals("granted"),)),
    _Counterpart(Measure.PARTIALLY_GRANTED, (_totals("partially_granted"),)),
    _Counterpart(Measure.DENIED, (_totals(*DENIED),)),
    _Counterpart(Measure.UNABLE, (_totals(*UNABLE),)),
    _Counterpart(Measure.REFUSED, (_totals(*REFUSED),)),
    _Counterpart(
        Measure.OTHER_HANDLING,
        (_totals("other_handling"), _totals(*(row.name for row in OTHER_2021))),
    ),
)
_OF_THE_FORMS = (
    _Counterpart(Measure.REQUESTS_RECEIVED, ((_NEW,), (_NEW, _CARRIED))),
    _Counterpart(Measure.REQUESTS_CARRIED_IN, ((_CARRIED,),)),
    _Counterpart(Measure.REQUESTS_HANDLED, ((_CLOSED,), (_NEW,), (_NEW, _CARRIED))),
    _Counterpart(Measure.REQUESTS_CLOSED, ((_CLOSED,),)),
    _Counterpart(Measure.REPLIES_TOTAL, ((_CLOSED,),)),
    _Counterpart(Measure.REQUESTS_CARRIED_OUT, (_totals("carried_out"),)),
    *_OUTCOMES,
    _Counterpart(Measure.REVIEW_TOTAL, (("review_total",),)),
    _Counterpart(Measure.REVIEW_UPHELD, (("review_upheld",),)),
    _Counterpart(Measure.REVIEW_CORRECTED, (("review_corrected",),)),
    _Counterpart(
        Measure.LITIGATION_TOTAL, (("lit_direct_total", "lit_after_review_total"),)
    ),
    _Counterpart(
        Measure.LITIGATION_UPHELD, (("lit_direct_upheld", "lit_after_review_upheld"),)
    ),
    _Counterpart(
        Measure.LITIGATION_CORRECTED, (("lit_direct_corrected", "lit_after_review_corrected"),)
    ),
)  # fmt: skip
_APPENDIX_NAMES = {
    Measure.DISCLOSED: "disclosed_total",
    Measure.GRANTED: "reply_granted",
    Measure.PARTIALLY_GRANTED: "reply_partial",
    Measure.DENIED: "reply_denied",
    Measure.NOT_THIS_AGENCY: "reply_not_this_agency",
    Measure.NOT_EXIST: "reply_not_exist",
    Measure.RESPONSES: "responses_total",
    Measure.FEES: "fees_wan_yuan",
} | {
    measure: measure.value
    for measure in (
        Measure.DISCLOSED_WEBSITE,
        Measure.DISCLOSED_GAZETTE,
        Measure.DISCLOSED_WEIBO,
        Measure.DISCLOSED_WECHAT,
        Measure.DISCLOSED_OTHER,
        Measure.POLICY_EXPLAINERS,
        Measure.PRESS_CONFERENCES,
        Measure.ONLINE_INTERVIEWS,
        Measure.REQUESTS_RECEIVED,
        Measure.REQUESTS_CLOSED,
        Measure.REPLIES_TOTAL,
        Measure.REQ_IN_PERSON,
        Measure.REQ_FAX,
        Measure.REQ_ONLINE,
        Measure.REQ_LETTER,
        Measure.REVIEW_TOTAL,
        Measure.REVIEW_UPHELD,
        Measure.REVIEW_CORRECTED,
        Measure.LITIGATION_TOTAL,
        Measure.LITIGATION_UPHELD,
        Measure.LITIGATION_CORRECTED,
        Measure.STAFF_FULL_TIME,
        Measure.STAFF_PART_TIME,
        Measure.MEETINGS,
        Measure.TRAINING_SESSIONS,
        Measure.TRAINEES,
        Measure.READING_POINTS,
    )
}
_OF_THE_APPENDIX = tuple(
    _Counterpart(measure, ((f"e2_{name}",),)) for measure, name in _APPENDIX_NAMES.items()
)


def check_text(figures: Sequence[Figure], cells: Sequence[Cell]) -> tuple[Check, ...]:
    """One check a measure (its place) that the text states and a table of the report has.

    Not applicable where the report has no such table; not assessable where the text states
    nothing that could be compared, where all that it states is of a part, or where a cell is blank.
    """
    values: Values = {cell.name: cell.value for cell in cells}
    known = [one for one in (*_OF_THE_FORMS, *_OF_THE_APPENDIX) if _printed(one, values)]
    if not known:
        return (_check(WHOLE, CheckOutcome.NOT_APPLICABLE),)
    checks: dict[str, Check] = {}
    for counterpart in known:
        of_measure = [one for one in figures if one.measure is counterpart.measure]
        if of_measure and counterpart.measure.value not in checks:
            checks[counterpart.measure.value] = _compare(counterpart, of_measure, values)
    checks |= {check.place: check for check in _shares(figures, values)}
    return tuple(checks.values()) or (_check(WHOLE, CheckOutcome.NOT_ASSESSABLE),)


def counterparts_of(place: str) -> tuple[tuple[str, ...], ...]:
    """The cells that a check of this place usually adds up, once for each form that has them;
    none for a place that is no measure."""
    measure = place.removesuffix(".share")
    known = (*_OF_THE_FORMS, *_OF_THE_APPENDIX)
    return tuple(one.sums[0] for one in known if one.measure == measure)


def _printed(counterpart: _Counterpart, values: Values) -> bool:
    return any(all(name in values for name in names) for names in counterpart.sums)


def _compare(counterpart: _Counterpart, figures: list[Figure], values: Values) -> Check:
    """The figure that agrees, or else the first that is of the whole, against the usual sum."""
    whole = [one for one in figures if one.scope is None]
    place = counterpart.measure.value
    sums = [_sum(names, values) for names in counterpart.sums if names[0] in values]
    if not whole:
        return _check(place, CheckOutcome.NOT_ASSESSABLE, _amount(figures[0]), sums[0])
    zeros = [_sum(names, values, blank=0) for names in counterpart.sums if names[0] in values]
    as_zero = any(_agrees(one, other) for one in whole for other in zeros)
    agreeing = [(one, other) for one in whole for other in sums if _agrees(one, other)]
    figure, computed = agreeing[0] if agreeing else (whole[0], sums[0])
    outcome = CheckOutcome.PASS if agreeing else CheckOutcome.FAIL
    if computed is None:
        outcome = CheckOutcome.NOT_ASSESSABLE
    return _check(
        place,
        outcome,
        _amount(figure),
        computed,
        as_zero=CheckOutcome.PASS if as_zero else CheckOutcome.FAIL,
    )


def _agrees(figure: Figure, computed: Decimal | None) -> bool:
    """Whether a value stands for a sum, as exactly as its words say (余, 近, 约)."""
    if computed is None:
        return False
    printed = _amount(figure)
    if figure.qualifier is Qualifier.MORE_THAN:
        return computed >= printed
    if figure.qualifier is Qualifier.NEARLY:
        return computed <= printed
    if figure.qualifier is Qualifier.ABOUT:
        return abs(computed - printed) <= ABOUT * printed
    return printed == computed


def _amount(figure: Figure) -> Decimal:
    """A figure's value as cells have it: money in 万元."""
    amount = Decimal(str(figure.value))
    return amount / _WAN if figure.measure is Measure.FEES and figure.unit == "元" else amount


def _sum(names: Sequence[str], values: Values, *, blank: int | None = None) -> Decimal | None:
    total = Decimal(0)
    for name in names:
        value = values.get(name)
        if value is None:
            if blank is None or name not in values:
                return None
            value = blank
        total += Decimal(str(value))
    return total


def _shares(figures: Sequence[Figure], values: Values) -> Iterator[Check]:
    """Shares of outcomes behind their counts (予以公开20件,占74.07%): group / closed_total."""
    by_measure = {one.measure: one for one in _OUTCOMES if _printed(one, values)}
    for figure, following in pairwise(figures):
        counterpart = by_measure.get(figure.measure)
        if counterpart is None or following.measure is not Measure.OTHER or figure.scope:
            continue
        share = _SHARE.match(following.quote)
        if share is None or following.span.start - figure.span.end > 1:
            continue
        yield _share(counterpart, share[1], values)


def _share(counterpart: _Counterpart, printed: str, values: Values) -> Check:
    place = f"{counterpart.measure.value}.share"
    sums = [_sum(names, values) for names in counterpart.sums if names[0] in values]
    group, closed = sums[0], _sum((_CLOSED,), values)
    if group is None or not closed:
        return _check(place, CheckOutcome.NOT_ASSESSABLE, Decimal(printed), None)
    rate = group * 100 / closed
    outcome = CheckOutcome.PASS if is_printed_as(rate, printed) else CheckOutcome.FAIL
    return _check(place, outcome, Decimal(printed), round(rate, 2))


def _check(
    place: str,
    outcome: CheckOutcome,
    printed: Decimal | None = None,
    computed: Decimal | None = None,
    *,
    as_zero: CheckOutcome | None = None,
) -> Check:
    both = printed is not None and computed is not None
    return Check(
        identity=IDENTITY,
        place=place,
        outcome=outcome,
        severity=Severity.WARNING,
        printed=_plain(printed),
        computed=_plain(computed),
        difference=_plain(printed - computed) if both else None,  # type: ignore[operator]
        blank_as_zero_outcome=as_zero or outcome,
    )


def _plain(value: Decimal | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
