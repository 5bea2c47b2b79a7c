"""Governments stand in the corpus before any report, and keep their names when reports come."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from body_titles import table_rows
from searchable import report

from extract.store import CorpusStore


@pytest.fixture
def store(tmp_path: Path) -> CorpusStore:
    return CorpusStore(tmp_path / "corpus.db")


def test_every_government_since_2008_is_a_body(store: CorpusStore) -> None:
    """And the fifteen of the Production and Construction Corps, which the table lacks."""
    expected = {f"gov:{row.today}" for row in table_rows() if row.last >= 2008}
    found = {row[0] for row in store.db.execute("SELECT body_id FROM bodies")}
    assert found - expected == {f"gov:66{number:02}00" for number in range(15)}
    assert expected <= found
    assert len(found) > 3_200


@pytest.mark.parametrize(
    ("body_id", "row"),
    [
        ("gov:310103", ("卢湾区人民政府", "county", "310101", None, "2010")),
        ("gov:310151", ("崇明区人民政府", "county", "310151", None, None)),
        ("gov:320508", ("姑苏区人民政府", "county", "320508", "2012", None)),
        ("gov:341400", ("巢湖市人民政府", "prefecture", None, None, "2010")),
        ("gov:232700", ("大兴安岭地区行政公署", "prefecture", "232700", None, None)),
        ("gov:660800", ("第八师", "prefecture", "660800", None, None)),
    ],
)
def test_their_names_codes_and_years(
    body_id: str, row: tuple[object, ...], store: CorpusStore
) -> None:
    query = (
        "SELECT name, admin_level, division_today, valid_from, valid_to FROM bodies "
        "WHERE body_id = ?"
    )
    assert store.db.execute(query, [body_id]).fetchone() == row


def test_former_names_are_told(store: CorpusStore) -> None:
    query = "SELECT name, source FROM body_names WHERE body_id = 'gov:310151' ORDER BY name"
    assert store.db.execute(query).fetchall() == [
        ("崇明区人民政府", "division table"), ("崇明县人民政府", "division table"),
    ]  # fmt: skip


def test_a_report_leaves_the_name_of_the_table(store: CorpusStore) -> None:
    store.add_extractions([report(1, "正文", division="310151")])
    query = "SELECT name FROM bodies WHERE body_id = 'gov:310151'"
    assert store.db.execute(query).fetchone() == ("崇明区人民政府",)


def test_opening_again_adds_nothing(tmp_path: Path) -> None:
    counts = []
    for _ in range(2):
        with closing(CorpusStore(tmp_path / "corpus.db")) as store:
            counts.append(store.db.execute("SELECT count(*) FROM bodies").fetchone())
    assert counts[0] == counts[1]
