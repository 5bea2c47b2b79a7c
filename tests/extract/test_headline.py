"""The headline series and the prose's variables: order of sources, scopes, blanks, units."""

from __future__ import annotations

import pytest

from extract.forms import DENIED
from extract.headline import SERIES, Comparability, SourceKind, headline
from extract.report_values import ReportValues, Stated
from extract.value_status import LETTERS, MEANINGS, ValueStatus
from extract.variables import cell_variables

BY_NAME = {series.name: series for series in SERIES}
FIELDS = {variable.field: variable for variable in cell_variables()}
TABLES_2021 = {2: "urn:2", 3: "urn:3", 4: "urn:4"}
FORMS_2021: dict[int, str | None] = {2: "2021", 3: "2021", 0: None}


def figure(measure: str, value: float, **other: object) -> Stated:
    given: dict[str, object] = {
        **{"unit": "件", "qualifier": None, "negated": False, "scope": None},
        **{"quote": "…", "start": 10, "end": 12},
        **other,
    }
    return Stated(measure=measure, value=value, **given)  # type: ignore[arg-type]


def report(
    *figures: Stated,
    year: int = 2022,
    cells: dict[str, float | None] | None = None,
    records: dict[int, str] | None = None,
    forms: dict[int, str | None] | None = None,
    unread: frozenset[int] = frozenset(),
) -> ReportValues:
    by_measure: dict[str, list[Stated]] = {}
    for one in figures:
        by_measure.setdefault(one.measure, []).append(one)
    return ReportValues(
        year=year,
        cells=cells or {},
        figures=by_measure,
        records=records or {},
        forms=forms or {},
        unread=unread,
    )


def of_2021(cells: dict[str, float | None], *figures: Stated) -> ReportValues:
    return report(*figures, cells=cells, records=TABLES_2021, forms=FORMS_2021)


def test_the_cell_goes_before_the_prose() -> None:
    found = headline(
        BY_NAME["requests_received"],
        of_2021({"new_received.total": 41}, figure("requests_received", 43)),
    )
    assert (found.value, found.status, found.source) == (41, "read", SourceKind.CELL)
    assert (found.place, found.table) == ("new_received.total", 3)
    assert found.comparability is Comparability.COMPARABLE


def test_a_blank_cell_is_blank_whatever_the_prose_says() -> None:
    found = headline(
        BY_NAME["requests_received"],
        of_2021({"new_received.total": None}, figure("requests_received", 43)),
    )
    assert (found.value, found.status) == (None, ValueStatus.BLANK)


def test_an_unreadable_cell_leaves_it_to_the_prose() -> None:
    found = headline(BY_NAME["requests_received"], of_2021({}, figure("requests_received", 43)))
    assert (found.value, found.status, found.source) == (43, "read", SourceKind.FIGURE)
    assert found.place == "text_original[10:12]"
    assert found.comparability is Comparability.UNDEFINED


def test_an_unreadable_cell_without_prose_is_unreadable() -> None:
    assert headline(BY_NAME["requests_received"], of_2021({})).status is ValueStatus.UNREADABLE


def test_denied_is_the_sum_of_eight_printed_cells() -> None:
    cells: dict[str, float | None] = {f"{row}.total": n for n, row in enumerate(DENIED)}
    found = headline(BY_NAME["denied"], of_2021(cells))
    assert (found.value, found.status) == (28, ValueStatus.COMPUTED)
    assert found.source is SourceKind.SUM_OF_CELLS


@pytest.mark.parametrize("row", DENIED)
def test_denied_is_null_when_any_of_them_is_blank(row: str) -> None:
    cells: dict[str, float | None] = {f"{one}.total": 0 for one in DENIED} | {f"{row}.total": None}
    found = headline(BY_NAME["denied"], of_2021(cells, figure("denied", 5)))
    assert (found.value, found.status) == (None, ValueStatus.BLANK)


def test_a_sum_with_an_unread_part_is_never_made() -> None:
    cells: dict[str, float | None] = {f"{one}.total": 0 for one in DENIED[1:]}
    found = headline(BY_NAME["denied"], of_2021(cells))
    assert (found.value, found.status) == (None, ValueStatus.UNREADABLE)


def test_denied_of_2014_is_one_printed_cell_and_broader() -> None:
    old = report(year=2016, cells={"e2_reply_denied": 7}, records={0: "urn:0"}, forms={0: "2014"})
    found = headline(BY_NAME["denied"], old)
    assert (found.value, found.status) == (7, ValueStatus.READ)
    assert found.comparability is Comparability.BROADER


def test_partial_scopes_are_never_summed() -> None:
    old = report(
        figure("requests_received", 12, scope="市政府部门"),
        figure("requests_received", 30, scope="各区县"),
        year=2010,
    )
    found = headline(BY_NAME["requests_received"], old)
    assert (found.value, found.status) == (None, ValueStatus.PARTIAL_SCOPES)


def test_a_figure_of_the_whole_beside_partial_ones_counts() -> None:
    old = report(
        figure("requests_received", 12, scope="市政府部门"),
        figure("requests_received", 42),
        year=2010,
    )
    assert headline(BY_NAME["requests_received"], old).value == 42


def test_two_statements_that_differ_conflict() -> None:
    found = headline(
        BY_NAME["granted"], report(figure("granted", 3), figure("granted", 4), year=2010)
    )
    assert (found.value, found.status) == (None, ValueStatus.CONFLICTING)


def test_a_zero_that_is_said_is_a_value() -> None:
    said = figure("review_total", 0, unit=None, negated=True)
    found = headline(BY_NAME["reviews"], report(said, year=2010))
    assert (found.value, found.status) == (0, ValueStatus.NEGATED)


def test_a_softened_number_says_so_and_gives_way_to_an_exact_one() -> None:
    soft = figure("disclosed", 1000, qualifier="more_than")
    assert headline(BY_NAME["disclosed"], report(soft, year=2010)).status == "approximate"
    exact = figure("disclosed", 1037)
    found = headline(BY_NAME["disclosed"], report(soft, exact, year=2010))
    assert (found.value, found.status) == (1037, ValueStatus.READ)


def test_silence_is_no_zero() -> None:
    found = headline(BY_NAME["suits"], report(year=2010))
    assert (found.value, found.status) == (None, ValueStatus.NOT_STATED)


@pytest.mark.parametrize(
    ("value", "unit", "yuan"),
    [(380, "元", 380), (1.25, "万元", 12500), (0.038, "万元", 380), (0, None, 0)],
)
def test_fees_of_the_prose_are_made_yuan(value: float, unit: str | None, yuan: float) -> None:
    found = headline(BY_NAME["fees_yuan"], report(figure("fees", value, unit=unit), year=2010))
    assert found.value == yuan
    assert isinstance(found.value, int)


def test_money_of_an_unknown_unit_is_no_value() -> None:
    found = headline(BY_NAME["fees_yuan"], report(figure("fees", 5, unit="美元"), year=2010))
    assert (found.value, found.status) == (None, ValueStatus.UNREADABLE)


def test_fees_of_2014_are_made_yuan_without_rounding_errors() -> None:
    old = report(
        year=2016, cells={"e2_fees_wan_yuan": 0.038}, records={0: "urn:0"}, forms={0: "2014"}
    )
    assert headline(BY_NAME["fees_yuan"], old).value == 380


def test_since_2019_the_processing_fee_goes_first() -> None:
    figures = (figure("fees", 7, unit="元"), figure("processing_fee", 90, unit="元"))
    assert headline(BY_NAME["fees_yuan"], of_2021({}, *figures)).value == 90
    assert headline(BY_NAME["fees_yuan"], report(*figures, year=2010)).value == 7


def test_why_a_cell_is_not_there() -> None:
    old_row, new_row = FIELDS["other_handling.total"], FIELDS["other_misc.total"]
    review, disclosed = FIELDS["review_total"], FIELDS["e2_disclosed_total"]
    made = of_2021({"new_received.total": 1})
    assert made.cell(old_row).status is ValueStatus.NOT_IN_FORM
    assert made.cell(new_row).status is ValueStatus.UNREADABLE
    assert made.cell(disclosed).status is ValueStatus.NOT_IN_FORM
    without = report(cells={"new_received.total": 1}, records={3: "urn:3"}, forms={3: "2019"})
    assert without.cell(review).status is ValueStatus.NO_TABLE
    assert report(year=2010).cell(review).status is ValueStatus.NOT_IN_FORM
    assert report(year=2010).cell(disclosed).status is ValueStatus.NOT_IN_FORM
    assert report(year=2016).cell(disclosed).status is ValueStatus.NO_TABLE
    assert report(year=2020).cell(disclosed).status is ValueStatus.NOT_IN_FORM
    assert report(unread=frozenset((4,))).cell(review).status is ValueStatus.UNREADABLE


def test_a_local_table_may_lack_any_row() -> None:
    local = report(year=2012, cells={"e2_disclosed_total": 3}, records={0: "u"}, forms={0: "local"})
    assert local.cell(FIELDS["e2_reply_granted"]).status is ValueStatus.NOT_IN_FORM
    assert local.cell(FIELDS["e2_staff_total"]).status is ValueStatus.NOT_IN_FORM


def test_every_status_is_explained_and_has_a_value_or_a_letter() -> None:
    assert set(MEANINGS) == set(ValueStatus)
    valued = {status for status in ValueStatus if status.has_value}
    assert valued == {"read", "negated", "approximate", "computed"}
    asked = {"not_listed": "a", "blank": "b", "unreadable": "c", "not_in_form": "d"}
    asked |= {"not_looked": "e", "blocked": "f", "unreachable": "f"}
    assert {status: LETTERS[ValueStatus(status)] for status in asked} == asked
