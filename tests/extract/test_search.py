"""Search: what is found, how it is ordered and shown, and that nothing typed can do harm."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from searchable import no_report, report

from archive.folder import DataFolder
from extract import search_index, search_order
from extract.bigrams import bigrams, fold, fold_with_places
from extract.browse.kept import KeptOfState
from extract.errors import ExtractError
from extract.query import LONGEST_QUERY, MOST_TERMS, parse_query
from extract.rows import Extraction
from extract.schema import open_corpus
from extract.search import ONE, search, search_in
from extract.search_order import (
    COUNTS,
    COUNTS_OF_WORDS,
    ROWS_OF,
    WEIGHED,
    WEIGHED_OF_WORDS,
    Order,
    Ordered,
    Wanted,
)
from extract.store import CorpusStore
from extract.withheld import Withheld

HANS = "全年主动公开政府信息1234条，其中通过网站\n公开99.5%。" + (
    "《条例》实施后，本机关收到申请5件，GB18030编码。"
)
HANT = "全年主動公開政府資訊56條，檔案館設立查閱點，各部門認真執行，確實維護民眾權益。"
NAMES = "乾安县年报由本机关编制，电话0438-1234567。"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "corpus.db"
    fill(
        path,
        report(1, HANS, title="甲县2019年政府信息公开年度报告", year=2019, division="110101"),
        report(2, HANT, title="乙縣2012年度報告", year=2012, division="440303"),
        report(3, NAMES, title="乾安县2015年年报", year=2015, division="220723"),
        report(4, "申请申请申请申请。", title="丁市2020年年报", year=2020, division="440300"),
        report(5, "无可奉告。", title="戊省2021年年报", year=2021, division=None),
        no_report(6, "本报讯：全年主动公开政府信息。"),
    )
    return path


def fill(path: Path, *extractions: Extraction) -> None:
    with closing(CorpusStore(path)) as store:
        store.add_extractions(extractions)


def numbers(path: Path, query: str, **given: object) -> list[int]:
    """The captures found, in order."""
    found = search(path, query, **given).found  # type: ignore[arg-type]
    return [int(one.record_id.removeprefix("urn:uuid:")) for one in found]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("主动公开", [1, 2]),
        ("公开", [1, 2]),
        ("主动公开 网站", [1]),
        ("网站公开", [1]),  # a line break stands between
        ('"网站 公开"', [1]),
        ("“网站公开”", [1]),
        ("公开网站", []),
        ("《条例》", [1]),
        ("主動公開", [1, 2]),
        ("主動公開政府資訊", [1, 2]),  # the field's words too: 資訊 is 信息
        ("档案馆", [2]),
        ("乾安", [3]),  # 乾 stays in a name, although it is 干 elsewhere
        ("1234", [1, 3]),
        ("１２３４条", [1]),
        ("99.5%", [1]),
        ("gb18030", [1]),
        ("GB18030编码", [1]),
        ("18030", [1]),
        ("0438-1234567", [3]),
        ("5", [1]),  # whole: not in 56, 99.5 counts as 99 and 5
        ("申", [4, 1]),
        ("。", [1, 2, 3, 4, 5]),
        ("告", [1, 2, 5]),  # also as the last of a title
        ("戊省", [5]),
        ("奉告 无", [5]),
        ("没有这样的词", []),
    ],
)
def test_what_is_found(corpus: Path, query: str, expected: list[int]) -> None:
    assert sorted(numbers(corpus, query)) == sorted(expected)


def test_the_last_character_of_a_text_is_found_alone(tmp_path: Path) -> None:
    fill(tmp_path / "c.db", report(1, "特此奉告", title="年报"))
    assert numbers(tmp_path / "c.db", "告") == [1]


def test_order_and_restrictions(corpus: Path) -> None:
    assert numbers(corpus, "申请") == [4, 1], "what says it more often in less text comes first"
    assert numbers(corpus, "年报")[0] in (3, 4, 5)
    assert numbers(corpus, "公开", order=Order.YEAR) == [1, 2]
    assert numbers(corpus, "。", order=Order.YEAR) == [5, 4, 1, 3, 2]
    assert numbers(corpus, "。", year=2015) == [3]
    assert sorted(numbers(corpus, "。", division="44")) == [2, 4]
    assert numbers(corpus, "。", division="440303") == [2]
    assert numbers(corpus, "。", division="4403__") == []
    limited = search(corpus, "。", limit=2, order=Order.YEAR)
    assert (limited.total, len(limited.found)) == (5, 2)


def test_a_whole_number_comes_before_a_part_of_one(tmp_path: Path) -> None:
    other = "主动公开信息的数量为"
    fill(
        tmp_path / "c.db",
        report(1, f"{other}3125条", title="甲", division="110101"),
        report(2, f"{other}0012条", title="乙", division="110102"),
        report(3, f"{other}12条。。", title="丙", division="110103"),
        *(report(n, f"{other}七条", title="丁", division=f"1102{n:02}") for n in range(4, 12)),
    )
    assert numbers(tmp_path / "c.db", "12")[0] == 3
    assert sorted(numbers(tmp_path / "c.db", "12")) == [1, 2, 3]


def test_a_snippet_is_the_original_with_its_hits(corpus: Path) -> None:
    (found,) = search(corpus, "档案馆 政府信息").found[:1]
    snippet = found.snippet
    assert snippet is not None
    assert [snippet.text[hit.start : hit.end] for hit in snippet.hits] == ["政府資訊", "檔案館"]
    assert snippet.text in HANT
    (across,) = search(corpus, "网站公开").found
    assert across.snippet is not None
    (hit,) = across.snippet.hits
    assert across.snippet.text[hit.start : hit.end] == "网站 公开"


def test_a_snippet_shows_the_passage_where_the_terms_meet(tmp_path: Path) -> None:
    text = "申请甲。" + "一" * 300 + "申请乙，不予公开丙。" + "一" * 300
    fill(tmp_path / "c.db", report(1, text))
    (found,) = search(tmp_path / "c.db", "申请 不予公开").found
    assert found.snippet is not None
    hits = [found.snippet.text[hit.start : hit.end] for hit in found.snippet.hits]
    assert hits == ["申请", "不予公开"]
    assert not found.snippet.begins_text and not found.snippet.ends_text


def test_a_hit_in_the_title_alone_shows_the_beginning(corpus: Path) -> None:
    (found,) = search(corpus, "戊省").found
    assert found.snippet is not None
    assert (found.snippet.text, found.snippet.hits) == ("无可奉告。", ())


@pytest.mark.parametrize(
    "query",
    ['"', '""', "“”", " ", "", "\x00", "\u200b", "字" * (LONGEST_QUERY + 1),
     " ".join(f"第{n}" for n in range(MOST_TERMS + 1))],
)  # fmt: skip
def test_what_cannot_be_looked_for_is_said(corpus: Path, query: str) -> None:
    with pytest.raises(ExtractError):
        search(corpus, query)


@pytest.mark.parametrize(
    "query",
    ['公开 OR "', "公开 NOT 网站", "公开*", "title:公开", "{title}:x", "(公开", "NEAR(公开 网站)",
     "^公开", "-公开", "公开'; DROP TABLE reports; --", "公开\x00网站", "\ud800公开", '"公开',
     "公开 AND", "_search MATCH", "%", "_", "\\", "公开+网站"],
)  # fmt: skip
def test_the_index_takes_nothing_for_syntax(corpus: Path, query: str) -> None:
    assert set(numbers(corpus, query)) <= {1, 2, 3, 4, 5}


def test_a_syntax_word_is_a_word(tmp_path: Path) -> None:
    fill(tmp_path / "c.db", report(1, "TO BE OR NOT TO BE, NEAR (A*B) -x ^y col:z"))
    for query in ("or", "NOT", "near", "be OR not", "(a*b)", "-x", "^y", "col:z"):
        assert numbers(tmp_path / "c.db", query) == [1], query
    assert numbers(tmp_path / "c.db", "be OR nichts") == []


TEXTS = st.text(
    st.one_of(
        st.sampled_from("政府信息公开年度报告条件，。、“”（）《》\n 　0123aBｚ%\"'*^-():縣條開"),
        st.characters(codec="utf-8", exclude_characters="\0"),
    ),
    min_size=2,
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=3), data=st.data())
def test_any_two_characters_in_a_row_find_their_text(texts: list[str], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.db"
        rows = [
            report(n, text, title="", division=f"{n:06}") for n, text in enumerate(texts, start=1)
        ]
        fill(path, *rows)
        for number, row in enumerate(rows, start=1):
            stored = str(row.document["text"])
            if len(fold(stored)) < 2:
                continue
            start = data.draw(st.integers(0, len(stored) - 2))
            end = data.draw(st.integers(start + 2, len(stored)))
            piece = stored[start:end]
            if len(fold(piece)) < 2:
                continue
            assert number in numbers(path, f'"{piece.replace(chr(34), "＂")}"'), "as a phrase"
            if not any(len(fold(part)) == 1 for part in words_of(piece)):
                assert number in numbers(path, piece), "as words"


def words_of(query: str) -> Iterator[str]:
    for word in query.split():
        for mark in '"“”「」':
            word = word.replace(mark, " ")
        yield from word.split()


@given(TEXTS)
def test_folding_keeps_places(text: str) -> None:
    folded, places = fold_with_places(text)
    assert len(folded) == len(places)
    assert all(fold(text[place]) == one for place, one in zip(places, folded, strict=True))
    assert fold(folded) == folded
    terms = bigrams(folded).split(" ") if folded else []
    assert "".join(term[0] for term in terms) == folded
    assert all(unicodedata.category(one)[0] != "Z" for one in folded)


def index_rows(path: Path) -> set[tuple[str, str, str, int]]:
    """Every term of the index with the capture, column and place where it stands."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            "CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, _search_by_year, instance)"
        )
        db.execute("INSERT INTO _search_by_year (_search_by_year) VALUES ('integrity-check')")
        query = (
            "SELECT s.record_id, term, col, offset FROM terms "
            "LEFT JOIN _search_rows s ON s.search_row = terms.doc"
        )
        return set(db.execute(query))


def states() -> list[Extraction]:
    """A report edited, then moved to another year, at two addresses, and no report any more."""
    return [
        report(1, "甲县公开信息12条", url="http://h/a", year=2019),
        report(2, "甲县公开信息13条", url="http://h/a", year=2019),
        report(3, "甲县公开信息12条", url="http://h/b", year=2019),
        report(2, "甲县公开信息14条。", url="http://h/a", year=2020),
        no_report(1, "甲县公开信息12条", url="http://h/a"),
        report(4, "乙縣公開資訊", title="乙縣", url="http://h/c", division="110101"),
        report(1, "甲县公开信息12条", url="http://h/a", year=2019),
        no_report(4, "乙縣公開資訊", url="http://h/c"),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_the_index_keeps_step_with_the_reports(tmp_path: Path, seed: int) -> None:
    """After each change the index is what one made from scratch is."""
    chance = random.Random(seed)
    changes = states()
    if seed:
        chance.shuffle(changes)
    path = tmp_path / "c.db"
    for change in changes:
        fill(path, change)
        kept = index_rows(path)
        with closing(CorpusStore(path)) as store:
            current = {row[0] for row in store.db.execute("SELECT record_id FROM reports")}
            with store.transaction() as db:
                search_index.index_all(db)
        assert kept == index_rows(path)
        assert {row[0] for row in kept} == current


def test_a_corpus_from_before_the_search_is_indexed_when_opened(
    corpus: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older.db"
    with closing(CorpusStore(corpus)) as store:
        store.backup_into(older)
    with closing(sqlite3.connect(older)) as db:
        db.execute("DROP TABLE _search_by_year")
        db.execute("DROP TABLE _search_rows")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm002_search'")
        db.execute("PRAGMA user_version = 1")
        db.commit()
    with pytest.raises(ExtractError, match="nianbao extract"):
        search(older, "公开")
    open_corpus(older).close()
    assert sorted(numbers(older, "公开")) == [1, 2]
    assert index_rows(older) == index_rows(corpus)


def test_a_copy_made_by_backup_can_be_searched(corpus: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with closing(CorpusStore(corpus)) as store:
        store.backup_into(copy)
    assert numbers(copy, "公开") == numbers(corpus, "公开")


def test_a_search_sees_whole_states_while_another_writes(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    fill(path, report(1, "甲县公开信息"))
    with closing(CorpusStore(path)) as store, store.transaction():
        store.add_extractions([report(2, "乙县公开信息", division="110101")])
        assert numbers(path, "公开") == [1], "what is not committed is not seen"
    assert sorted(numbers(path, "公开")) == [1, 2]


def test_terms_are_counted_once() -> None:
    assert len(parse_query("公开 公开 公开")) == 1


def test_a_missing_corpus_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="no corpus"):
        search(tmp_path / "none.db", "公开")


@pytest.mark.parametrize(
    "statement", [COUNTS, COUNTS_OF_WORDS, WEIGHED, WEIGHED_OF_WORDS, ROWS_OF, ONE]
)
def test_no_hit_goes_through_all_reports(statement: str, tmp_path: Path) -> None:
    """A word that every report has took time by the square of their number."""
    corpus = tmp_path / "corpus.db"
    with closing(CorpusStore(corpus)) as store:
        store.add_extractions([report(1, "信息公开")])
    values = {"match": "信息", "division": None, "beyond": None, "level": None, "down": "[]",
              "begin": 0, "end": 1, "limit": 1, "offset": 0}  # fmt: skip
    with closing(sqlite3.connect(corpus)) as db:
        given = ["[]"] if statement in (ROWS_OF, ONE) else values
        steps = [str(step[3]) for step in db.execute(f"EXPLAIN QUERY PLAN {statement}", given)]
    scanned = {step for step in steps if step.startswith("SCAN")}
    allowed = ("SCAN f VIRTUAL", "SCAN json_each VIRTUAL", "SCAN bodies")
    assert all(step.startswith(allowed) for step in scanned), steps


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A word in forty reports on five years, more often in some; many alike, stored in no order."""
    path = tmp_path_factory.mktemp("years") / "corpus.db"
    made = [
        report(n, "公开。" * (1 + n * n % 4) + "其他内容。" * 5, title=f"{2015 + n % 5}年年报",
               year=2015 + n % 5, division=f"4403{n:02}" if n % 3 else f"1101{n:02}")
        for n in range(40)
    ]  # fmt: skip
    random.Random(7).shuffle(made)
    for begin in range(0, len(made), 9):
        fill(path, *made[begin : begin + 9])
    return path


def in_pages(
    path: Path, size: int, *, keep: Any = None, **given: object
) -> list[tuple[float, int, str]]:
    """Score, year and id of all that is found, asked for page by page."""
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        found: list[tuple[float, int, str]] = []
        while True:
            wanted = Wanted(limit=size, offset=len(found), **given)  # type: ignore[arg-type]
            result = search_in(db, "公开", wanted, keep=keep)
            found += [(one.score, one.report_year, one.report_id) for one in result.found]
            if not result.found:
                assert result.total == len(found)
                return found


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("division", [None, "4403"])
@pytest.mark.parametrize("most", [1, 10, 24, 1000])
def test_pages_hold_all_that_is_found_once_and_in_order(
    size: int, division: str | None, most: int, years: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_order, "MOST_RANKED", 1000)
    whole = in_pages(years, 100, division=division)
    assert len({one[2] for one in whole}) == len(whole) == (26 if division else 40)
    assert whole == sorted(whole, key=lambda one: (one[0], -one[1], one[2]))
    by_year = sorted(whole, key=lambda one: (-one[1], one[0], one[2]))
    assert in_pages(years, size, division=division, order=Order.YEAR) == by_year
    monkeypatch.setattr(search_order, "MOST_RANKED", most)
    counted = [sum(one[1] >= year for one in whole) for year in range(2015, 2020)]
    ranked_from = max(
        year for year in range(2015, 2020) if counted[year - 2015] >= min(most, len(whole))
    )
    newest = [one for one in whole if one[1] >= ranked_from]
    older = [one for one in by_year if one[1] < ranked_from]
    assert in_pages(years, size, division=division) == newest + older
    told = search(years, "公开", division=division).ranked_from
    assert told == (ranked_from if older else None)
    assert search(years, "公开", year=2017, division=division).ranked_from is None


def test_what_is_kept_gives_the_same_pages(years: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_order, "MOST_RANKED", 10)
    made, kept = [], KeptOfState()

    def keep(name: object, make: Callable[[], Ordered]) -> Ordered:
        result = kept.get("state", name, lambda: made.append(name) or make())
        assert isinstance(result, Ordered)
        return result

    for order in Order:
        plain = in_pages(years, 2, order=order)
        assert in_pages(years, 2, order=order, keep=keep) == plain
    assert len(made) == 6, "two times twenty, and that there is no more, in either order"
    kept.get("another state", made[0], lambda: made.append(1))
    kept.get("state", made[0], lambda: made.append(2))
    assert made[6:] == [1, 2], "nothing is given of another state"


def test_what_is_taken_down_is_counted_and_in_no_page(
    years: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_order, "MOST_RANKED", 10)
    whole = [one[2] for one in in_pages(years, 100)]
    file = years.with_name("suppress.txt")
    file.write_text("http://h/3\nhttp://h/14\nurn:uuid:0038\n", "utf-8")
    try:
        result = search(years, "公开", limit=100, withheld=Withheld(DataFolder(years.parent)))
        one_year = search(
            years, "公开", year=2018, limit=100, withheld=Withheld(DataFolder(years.parent))
        )
    finally:
        file.unlink()
    assert (result.total, result.taken_down) == (37, 3)
    gone = {"urn:uuid:0003", "urn:uuid:0014", "urn:uuid:0038"}
    assert not gone & {one.record_id for one in result.found}
    shown = [one.report_id for one in result.found]
    assert shown == [one for one in whole if one in set(shown)] and len(shown) == 37
    assert (one_year.total, one_year.taken_down) == (6, 2), "3 and 38 are on 2018"


def test_an_index_in_the_order_of_coming_is_made_again(years: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    with closing(CorpusStore(years)) as store:
        store.backup_into(older)
    with closing(sqlite3.connect(older)) as db:
        db.execute("ALTER TABLE _search_by_year RENAME TO _search")
        db.execute("INSERT INTO _search (_search) VALUES ('delete-all')")
        rows = [row[0] for row in db.execute("SELECT search_row FROM _search_rows")]
        for number, row in enumerate(rows, start=1):
            db.execute("UPDATE _search_rows SET search_row = ? WHERE search_row = ?", [number, row])
            db.execute("INSERT INTO _search (rowid, text) VALUES (?, '公开')", [number])
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm017_search_by_year'")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        db.execute(f"PRAGMA user_version = {version - 1}")
        db.commit()
    with pytest.raises(ExtractError, match="nianbao extract"):
        search(older, "公开")
    open_corpus(older).close()
    assert index_rows(older) == index_rows(years)
    assert in_pages(older, 100) == in_pages(years, 100)
