"""The user's review.csv: read strictly, written to without touching what is there."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.errors import InvalidReview
from extract.review_csv import COLUMNS, VerdictKind, as_cell, from_cell, load_verdicts
from extract.review_writing import append_verdict

HEADER = "report_id,variable,value,verdict,by,on"
LINE = "gov:110101/2019/area,granted.total,3,confirmed,李四,2026-11-26"
SAID = {
    "report_id": "gov:110101/2019/area",
    "variable": "granted.total",
    "place": "table",
    "value": "3",
    "raw": "3",
    "verdict": "wrong",
    "right": "=5+1",
    "by": "李四",
    "on": "2026-11-26",
    "note": '写作"六", 应为 5\n见附件',
}


def write(tmp_path: Path, *lines: str, header: str = HEADER, end: str = "\n") -> Path:
    path = tmp_path / "review.csv"
    path.write_bytes((end.join((header, *lines)) + end).encode())
    return path


def test_a_line_is_a_verdict_and_no_file_none(tmp_path: Path) -> None:
    assert load_verdicts(tmp_path / "review.csv") == ()
    path = write(tmp_path, LINE, "")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"-11-26", b"/11/6"))
    (one,) = load_verdicts(path)
    assert (one.line, one.report_id, one.variable) == (2, "gov:110101/2019/area", "granted.total")
    assert (one.value, one.verdict, one.by) == ("3", VerdictKind.CONFIRMED, "李四")
    assert one.on == date(2026, 11, 6), "as Excel writes a day"
    assert one.raw is one.note is one.place is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("report_id,", "report,", "line 1: unknown column 'report'"),
        ("report_id,variable", "variable,note", "line 1: column report_id is missing"),
        (HEADER, HEADER + ",by", "line 1: a column is named twice"),
        ("gov:110101/2019/area", "", "line 2, column report_id: '' must be given"),
        ("gov:110101/2019/area", "gov:110101/2019", "line 2, column report_id: 'gov:110101/2019'"),
        ("granted.total", "", "line 2, column variable: '' must be given"),
        (",3,", ",three,", "line 2, column value: 'three' is neither"),
        ("confirmed", "right", "column verdict: 'right' is none of confirmed, wrong, source_error"),
        ("李四", "", "line 2, column by: '' must be given: who says so"),
        ("李四", "李" * 101, "column by: '" + "李" * 80 + "' is longer than 100"),
        ("2026-11-26", "26.11.2026", "column on: '26.11.2026' is no day"),
        ("2026-11-26", "2026-02-30", "column on: '2026-02-30' is no day"),
        ("2026-11-26", "2026-11-26,x", "line 2 has 7 fields, the first line names 6"),
        ("confirmed", 'con"firmed"x"', ""),
    ],
)
def test_what_is_not_understood_names_line_and_column(
    old: str, new: str, told: str, tmp_path: Path
) -> None:
    path = write(tmp_path, LINE)
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(InvalidReview) as error:
        load_verdicts(path)
    assert told in str(error.value) and str(path) in str(error.value)


def test_another_charset_is_named(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(path.read_bytes() + LINE.encode("gb18030"))
    with pytest.raises(InvalidReview, match="line 2 is not UTF-8"):
        load_verdicts(path)


@pytest.mark.parametrize("value", ["-106", "+5", "-1,060.5", "3", "", "一", "a=b"])
def test_numbers_and_plain_words_are_written_as_they_are(value: str) -> None:
    assert as_cell(value) == value == from_cell(value)


@pytest.mark.parametrize("value", ["=1+1", "+A1", "-x", "@SUM(A1)", "\t=1", "＝1", "'=1", "'x"])
def test_what_a_table_program_would_run_is_text_there_and_itself_when_read(value: str) -> None:
    assert as_cell(value) == f"'{value}"
    assert from_cell(as_cell(value)) == value


@given(st.text(max_size=20))
def test_every_value_comes_back(value: str) -> None:
    assert from_cell(as_cell(value)) == value


def test_a_new_file_is_one_that_a_table_program_opens(tmp_path: Path) -> None:
    path = tmp_path / "data/review.csv"
    append_verdict(path, SAID)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfreport_id,"), "with a mark Excel reads UTF-8"
    assert b",'=5+1," in content
    (one,) = load_verdicts(path)
    assert (one.right, one.note) == (SAID["right"], SAID["note"])
    assert (one.record_id, one.payload_digest) == (None, None)
    append_verdict(path, SAID | {"by": "王五"})
    assert path.read_bytes().startswith(content)
    assert [one.by for one in load_verdicts(path)] == ["李四", "王五"]


@pytest.mark.parametrize("ends", [True, False])
def test_what_is_there_stays_as_it_is(ends: bool, tmp_path: Path) -> None:
    """Columns in the user's order, Windows' line ends, spaces, a last line without an end."""
    header = "note,on,by,verdict,value,variable,report_id,raw,right,place"
    line = " seen ,2026-11-01,A , confirmed,3,granted.total,gov:110101/2019/area,,,"
    path = write(tmp_path, line, "", header=header, end="\r\n")
    if not ends:
        path.write_bytes(path.read_bytes().removesuffix(b"\r\n\r\n"))
    before = path.read_bytes()
    append_verdict(path, SAID | {"note": "x"})
    after = path.read_bytes()
    assert after.startswith(before)
    added = after[len(before) :].removeprefix(b"" if ends else b"\r\n").decode()
    assert added == f"x,2026-11-26,李四,wrong,3,granted.total,{SAID['report_id']},3,'=5+1,table\r\n"
    assert [one.by for one in load_verdicts(path)] == ["A", "李四"]


@pytest.mark.parametrize(
    ("header", "line", "told"),
    [
        (HEADER, LINE, "line 1: name a column place there"),
        (HEADER, "x", "line 2, column variable"),
        ("nonsense", LINE, "unknown column"),
    ],
)
def test_nothing_is_added_to_a_file_that_cannot_take_it(
    header: str, line: str, told: str, tmp_path: Path
) -> None:
    path = write(tmp_path, line, header=header)
    before = path.read_bytes()
    with pytest.raises(InvalidReview, match=told):
        append_verdict(path, SAID)
    assert path.read_bytes() == before


def test_an_empty_file_says_nothing_and_can_be_written_to(tmp_path: Path) -> None:
    """As after a stop between its making and its first line."""
    path = tmp_path / "review.csv"
    path.touch()
    assert load_verdicts(path) == ()
    append_verdict(path, SAID)
    assert len(load_verdicts(path)) == 1


def test_a_bad_verdict_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    append_verdict(path, SAID)
    before = path.read_bytes()
    with pytest.raises(InvalidReview, match=r"column note: .* is longer than 2000"):
        append_verdict(path, SAID | {"note": "x" * 2001})
    assert path.read_bytes() == before


def test_a_full_disk_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "review.csv"
    append_verdict(path, SAID)
    before = path.read_bytes()
    write_all = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write_all(handle, data[:10]))
    with pytest.raises(InvalidReview, match="cannot be written to"):
        append_verdict(path, SAID)
    assert path.read_bytes() == before


ADD = """
import sys
from pathlib import Path
from extract.review_writing import append_verdict
for number in range(20):
    append_verdict(Path(sys.argv[1]), {**%r, "note": f"{sys.argv[2]} {number}"})
"""


def test_several_write_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    command = [sys.executable, "-c", ADD % SAID, str(path)]
    processes = [subprocess.Popen([*command, str(number)]) for number in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    notes = [one.note for one in load_verdicts(path)]
    assert sorted(map(str, notes)) == sorted(f"{a} {b}" for a in range(3) for b in range(20))
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == list(COLUMNS)
