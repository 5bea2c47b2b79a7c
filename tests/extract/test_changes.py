"""What differs between two captures: numbers first, each with its quote; chrome is no change."""

from __future__ import annotations

import random
from dataclasses import replace
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_store import capture_row, read

from extract.changes import Change, ChangeKind, Said, Version, compare, iter_passages
from extract.report import Outcome, SkipReason
from extract.rows import rows_of
from extract.store import CorpusStore

TEXT = "2024年，主动公开信息1,204条。\n全年收到申请12件。\n没有收费。"
BASE = Version(
    record_id="a",
    title="某县2024年政府信息公开工作年度报告",
    text=TEXT,
    published_on="2025-01-20",
    cells={"new_received.total": "12", "carried_over.total": ""},
    figures=[
        Said("disclosed", "1204 条", "主动公开信息1,204条"),
        Said("requests_received", "12 件", "收到申请12件"),
    ],
    files=["http://h/a.pdf"],
)


def kinds(changes: list[Change]) -> list[str]:
    return [change.kind.value for change in changes]


def test_nothing_that_is_read_differs() -> None:
    assert kinds(compare(BASE, replace(BASE, record_id="b"))) == ["boilerplate"]


def test_a_number_edited_in_silence() -> None:
    newer = replace(
        BASE,
        text=TEXT.replace("1,204", "1,304"),
        figures=[Said("disclosed", "1304 条", "主动公开信息1,304条"), BASE.figures[1]],
    )
    changes = compare(BASE, newer)
    assert kinds(changes) == ["figure", "date_unchanged"]
    told = changes[0]
    assert (told.field, told.old_value, told.new_value) == ("disclosed", "1204 条", "1304 条")
    assert (told.old_quote, told.new_quote) == ("主动公开信息1,204条", "主动公开信息1,304条")


def test_a_corrected_report_with_a_new_date() -> None:
    newer = replace(BASE, published_on="2025-03-01", title=BASE.title + "（更正）")
    assert kinds(compare(BASE, newer)) == ["title"]


def test_cells_tell_blank_from_not_there() -> None:
    newer = replace(BASE, cells={"new_received.total": "", "granted.total": "3"})
    found = [(one.field, one.old_value, one.new_value) for one in compare(BASE, newer)[:-1]]
    assert found == [
        ("new_received.total", "12", ""),
        ("carried_over.total", "", None),
        ("granted.total", None, "3"),
    ]


def test_words_that_change_are_text_and_numbers_that_nothing_reads_too() -> None:
    words = compare(BASE, replace(BASE, text=TEXT.replace("没有收费", "未收费用")))
    assert kinds(words) == ["text", "date_unchanged"]
    assert (words[0].old_value, words[0].new_value) == ("没有收费。", "未收费用。")
    year = compare(BASE, replace(BASE, text=TEXT.replace("2024年", "2023年")))
    assert kinds(year) == ["text", "date_unchanged"]


def test_a_number_that_is_told_hides_no_other_that_changed_with_it() -> None:
    newer = replace(
        BASE,
        text=TEXT.replace("1,204", "1,304").replace("2024年", "2023年"),
        figures=[Said("disclosed", "1304 条", "主动公开信息1,304条"), BASE.figures[1]],
    )
    assert kinds(compare(BASE, newer)) == ["figure", "text", "date_unchanged"]


def test_files_gone_back_and_reverted() -> None:
    files = compare(BASE, replace(BASE, files=["http://h/b.pdf"]))
    assert (files[0].old_value, files[0].new_value) == ("http://h/a.pdf", "http://h/b.pdf")
    gone = replace(BASE, missing="HTTP status 404")
    assert kinds(compare(BASE, gone)) == ["gone"]
    assert kinds(compare(gone, BASE)) == ["back"]
    again = compare(BASE, replace(BASE, text=TEXT + "\n附"), same_as="x")
    assert kinds(again) == ["text", "reverted", "date_unchanged"]


NUMBERS = st.lists(
    st.builds(Said, st.sampled_from("ab"), st.sampled_from("123"), st.just("q")), max_size=8
)


@given(NUMBERS, NUMBERS)
def test_figures_that_are_the_same_in_another_order_are_no_change(
    old: list[Said], new: list[Said]
) -> None:
    changes = compare(replace(BASE, figures=old), replace(BASE, figures=new))
    same = sorted(old, key=repr) == sorted(new, key=repr)
    assert (ChangeKind.FIGURE in {one.kind for one in changes}) == (not same)


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_passages_lead_from_one_text_to_the_other(old: list[str], new: list[str]) -> None:
    passages = list(iter_passages("\n".join(old), "\n".join(new)))
    assert (passages == []) == ("\n".join(old) == "\n".join(new))


# -- in the corpus --------------------------------------------------------------------------------

URL = "http://h/1.html"
HISTORY: list[tuple[int, Outcome]] = [
    (200, read(2024, 12)),
    (200, read(2024, 13)),
    (200, Outcome(skip=SkipReason.BLOCKED, detail="captcha")),
    (200, read(2024, 12)),
    (404, Outcome(skip=SkipReason.HTTP_ERROR)),
    (404, Outcome(skip=SkipReason.HTTP_ERROR)),
    (500, Outcome(skip=SkipReason.HTTP_ERROR)),
    (200, read(2024, 12)),
]


def changes_of(order: list[int], size: int) -> list[tuple[object, ...]]:
    store = CorpusStore(None)
    made = [
        rows_of(replace(capture_row(n, URL), status=status), outcome, status)
        for n, (status, outcome) in enumerate(HISTORY)
    ]
    for start in range(0, len(order), size):
        store.add_extractions([made[n] for n in order[start : start + size]])
    query = "SELECT older, newer, ordinal, kind, old_value, new_value FROM changes ORDER BY 2, 3"
    rows: list[tuple[object, ...]] = store.db.execute(query).fetchall()
    store.close()
    return rows


def test_each_capture_is_compared_with_the_last_good_one() -> None:
    found = [row for row in changes_of(list(range(8)), 1)]
    said = [(str(old)[-1], str(new)[-1], kind) for old, new, _, kind, _, _ in found]
    assert [one for one in said if one[2] != "date_unchanged"] == [
        ("0", "1", "figure"),
        ("1", "3", "figure"),
        ("3", "4", "gone"),
        ("5", "7", "back"),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_reading_does_not_matter(seed: int) -> None:
    draw = random.Random(seed)
    order = list(range(8)) + [draw.randrange(8) for _ in range(3)]
    draw.shuffle(order)
    assert changes_of(order, draw.choice([1, 3, 11])) == changes_of(list(range(8)), 8)


def test_a_text_of_few_lines_over_and_over_costs_no_time() -> None:
    draw = random.Random(1)
    old, new = ("\n".join(draw.choice("ab") for _ in range(1500)) for _ in range(2))
    began = monotonic()
    assert list(iter_passages(old, new)) == [(old.split("\n"), new.split("\n"))]
    assert list(iter_passages(old, old)) == []
    assert monotonic() - began < 5, "a guard against hanging, no measure"
