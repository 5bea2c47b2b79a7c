"""Two corpora compared row by row: each kind of difference told once, by what it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from extract.comparing import LONG, Comparison
from extract.errors import ExtractError
from extract.schema import open_corpus

REPORT = "gov:220622/2019/area"


def fill(path: Path) -> None:
    """A corpus with a report of two cells and four figures, and a page that is none."""
    db = open_corpus(path)
    for record, outcome in (("r1", "report"), ("r2", "not_a_report")):
        db["documents"].insert(
            {
                "record_id": record,
                "url": f"http://x.example/{record}",
                "entry_url": "http://x.example/",
                "portal": "p",
                "role": "report",
                "captured_at": "2026-01-01T00:00:00.000000Z",
                "status": 200,
                "warc_file": "a.warc.gz",
                "warc_offset": 0,
                "warc_length": 1,
                "payload_digest": "sha1:x",
                "text": f"{record} " + "年" * 2000 + "尾",
                "outcome": outcome,
                "extractor_version": "nianbao-1",
            }
        )
    db["bodies"].insert({"body_id": "gov:220622", "name": "靖宇县", "body_type": "government"})
    reading = {
        "report_id": REPORT,
        "record_id": "r1",
        "body_id": "gov:220622",
        "report_year": 2019,
        "report_scope": "area",
        "title": "报告",
        "issuing_body": "靖宇县",
        "reporting_for": "靖宇县",
        "published_on": "2020-01-01",
        "evidence": "{}",
        "confidence": "{}",
    }
    db["reports"].insert(reading)
    db["report_documents"].insert(reading | {"kind": "page", "is_current": 1})
    db["cells"].insert_all(
        {"report": REPORT, "record_id": "r1", "name": name, "value": value, "raw": f"{value}"}
        for name, value in (("a", 1.0), ("b", 2.0))
    )
    db["figures"].insert_all(
        {
            "report": REPORT,
            "record_id": "r1",
            "ordinal": ordinal,
            "measure": measure,
            "value": float(ordinal),
            "negated": 0,
            "quote": f"公开{ordinal}条",
            "quote_start": ordinal * 10,
            "quote_end": ordinal * 10 + 5,
            "original_start": ordinal * 10,
            "original_end": ordinal * 10 + 5,
        }
        for ordinal, measure in enumerate(("disclosed", "other", "other", "requests_received"))
    )
    db["checks"].insert(
        {
            "report": REPORT,
            "record_id": "r1",
            "identity": "i",
            "place": "",
            "outcome": "holds",
            "severity": "error",
        }
    )
    db.close()


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    """The same corpus twice; a test changes the second."""
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    fill(old)
    fill(new)
    return old, new


def told(sides: tuple[Path, Path], *statements: str) -> list[tuple[object, ...]]:
    """What is told after statements on the second corpus: table, what, and its columns."""
    with closing(sqlite3.connect(sides[1])) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()
    with Comparison(*sides) as found:
        return [
            (
                one.change.table,
                one.change.what.value,
                {c.column: (c.old, c.new) for c in one.change.columns},
                one.subject,
            )
            for one in found.iter_all()
        ]


def test_the_version_alone_is_no_difference(sides: tuple[Path, Path]) -> None:
    assert told(sides, "UPDATE documents SET extractor_version = 'nianbao-2'") == []
    with Comparison(*sides) as found:
        assert found.versions == {"old": {"nianbao-1": 2}, "next": {"nianbao-2": 2}}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE cells SET value = NULL, raw = '-' WHERE name = 'a'",
            ("cells", "changed", {"value": (1.0, None), "raw": ("1.0", "-")}, REPORT),
        ),
        (
            "UPDATE checks SET outcome = 'fails'",
            ("checks", "changed", {"outcome": ("holds", "fails")}, REPORT),
        ),
        (
            "UPDATE reports SET published_on = NULL",
            ("reports", "changed", {"published_on": ("2020-01-01", None)}, REPORT),
        ),
        (
            "UPDATE documents SET outcome = 'blocked' WHERE record_id = 'r2'",
            (
                "documents",
                "changed",
                {"outcome": ("not_a_report", "blocked")},
                "http://x.example/r2",
            ),
        ),
        (
            "UPDATE bodies SET name = '县' WHERE body_id = 'gov:220622'",
            ("bodies", "changed", {"name": ("靖宇县", "县")}, "gov:220622"),
        ),
        (
            "UPDATE figures SET measure = 'disclosed' WHERE ordinal = 1",
            ("figures", "changed", {"measure": ("other", "disclosed")}, REPORT),
        ),
        (
            "UPDATE figures SET value = 9, negated = 1 WHERE ordinal = 3",
            ("figures", "changed", {"value": (3.0, 9.0), "negated": (0, 1)}, REPORT),
        ),
        (
            "UPDATE figures SET original_start = original_start + 1",
            ("figures", "moved", {}, REPORT),
        ),
    ],
)
def test_a_row_that_changed(
    sides: tuple[Path, Path], statement: str, expected: tuple[object, ...]
) -> None:
    assert told(sides, statement) == [expected]


def test_a_figure_less_does_not_change_those_behind_it(sides: tuple[Path, Path]) -> None:
    ((table, what, columns, _),) = told(
        sides,
        "DELETE FROM figures WHERE ordinal = 1",
        "UPDATE figures SET ordinal = ordinal - 1 WHERE ordinal > 1",
    )
    assert (table, what) == ("figures", "lost")
    assert isinstance(columns, dict)
    assert columns["quote"] == ("公开1条", None)


def test_another_identity_is_told_once(sides: tuple[Path, Path]) -> None:
    other = "gov:220622/2018/area"
    parts = [f"UPDATE {one} SET report = '{other}'" for one in ("cells", "figures", "checks")]
    whole = [
        f"UPDATE {one} SET report_id = '{other}', report_year = 2018"
        for one in ("reports", "report_documents")
    ]
    rows = told(sides, *parts, *whole)
    assert [(table, what, subject) for table, what, _, subject in rows] == [
        ("reports", "gained", other),
        ("report_documents", "changed", other),
        ("reports", "lost", REPORT),
    ]
    assert rows[1][2] == {"report_id": (REPORT, other), "report_year": (2019, 2018)}


def test_a_report_that_counts_elsewhere_alone_is_told(sides: tuple[Path, Path]) -> None:
    ((table, _, columns, _),) = told(sides, "UPDATE cells SET report = 'x' WHERE name = 'a'")
    assert (table, columns) == ("cells", {"report": (REPORT, "x")})


def test_what_goes_with_a_report_is_marked(sides: tuple[Path, Path]) -> None:
    tables = ("reports", "report_documents", "cells", "figures", "checks")
    told(sides, *(f"DELETE FROM {table}" for table in tables))
    with Comparison(*sides) as found:
        assert found.counts()["cells"] == {"lost": 2}
        marked = {one.change.table for one in found.iter_all() if one.in_whole}
        assert marked == {"cells", "figures", "checks"}
        assert [one.name for one in found.iter_subjects()] == [REPORT]
        for named in (REPORT, "r1", "http://x.example/r1"):
            assert [one.name for one in found.find_subjects(named)] == [REPORT]
        assert found.find_subjects("http://x.example/r2") == []


def test_values_come_first(sides: tuple[Path, Path]) -> None:
    rows = told(
        sides,
        "UPDATE documents SET title = 'a'",
        "UPDATE checks SET outcome = 'fails'",
        "UPDATE cells SET value = 5 WHERE name = 'b'",
    )
    assert [row[0] for row in rows] == ["cells", "checks", "documents", "documents"]


def test_long_texts_are_told_by_the_passage(sides: tuple[Path, Path]) -> None:
    statement = "UPDATE documents SET text = replace(text, '尾', '末') WHERE record_id = 'r1'"
    ((_, _, columns, _),) = told(sides, statement)
    assert isinstance(columns, dict)
    old, new = columns["text"]
    assert "年尾 (2004 characters)" in old
    assert "年末 (2004 characters)" in new
    assert len(old) < LONG


def test_a_corpus_of_an_older_schema_is_compared_by_what_both_have(
    sides: tuple[Path, Path],
) -> None:
    with closing(sqlite3.connect(sides[0])) as db:
        db.execute("DROP TABLE requisites")
        db.execute("ALTER TABLE checks DROP COLUMN blank_as_zero_outcome")
        db.commit()
    with Comparison(*sides) as found:
        assert found.count_subjects() == 0
        assert any("requisites" in note for note in found.notes)
        assert any("blank_as_zero_outcome" in note for note in found.notes)


def test_a_corpus_that_is_not_there_is_an_error(tmp_path: Path, sides: tuple[Path, Path]) -> None:
    with pytest.raises(ExtractError, match=r"none\.db"):
        Comparison(sides[0], tmp_path / "none.db")
