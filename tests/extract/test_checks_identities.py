"""Each identity: a case that holds, one that fails, one with a blank, one without its table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from extract.checks import WHOLE, Checked, check_report
from extract.forms import APPLICANTS, REQUESTS_2019, REQUESTS_2021
from extract.identities import IDENTITIES
from extract.report import AdminLevel, Cell, Check, CheckOutcome, Severity, TableForm

PASS, FAIL = CheckOutcome.PASS, CheckOutcome.FAIL


def cell(name: str, value: float | None, table_no: int | None) -> Cell:
    return Cell(
        name=name,
        value=value,
        raw="" if value is None else str(value),
        unit=None,
        table_no=table_no,
        row_name=name,
        column_name="change" if name.endswith("_change") else None,
        provenance="{}",
    )


def cells(table_no: int | None, **values: float | None) -> tuple[Cell, ...]:
    return tuple(cell(name.replace("__", "."), value, table_no) for name, value in values.items())


def checked(found: tuple[Cell, ...], **fields: object) -> Checked:
    base = Checked(
        cells=found,
        table2_form=None,
        table3_form=None,
        appendix_form=None,
        admin_level=AdminLevel.COUNTY,
        title_year=2020,
    )
    return replace(base, **fields)


def one(report: Checked, identity: str, place: str = WHOLE) -> Check:
    found = [c for c in check_report(report) if (c.identity, c.place) == (identity, place)]
    assert len(found) == 1, f"{identity} at {place}: {len(found)} checks"
    return found[0]


def requests(form: TableForm, **changed: float | None) -> Checked:
    """Table 3 with one request of a company, granted; changes as row__column."""
    rows = REQUESTS_2019 if form is TableForm.FORM_2019 else REQUESTS_2021
    values: dict[str, float | None] = {}
    for row in rows:
        for column in APPLICANTS:
            one_of = row.name in ("new_received", "granted", "closed_total")
            values[f"{row.name}__{column}"] = int(one_of and column in ("org_business", "total"))
    return checked(cells(3, **values | changed), table3_form=form)


@pytest.mark.parametrize("form", [TableForm.FORM_2019, TableForm.FORM_2021])
def test_table_3_that_holds(form: TableForm) -> None:
    checks = [c for c in check_report(requests(form)) if c.identity.startswith("t3_")]
    assert {c.outcome for c in checks} == {PASS}
    rows = 23 if form is TableForm.FORM_2019 else 25
    assert len(checks) == 7 + 7 + rows, "each column twice, each row once"
    assert {c.severity for c in checks} == {Severity.ERROR}


def test_the_balance_of_a_column() -> None:
    check = one(requests(TableForm.FORM_2021, carried_out__org_other=2), "t3_balance", "org_other")
    assert (check.outcome, check.printed, check.computed, check.difference) == (FAIL, 0, 2, -2)


@pytest.mark.parametrize(
    ("form", "row"),
    [
        (TableForm.FORM_2019, "other_handling"),
        (TableForm.FORM_2021, "other_misc"),
        (TableForm.FORM_2021, "other_fee_unpaid"),
        (TableForm.FORM_2019, "denied_admin_inquiry"),
    ],
)
def test_the_outcomes_of_a_column(form: TableForm, row: str) -> None:
    report = requests(form, **{f"{row}__natural_person": 3})
    check = one(report, "t3_closed", "natural_person")
    assert (check.outcome, check.printed, check.computed) == (FAIL, 0, 3)
    assert one(report, "t3_closed", "org_business").outcome is PASS


def test_the_sum_of_a_row() -> None:
    report = requests(TableForm.FORM_2019, granted__org_legal_service=4)
    check = one(report, "t3_row", "granted")
    assert (check.outcome, check.printed, check.computed, check.difference) == (FAIL, 1, 5, -4)


def test_a_blank_is_no_failure_and_both_readings_are_told() -> None:
    report = requests(TableForm.FORM_2019, granted__org_business=None)
    check = one(report, "t3_row", "granted")
    assert (check.outcome, check.computed) == (CheckOutcome.NOT_ASSESSABLE, None)
    assert check.blank_as_zero_outcome is FAIL
    harmless = requests(TableForm.FORM_2019, granted__org_other=None)
    assert one(harmless, "t3_row", "granted").blank_as_zero_outcome is PASS


def test_a_cell_that_was_not_read_is_no_zero() -> None:
    whole = requests(TableForm.FORM_2019)
    report = replace(whole, cells=tuple(c for c in whole.cells if c.name != "granted.total"))
    check = one(report, "t3_row", "granted")
    assert check.outcome is CheckOutcome.NOT_ASSESSABLE
    assert check.blank_as_zero_outcome is CheckOutcome.NOT_ASSESSABLE


def test_a_group_of_table_4() -> None:
    names = ("upheld", "corrected", "other", "pending", "total")
    values = dict(zip([f"review_{n}" for n in names], (10, 1, 0, 0, 0), strict=True))
    check = one(checked(cells(4, **values)), "t4_total", "review")
    assert (check.outcome, check.printed, check.computed) == (FAIL, 0, 11)


def test_table_2_of_2019() -> None:
    values = {
        "t2_normative_docs_published": 5,
        "t2_normative_docs_public_total": 4,
        "t2_permits_prev_items": 3,
        "t2_permits_change": -4,
        "t2_coercion_prev_items": 3,
        "t2_coercion_change": -3,
    }
    report = checked(cells(2, **values), table2_form=TableForm.FORM_2019)
    check = one(report, "t2_published_within_total", "normative_docs")
    assert (check.outcome, check.severity) == (FAIL, Severity.WARNING)
    assert one(report, "t2_items_not_negative", "permits").printed == -1
    assert one(report, "t2_items_not_negative", "permits").outcome is FAIL
    assert one(report, "t2_items_not_negative", "coercion").outcome is PASS
    later = replace(report, table2_form=TableForm.FORM_2021)
    assert one(later, "t2_items_not_negative").outcome is CheckOutcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("level", "made", "outcome"),
    [
        (AdminLevel.COUNTY, 1, FAIL),
        (AdminLevel.TOWNSHIP, 1, FAIL),
        (AdminLevel.PREFECTURE, 1, PASS),
        (AdminLevel.COUNTY, 0, PASS),
        (AdminLevel.COUNTY, None, CheckOutcome.NOT_ASSESSABLE),
        (None, 1, CheckOutcome.NOT_ASSESSABLE),
    ],
)
def test_regulations_of_a_county(
    level: AdminLevel | None, made: int | None, outcome: CheckOutcome
) -> None:
    found = cells(2, t2_regulations_made=made)
    report = checked(found, table2_form=TableForm.FORM_2021, admin_level=level)
    assert one(report, "regulations_plausible").outcome is outcome


SUMS = {
    "e2_received": ("requests_received", "req_in_person", "req_fax", "req_online", "req_letter"),
    "e2_closed": ("requests_closed", "closed_on_time", "closed_extended"),
    "e2_replies": (
        "replies_total",
        "reply_already_public",
        "reply_granted",
        "reply_partial",
        "reply_denied",
        "reply_not_this_agency",
        "reply_not_exist",
        "reply_amend",
        "reply_other_channel",
    ),
    "e2_denied": (
        "reply_denied",
        "denied_state_secret",
        "denied_trade_secret",
        "denied_privacy",
        "denied_security_stability",
        "denied_not_gov_info",
        "denied_other_law",
    ),
    "e2_review": ("review_total", "review_upheld", "review_corrected", "review_other"),
    "e2_litigation": (
        "litigation_total",
        "litigation_upheld",
        "litigation_corrected",
        "litigation_other",
    ),
    "e2_staff": ("staff_total", "staff_full_time", "staff_part_time"),
}


@pytest.mark.parametrize("identity", SUMS)
def test_sums_of_the_appendix(identity: str) -> None:
    total, *parts = SUMS[identity]
    values = {f"e2_{part}": number for number, part in enumerate(parts, 1)}
    right = sum(values.values())
    for printed, outcome in ((right, PASS), (right + 1, FAIL), (None, CheckOutcome.NOT_ASSESSABLE)):
        found = cells(None, **values, **{f"e2_{total}": printed})
        check = one(checked(found, appendix_form=TableForm.FORM_2014), identity)
        assert check.outcome is outcome, printed
        assert check.computed == right
    assert one(checked(()), identity).outcome is CheckOutcome.NOT_APPLICABLE


def test_local_channels_of_requests_count_where_they_are() -> None:
    values = {f"e2_{name}": 1 for name in SUMS["e2_received"][1:]}
    found = cells(None, **values, local_req_email=3, e2_requests_received=7)
    report = checked(found, appendix_form=TableForm.FORM_2014)
    assert one(report, "e2_received").outcome is PASS


def test_a_part_is_within_its_whole_and_channels_reach_the_total() -> None:
    found = cells(
        None,
        e2_disclosed_total=10,
        e2_disclosed_normative_docs=11,
        e2_disclosed_gazette=1,
        e2_disclosed_website=2,
        e2_disclosed_weibo=3,
        e2_disclosed_wechat=3,
        e2_disclosed_other=0,
    )
    report = checked(found, appendix_form=TableForm.FORM_2014)
    assert one(report, "part_within_whole", "e2_disclosed_normative_docs").outcome is FAIL
    channels = one(report, "e2_channels")
    assert (channels.outcome, channels.difference, channels.severity) == (FAIL, 1, Severity.INFO)


def test_counts_are_whole_and_not_negative() -> None:
    found = (
        *cells(3, granted__total=-1, carried_in__total=2.5),
        *cells(2, t2_permits_change=-5, t2_admin_fees_amount_wan_yuan=1.5),
    )
    failed = {c.place for c in check_report(checked(found)) if c.identity == "count_valid"}
    assert failed == {"granted.total", "carried_in.total"}
    assert one(checked(cells(3, granted__total=1)), "count_valid").outcome is PASS


@pytest.mark.parametrize(
    ("start", "end", "outcome"),
    [
        (date(2020, 1, 1), date(2020, 12, 31), PASS),
        (date(2019, 7, 1), date(2020, 6, 30), PASS),
        (date(2019, 1, 1), date(2019, 12, 31), FAIL),
        (None, None, CheckOutcome.NOT_ASSESSABLE),
    ],
)
def test_the_years_agree(start: date | None, end: date | None, outcome: CheckOutcome) -> None:
    report = checked((), period_start=start, period_end=end)
    assert one(report, "report_year_agrees").outcome is outcome


def test_every_identity_stands_once_at_a_place_and_names_its_cells() -> None:
    keys = [(i.name, i.place, tuple(sorted(i.forms))) for i in IDENTITIES]
    assert len(keys) == len(set(keys))
    names = {identity.name for identity in IDENTITIES}
    assert names == {"t3_balance", "t3_closed", "t3_row", "t4_total", *SUMS} | {
        "t2_published_within_total",
        "t2_items_not_negative",
        "part_within_whole",
        "e2_channels",
    }
