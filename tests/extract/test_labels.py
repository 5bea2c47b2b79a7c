"""Each field that a form can give has the name that the form prints."""

from __future__ import annotations

import pytest
from table_samples import COLUMNS, OTHER_2019, OTHER_2021, REQUEST_ROWS, REVIEW_NAMES, sample
from table_variants import cases

from extract.labels import label_of


def test_every_cell_of_reports_has_a_label() -> None:
    names = {name for number in range(8) for name in sample(number).cells}
    names |= {name for case in cases() for name in case.cells}
    missing = [name for name in names if label_of(name) is None]
    assert len(names) > 250
    assert not missing


def test_labels_of_different_cells_differ() -> None:
    rows = [name for name, _, _ in [*REQUEST_ROWS, *OTHER_2019, *OTHER_2021]]
    names = [f"{row}.{column}" for row in rows for column in COLUMNS] + REVIEW_NAMES
    assert len({str(label_of(name)) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("denied_state_secret.org_research", "不予公开：属于国家秘密 / 科研机构"),
        ("other_misc.total", "其他处理：其他 / 总计"),
        ("closed_total.natural_person", "总计 / 自然人"),
        ("t2_permits_change", "行政许可 / 本年增减"),
        ("t2_normative_docs_valid", "规范性文件 / 现行有效件数"),
        ("lit_direct_pending", "行政诉讼（未经复议直接起诉） / 尚未审结"),
        ("e2_denied_privacy", "涉及个人隐私"),
        ("e2_req_fax_cumulative", "传真申请数 / 累计"),
    ],
)
def test_labels_are_those_of_the_form(name: str, printed: str) -> None:
    assert str(label_of(name)) == printed


def test_a_name_that_no_form_has_has_no_label() -> None:
    assert label_of("granted") is None
    assert label_of("t2_permits_valid") is None
