"""The arithmetic of a report, checked as printed. Nothing is corrected, no blank taken for 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from extract.identities import IDENTITIES, REGULATIONS, Identity, Needs, Relation
from extract.report import AdminLevel, Cell, Check, CheckOutcome, Severity, TableForm

WHOLE = "report"
"""The place of a check that is about the report, not about a part of a table."""

_BELOW_PREFECTURE = (AdminLevel.COUNTY, AdminLevel.TOWNSHIP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What checks are made of. ``title_year`` is the year of the title (or else of the listing),
    ``listed_year`` that of the listing's row, ``period_start`` and ``period_end`` those of the
    stated period; None where nothing says it."""

    cells: tuple[Cell, ...]
    table2_form: TableForm | None
    table3_form: TableForm | None
    appendix_form: TableForm | None
    admin_level: AdminLevel | None
    title_year: int
    listed_year: int | None = None
    period_start: date | None = None
    period_end: date | None = None


def check_report(report: Checked) -> tuple[Check, ...]:
    """Every identity at each of its places, in the order of ``IDENTITIES``, then the plausible
    regulations, the counts and the year. One that no table is there for stands once."""
    values = {cell.name: cell.value for cell in report.cells}
    forms = {
        Needs.TABLE_2: report.table2_form,
        Needs.TABLE_3: report.table3_form,
        Needs.APPENDIX: report.appendix_form,
    }
    present = _tables(report.cells)
    checks: dict[tuple[str, str], Check] = {}
    for identity in IDENTITIES:
        form = forms.get(identity.needs)
        applies = identity.needs in present and (not identity.forms or form in identity.forms)
        if applies:
            check = check_identity(identity, values, form)
            checks[check.identity, check.place] = check
    for identity in IDENTITIES:
        if not any(name == identity.name for name, _ in checks):
            check = not_applicable(identity.name, identity.severity)
            checks[check.identity, check.place] = check
    return (
        *checks.values(),
        _regulations(report, values),
        *_counts(report.cells),
        _year(report),
    )


def _tables(cells: Iterable[Cell]) -> set[Needs]:
    of_number = {2: Needs.TABLE_2, 3: Needs.TABLE_3, 4: Needs.TABLE_4, None: Needs.APPENDIX}
    return {of_number[cell.table_no] for cell in cells}


def not_applicable(name: str, severity: Severity) -> Check:
    """An identity that a report has no table for."""
    return Check(identity=name, place=WHOLE, outcome=CheckOutcome.NOT_APPLICABLE, severity=severity)


def check_identity(
    identity: Identity, values: Mapping[str, float | int | None], form: TableForm | None
) -> Check:
    """One identity over the values of cells by name, in a table of this form."""
    place = identity.place or WHOLE
    computed: tuple[str, ...] = identity.computed
    if form is TableForm.LOCAL:
        computed = tuple(name for name in computed if name in values)
    computed += tuple(name for name in identity.where_present if name in values)
    if form is TableForm.LOCAL and (not computed or not set(identity.printed) <= values.keys()):
        return Check(
            identity=identity.name,
            place=place,
            outcome=CheckOutcome.NOT_APPLICABLE,
            severity=identity.severity,
        )
    less = identity.subtracted
    left, right = _sum(identity.printed, values), _sum(computed, values, less=less)
    zero_left = _sum(identity.printed, values, blank=0)
    zero_right = _sum(computed, values, less=less, blank=0)
    return Check(
        identity=identity.name,
        place=place,
        outcome=_outcome(left, right, identity.relation),
        severity=identity.severity,
        printed=_number(left),
        computed=_number(right),
        difference=_number(left - right) if left is not None and right is not None else None,
        blank_as_zero_outcome=_outcome(zero_left, zero_right, identity.relation),
    )


def _sum(
    names: Sequence[str],
    values: Mapping[str, float | int | None],
    *,
    less: Sequence[str] = (),
    blank: int | None = None,
) -> Decimal | None:
    """The sum of cells less others; None where one was not read, or is blank and ``blank`` None."""
    total = Decimal(0)
    for sign, name in (*((1, name) for name in names), *((-1, name) for name in less)):
        if name not in values:
            return None
        value = values[name]
        if value is None:
            value = blank
        if value is None:
            return None
        total += sign * Decimal(str(value))
    return total


def _outcome(left: Decimal | None, right: Decimal | None, relation: Relation) -> CheckOutcome:
    if left is None or right is None:
        return CheckOutcome.NOT_ASSESSABLE
    holds = {
        Relation.EQUAL: left == right,
        Relation.AT_MOST: left <= right,
        Relation.AT_LEAST: left >= right,
    }[relation]
    return CheckOutcome.PASS if holds else CheckOutcome.FAIL


def _number(value: Decimal | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _regulations(report: Checked, values: Mapping[str, float | int | None]) -> Check:
    """6: 规章 are made by provinces, cities, prefectures and State Council departments alone
    (立法法, articles 91 and 93): one of a county or a town is a warning."""
    name, severity = "regulations_plausible", Severity.WARNING
    if report.table2_form is None or not any(one in values for one in REGULATIONS):
        return not_applicable(name, severity)
    read = [values[one] for one in REGULATIONS if one in values]
    printed = max((value for value in read if value is not None), default=None)
    if printed is None or (printed > 0 and report.admin_level is None):
        outcome = CheckOutcome.NOT_ASSESSABLE
    elif printed > 0 and report.admin_level in _BELOW_PREFECTURE:
        outcome = CheckOutcome.FAIL
    else:
        outcome = CheckOutcome.PASS
    as_zero = outcome if printed is not None else CheckOutcome.PASS
    return Check(
        identity=name,
        place=WHOLE,
        outcome=outcome,
        severity=severity,
        printed=printed,
        blank_as_zero_outcome=as_zero,
    )


def _counts(cells: Sequence[Cell]) -> list[Check]:
    """20: counts are whole and not negative; amounts may be decimal, 增/减 has a sign. One check
    for each cell that is not, one for all when none is."""
    name, severity = "count_valid", Severity.WARNING
    read = [cell for cell in cells if cell.value is not None and cell.column_name != "change"]
    wrong = [cell for cell in read if not _is_valid(cell)]
    if not wrong:
        outcome = CheckOutcome.PASS if read else CheckOutcome.NOT_APPLICABLE
        return [Check(identity=name, place=WHOLE, outcome=outcome, severity=severity)]
    return [
        Check(
            identity=name,
            place=cell.name,
            outcome=CheckOutcome.FAIL,
            severity=severity,
            printed=cell.value,
        )
        for cell in wrong
    ]


def _is_valid(cell: Cell) -> bool:
    assert cell.value is not None
    return cell.value >= 0 and ("_wan_yuan" in cell.name or cell.value == int(cell.value))


def _year(report: Checked) -> Check:
    """21: the year of the title lies in the period that the report says it is about, and is that
    of the listing's row."""
    end, listed, title = report.period_end, report.listed_year, report.title_year
    first = report.period_start or end
    other = end.year if end else listed
    agrees = first is None or end is None or first.year <= title <= end.year
    if agrees and listed is not None:
        other, agrees = (other if listed == title else listed), listed == title
    outcome = CheckOutcome.NOT_ASSESSABLE
    if other is not None:
        outcome = CheckOutcome.PASS if agrees else CheckOutcome.FAIL
    return Check(
        identity="report_year_agrees",
        place=WHOLE,
        outcome=outcome,
        severity=Severity.WARNING,
        printed=title,
        computed=other,
        difference=title - other if other is not None else None,
    )
