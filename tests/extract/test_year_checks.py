"""Identities across years: made with either year's reading, in any order of arrival."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from searchable import no_report, report

from extract.found_checks import Wanted, iter_checked
from extract.report import ReportScope, TableForm
from extract.rows import Extraction
from extract.store import CorpusStore

FORM_2019, FORM_2021 = TableForm.FORM_2019, TableForm.FORM_2021
TEXT = "正文"


def checks(tmp_path: Path, batches: Sequence[Sequence[Extraction]]) -> dict[tuple[str, ...], tuple]:  # type: ignore[type-arg]
    """(report year, identity, place) of the checks across years, to the rest of the row."""
    path = tmp_path / "corpus.db"
    path.unlink(missing_ok=True)
    with closing(CorpusStore(path)) as store:
        for batch in batches:
            store.add_extractions(batch)
        query = (
            "SELECT report, identity, place, outcome, severity, printed, computed, difference, "
            "blank_as_zero_outcome, record_id FROM checks WHERE identity LIKE 'year%'"
        )
        rows = list(store.db.execute(query))
    return {(row[0].split("/")[1], row[1], row[2]): row[3:] for row in rows}


def carried(number: int, year: int, came: float | None, went: float | None) -> Extraction:
    cells = {"carried_in.total": came, "carried_out.total": went}
    return report(number, TEXT, year=year, cells=cells, form=FORM_2021)


CARRIED = ("2022", "year_carried", "total")


@pytest.mark.parametrize(
    ("went", "came", "expected"),
    [
        (3, 3, ("pass", "warning", 3, 3, 0, "pass")),
        (3, 5, ("fail", "warning", 5, 3, 2, "fail")),
        (None, 0, ("not_assessable", "warning", 0, None, None, "pass")),
        (3, None, ("not_assessable", "warning", None, 3, None, "fail")),
    ],
)
def test_what_was_carried_over(
    went: float | None, came: float | None, expected: tuple[object, ...], tmp_path: Path
) -> None:
    found = checks(tmp_path, [[carried(1, 2021, 0, went), carried(2, 2022, came, 0)]])
    assert found[CARRIED][:6] == expected


def test_a_missing_year_is_not_assessable_and_a_report_without_the_table_not_applicable(
    tmp_path: Path,
) -> None:
    found = checks(tmp_path, [[carried(1, 2022, 1, 0), report(2, TEXT, year=2024)]])
    assert found[CARRIED][0] == "not_assessable"
    assert found["2024", "year_carried", "report"][0] == "not_applicable"
    assert found["2022", "year_previous_items", "report"][0] == "not_applicable"
    assert found["2022", "year_valid_documents", "regulations"][0] == "not_assessable"


def test_valid_documents_and_previous_items(tmp_path: Path) -> None:
    first = {"t2_normative_docs_valid": 10.0}
    second = {
        "t2_normative_docs_valid": 11.0,
        "t2_normative_docs_made": 3.0,
        "t2_normative_docs_repealed": 1.0,
    }
    items = {"t2_permits_prev_items": 100.0, "t2_permits_change": -5.0}
    after = {"t2_permits_prev_items": 95.0, "t2_permits_change": 0.0}
    found = checks(
        tmp_path,
        [
            [
                report(1, TEXT, year=2019, cells=items, form=FORM_2019),
                report(2, TEXT, year=2020, cells=after, form=FORM_2019),
                report(3, TEXT, year=2021, cells=first, form=FORM_2021),
                report(4, TEXT, year=2022, cells=second, form=FORM_2021),
            ]
        ],
    )
    valid = found["2022", "year_valid_documents", "normative_docs"]
    assert valid[:5] == ("fail", "info", 11, 12, -1)
    assert found["2020", "year_previous_items", "permits"][:5] == ("pass", "warning", 95, 95, 0)
    other = found["2021", "year_valid_documents", "report"]
    assert other[0] == "not_applicable", "the year before has another form"


def test_every_order_and_batching_gives_the_same_checks(tmp_path: Path) -> None:
    """Among them a corrected reading of the first year, and one of the second that goes away."""
    first = carried(1, 2021, 0, 3)
    corrected = report(
        4, TEXT, url="http://h/1", year=2021, form=FORM_2021,
        cells={"carried_in.total": 0.0, "carried_out.total": 5.0},
    )  # fmt: skip
    others = (carried(2, 2022, 5, 7), carried(3, 2023, 7, 0))
    wanted = checks(tmp_path, [[first, corrected, *others]])
    assert wanted[CARRIED][:3] == ("pass", "warning", 5)
    assert wanted["2023", "year_carried", "total"][0] == "pass"
    for order in itertools.permutations((first, corrected, *others)):
        assert checks(tmp_path, [[one] for one in order]) == wanted
        assert checks(tmp_path, [order[:2], order[2:]]) == wanted
    again = checks(tmp_path, [[first, *others], [corrected], [first], [*others]])
    assert again == wanted


def test_a_reading_that_goes_away_takes_its_year_along(tmp_path: Path) -> None:
    found = checks(
        tmp_path, [[carried(1, 2021, 0, 3), carried(2, 2022, 3, 0)], [no_report(1, TEXT)]]
    )
    assert found[CARRIED][0] == "not_assessable"
    assert {year for year, _, _ in found} == {"2022"}


def test_a_report_read_anew_as_another_bodys_leaves_the_first(tmp_path: Path) -> None:
    moved = report(
        1, TEXT, year=2021, division="888888", form=FORM_2021, cells={"carried_out.total": 3.0}
    )
    found = checks(tmp_path, [[carried(1, 2021, 0, 3), carried(2, 2022, 3, 0)], [moved]])
    assert found[CARRIED][0] == "not_assessable"


AREA, ORGAN, UNCLEAR = ReportScope.AREA, ReportScope.ORGAN, ReportScope.UNCLEAR


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        ((AREA,), AREA, "pass"),
        ((UNCLEAR,), AREA, "pass"),
        ((AREA,), UNCLEAR, "pass"),
        ((ORGAN,), AREA, "not_assessable"),
        ((AREA, UNCLEAR), AREA, "pass"),
        ((ORGAN, UNCLEAR), AREA, "not_assessable"),
    ],
)
def test_the_scope_is_the_same_or_the_only_other_and_unclear(
    before: tuple[ReportScope, ...], after: ReportScope, outcome: str, tmp_path: Path
) -> None:
    went, came = {"carried_out.total": 3.0}, {"carried_in.total": 3.0, "carried_out.total": 0.0}
    all_of_them = [
        report(n, TEXT, year=2021, form=FORM_2021, cells=went, scope=scope)
        for n, scope in enumerate(before)
    ]
    all_of_them.append(report(9, TEXT, year=2022, form=FORM_2021, cells=came, scope=after))
    for order in itertools.permutations(all_of_them):
        assert checks(tmp_path, [[one] for one in order])[CARRIED][0] == outcome


def test_a_failure_across_years_is_found_with_the_cells_of_both(tmp_path: Path) -> None:
    checks(tmp_path, [[carried(1, 2021, 0, 3), carried(2, 2022, 5, 0)]])
    (found,) = iter_checked(tmp_path / "corpus.db", Wanted(("year_carried",)))
    assert (found.report_year, found.check.place, found.check.difference) == (2022, "total", 2)
    cells = [(cell.name, cell.value, cell.record_id, cell.is_last_years) for cell in found.cells]
    assert cells == [
        ("carried_in.total", 5, "urn:uuid:0002", False),
        ("carried_out.total", 3, "urn:uuid:0001", True),
    ]
