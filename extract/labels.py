"""What the forms print for the fields of cells: 予以公开 / 自然人 for granted.natural_person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from extract import forms
from extract.appendix_form import APPENDIX_2014, LOCAL_ROWS
from extract.forms import FormRow

GROUPS = {
    **dict.fromkeys(forms.DENIED, "不予公开"),
    **dict.fromkeys(forms.UNABLE, "无法提供"),
    **dict.fromkeys(forms.REFUSED, "不予处理"),
    **dict.fromkeys((row.name for row in forms.OTHER_2021), "其他处理"),
}
"""The group head over a row of table 3, by the row's name."""

REVIEW_GROUP_LABELS = {
    "review": "行政复议",
    "lit_direct": "行政诉讼（未经复议直接起诉）",
    "lit_after_review": "行政诉讼（复议后起诉）",
}


@dataclass(frozen=True, slots=True)
class CellLabel:
    """What the form prints for a cell: its row with the group's head, and its column.

    ``column`` is None in an appendix, which has one column of figures.
    """

    row: str
    column: str | None

    def __str__(self) -> str:
        return self.row if self.column is None else f"{self.row} / {self.column}"


def label_of(name: str) -> CellLabel | None:
    """The label of a cell by its field name; None for a name that no form has."""
    return _labels().get(name)


def row_label(row: FormRow) -> str:
    """What the form prints for a row, with its group's head; white space and punctuation lost."""
    group = GROUPS.get(row.name)
    return f"{group}：{row.keys[0]}" if group else row.keys[0]


@cache
def _labels() -> dict[str, CellLabel]:
    labels: dict[str, CellLabel] = {}
    for block in (*forms.PROACTIVE_2019, *forms.PROACTIVE_2021):
        for row in block.rows:
            for column in block.columns:
                labels[f"t2_{row.name}_{column.suffix}"] = CellLabel(row_label(row), column.keys[0])
    for row in {*forms.REQUESTS_2019, *forms.REQUESTS_2021}:
        for applicant, printed in zip(forms.APPLICANTS, forms.APPLICANT_LABELS, strict=True):
            labels[f"{row.name}.{applicant}"] = CellLabel(row_label(row), printed)
    for group, head in REVIEW_GROUP_LABELS.items():
        for suffix, printed in zip(forms.REVIEW_SUFFIXES, forms.REVIEW_LABELS, strict=True):
            labels[f"{group}_{suffix}"] = CellLabel(head, printed)
    for row in (*LOCAL_ROWS, *APPENDIX_2014):  # the form's own label where both have the row
        labels[row.name] = CellLabel(row.keys[0], None)
        labels[f"{row.name}_cumulative"] = CellLabel(row.keys[0], "累计")
    return labels
