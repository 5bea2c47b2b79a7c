"""The registry of variables and the crosswalk: each field once, within Stata's limits, linked."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from extract import forms
from extract.appendix_form import APPENDIX_2014, LOCAL_ROWS
from extract.crosswalk import COLUMNS, crosswalk, crosswalk_rows
from extract.headline import SERIES, headline_variables
from extract.report import Measure, TableForm
from extract.variables import LONGEST_NAME, cell_variables, panel_name, text_variables, words

ALL = (*headline_variables(), *cell_variables(), *text_variables())
LONGEST_LABEL = 80
"""Characters of a variable's label in Stata."""


def test_names_are_unique_and_fit_stata() -> None:
    assert [n for n, times in Counter(v.name for v in ALL).items() if times > 1] == []
    assert [v.name for v in ALL if not re.fullmatch(r"[a-z][a-z0-9_]*", v.name)] == []
    assert [v.name for v in ALL if len(v.name) > LONGEST_NAME] == []
    assert [v.english for v in ALL if len(v.english) > LONGEST_LABEL] == []


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("refused_confirm_reissue.natural_person", "refused_confirm_reissue_nat"),
        ("new_received.total", "new_received_tot"),
        ("carried_in.org_legal_service", "carried_in_law"),
        ("t2_permits_decisions", "t2_permits_decisions"),
    ],
)
def test_names_of_the_panel(field: str, name: str) -> None:
    assert panel_name(field) == name


def test_every_field_of_the_forms_is_there() -> None:
    fields = {v.field for v in cell_variables()}
    rows = {row.name for row in (*forms.REQUESTS_2019, *forms.REQUESTS_2021)}
    assert {f"{row}.{a}" for row in rows for a in forms.APPLICANTS} <= fields
    assert set(forms.REVIEW_CELLS) <= fields
    assert {row.name for row in (*APPENDIX_2014, *LOCAL_ROWS)} <= fields
    blocks = (*forms.PROACTIVE_2019, *forms.PROACTIVE_2021)
    assert {f"t2_{r.name}_{c.suffix}" for b in blocks for r in b.rows for c in b.columns} <= fields


def test_forms_count_what_the_documents_say() -> None:
    """23 and 25 rows of seven columns, 15 cells, 58 rows of the appendix (A1, A3, A4)."""
    count = Counter((v.table, form) for v in cell_variables() for form in v.forms)
    assert count[3, TableForm.FORM_2019] == 161
    assert count[3, TableForm.FORM_2021] == 175
    assert count[4, TableForm.FORM_2019] == count[4, TableForm.FORM_2021] == 15
    assert count[0, TableForm.FORM_2014] == 58
    assert count[2, TableForm.FORM_2021] == 10


def test_every_measure_has_a_column_and_no_word_is_left_over() -> None:
    assert {v.field for v in text_variables()} == {m.value for m in Measure} - {"other"}
    assert set(words()["prose"]) == {m.value for m in Measure} - {"other"}
    assert set(words()["rows"]) == {v.row for v in cell_variables() if v.table == 3}
    assert set(words()["documents"]) == {v.row for v in cell_variables() if v.table == 2}
    assert set(words()["columns"]) == {v.column for v in cell_variables() if v.table == 2}
    assert set(words()["appendix"]) == {v.row for v in cell_variables() if v.table == 0}


def test_money_has_its_unit_in_its_name() -> None:
    for variable in ALL:
        assert (variable.unit == "万元") == ("_wan_yuan" in variable.name), variable.name
        assert (variable.unit == "元") == (
            variable.name.endswith("_yuan") and "_wan_" not in variable.name
        )


def test_the_crosswalk_has_every_field_of_every_form() -> None:
    linked = {
        form: {name for link in crosswalk() for name in names(link)}
        for form, names in (
            (TableForm.FORM_2014, lambda link: link.fields_2014),
            (TableForm.FORM_2019, lambda link: link.fields_2019),
            (TableForm.FORM_2021, lambda link: link.fields_2021),
        )
    }
    for form, names in linked.items():
        assert names == {v.field for v in cell_variables() if form in v.forms}


def test_what_is_not_the_same_has_its_reason() -> None:
    for link in crosswalk():
        compared = [one for one in (link.of_2014, link.of_2019) if one is not None]
        alone = sum(map(bool, (link.fields_2014, link.fields_2019, link.fields_2021))) == 1
        assert alone == (not compared), link
        assert link.why or all(one.value == "comparable" for one in compared), link


def test_published_and_valid_are_not_the_same_measure() -> None:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in crosswalk_rows()]
    (row,) = [r for r in rows if r["variables_2021"] == "t2_normative_docs_valid"]
    assert row["variables_2019"] == "t2_normative_docs_public_total"
    assert row["comparability_2019"] == "not_comparable"


def test_the_series_are_those_asked_for() -> None:
    assert [s.name for s in SERIES] == [
        *("disclosed", "requests_received", "carried_in", "granted", "partially_granted"),
        *("denied", "closed", "carried_out", "reviews", "reviews_corrected", "suits", "fees_yuan"),
    ]
    assert all(v.rule for v in headline_variables())
