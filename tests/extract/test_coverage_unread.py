"""Coverage of bodies of which no report was ever read: told by rows of listings alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
from coverage_corpus import GOV, Corpus, row

from extract.coverage import CoverageState
from extract.coverage_rows import VisitEnd
from extract.known_bodies import KnownBodies, KnownBody
from extract.store import CorpusStore

WATER = "department:441322:水务局"
SCAN = "pdf_without_text"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with the governments alone: they take a second."""
    path = tmp_path_factory.mktemp("empty") / "corpus.db"
    CorpusStore(path).close()
    return path


@pytest.fixture
def corpus(empty: Path, tmp_path: Path) -> Iterator[Corpus]:
    made = Corpus(copyfile(empty, tmp_path / "corpus.db"))
    yield made
    made.store.close()


def titled(name: str, *years: int) -> dict[str, str]:
    return {f"http://h/{name}{y}": f"{name}{y}年政府信息公开工作年度报告" for y in years}


def scanned(corpus: Corpus, rows: dict[str, str], **visit: object) -> None:
    """A listing whose rows lead to scans, but for those of the government of 2012."""
    corpus.visit(0, row(2012) | rows, **visit)  # type: ignore[arg-type]
    corpus.read("http://h/2012", 2012)
    for url in rows:
        corpus.read(url, 0, outcome=SCAN)


def state(corpus: Corpus, body: str, year: int) -> CoverageState | None:
    claim = corpus.claims(body).get(year)
    return claim.state if claim else None


def test_on_its_own_portal_whose_name_says_whose_the_rows_are(corpus: Corpus) -> None:
    corpus.name = "博罗县水务局门户网站"
    rows = titled("", 2013, 2015)
    corpus.visit(0, rows)
    for url in rows:
        corpus.read(url, 0, outcome=SCAN)
    claims = corpus.claims(WATER)
    assert min(claims) == 2013 and max(claims) == 2025
    assert claims[2013].state is claims[2015].state is CoverageState.LISTED_UNREADABLE
    assert SCAN in claims[2013].reason
    assert [one.record_id for one in claims[2013].evidence] == ["urn:page0"]
    assert claims[2014].state is claims[2025].state is CoverageState.NOT_LISTED
    assert [one.record_id for one in claims[2014].evidence] == ["urn:first0", "urn:last0"]
    assert claims[2013].body_name == "博罗县水务局" and claims[2013].division == "441322"
    assert corpus.bodies() == {WATER}, "nothing follows for the government of the place"
    assert corpus.untold() == ()


def test_on_the_listing_of_its_government(corpus: Corpus) -> None:
    scanned(corpus, titled("博罗县水务局", 2013) | titled("县教育局", 2014))
    assert state(corpus, WATER, 2012) is None, "expected from its first row on"
    assert state(corpus, WATER, 2013) is CoverageState.LISTED_UNREADABLE
    assert state(corpus, WATER, 2014) is CoverageState.NOT_LISTED
    assert state(corpus, "department:441322:教育局", 2014) is CoverageState.LISTED_UNREADABLE
    assert state(corpus, GOV, 2013) is CoverageState.NOT_LISTED
    assert "博罗县教育局" in corpus.claims("博罗县教育局")[2014].body_name, "asked for by name"


def test_a_listing_not_seen_to_its_end_says_nothing_of_other_years(corpus: Corpus) -> None:
    scanned(corpus, titled("博罗县水务局", 2013), ended=VisitEnd.SHORT)
    assert state(corpus, WATER, 2013) is CoverageState.LISTED_UNREADABLE
    assert state(corpus, WATER, 2014) is CoverageState.NOT_LOOKED


def test_of_another_places_body_nothing_follows_for_other_years(corpus: Corpus) -> None:
    rows = titled("惠州市水务局", 2013)
    scanned(corpus, rows)
    claims = corpus.claims("department:441300:水务局")
    assert {y: claim.state for y, claim in claims.items()} == {
        2013: CoverageState.LISTED_UNREADABLE
    }


def test_what_the_same_words_led_to_before_says_whose_it_is(corpus: Corpus) -> None:
    """The page of 2012 says 水务局, whatever its row calls it."""
    corpus.db.execute(
        "INSERT INTO bodies (body_id, name, body_type, admin_level, division_today)"
        " VALUES (?, '博罗县水务局', 'department', 'county', '441322')",
        [WATER],
    )
    rows = titled("博罗县水利局", 2012, 2013)
    corpus.visit(0, rows)
    read, scan = rows
    corpus.read(read, 2012, body=WATER)
    corpus.read(scan, 0, outcome=SCAN)
    assert state(corpus, WATER, 2013) is CoverageState.LISTED_UNREADABLE
    assert "department:441322:水利局" not in corpus.bodies()


def test_a_body_that_may_be_another_is_left_open(corpus: Corpus) -> None:
    """发改局 is short for 发展和改革局, of which a report was read."""
    reform = "department:441322:发展和改革局"
    corpus.db.execute(
        "INSERT INTO bodies (body_id, name, body_type, admin_level, division_today)"
        " VALUES (?, '博罗县发展和改革局', 'department', 'county', '441322')",
        [reform],
    )
    read, short = titled("博罗县发展和改革局", 2013), titled("博罗县发改局", 2014)
    scanned(corpus, read | short)
    corpus.read(next(iter(read)), 2013, body=reform)
    assert corpus.bodies() == {GOV, reform}
    (untold,) = corpus.untold()
    assert untold.rows == 1 and untold.url == next(iter(short)) and reform in untold.why
    claims = corpus.claims(reform)
    assert claims[2014].state is CoverageState.NOT_LOOKED, "it may be this row"
    assert "cannot be told" in claims[2014].reason
    assert claims[2015].state is CoverageState.NOT_LISTED
    assert state(corpus, GOV, 2014) is CoverageState.NOT_LISTED, "a department's is not its own"


@pytest.mark.parametrize("name", ["全县", "各镇", "博罗县市直单位", "县热线"])
def test_a_row_of_nobody_knows_whom_may_be_anybodys(corpus: Corpus, name: str) -> None:
    scanned(corpus, titled(name, 2013))
    assert corpus.bodies() == {GOV}
    assert [one.rows for one in corpus.untold()] == [1]
    assert state(corpus, GOV, 2013) is CoverageState.NOT_LOOKED
    assert state(corpus, GOV, 2014) is CoverageState.NOT_LISTED


def test_the_row_of_its_office_may_be_the_governments(corpus: Corpus) -> None:
    scanned(corpus, titled("博罗县人民政府办公室", 2013))
    office = "office:441322:人民政府办公室"
    assert state(corpus, office, 2013) is CoverageState.LISTED_UNREADABLE
    assert state(corpus, GOV, 2013) is CoverageState.NOT_LOOKED
    assert state(corpus, GOV, 2014) is CoverageState.NOT_LISTED


def test_a_place_that_nothing_tells_is_left_open_unless_the_user_knows(tmp_path: Path) -> None:
    """鼓楼区 is four; of the portal nothing is known."""
    corpus = Corpus(tmp_path / "corpus.db", name="年度报告汇编", division=None)
    rows = titled("鼓楼区教育局", 2013)
    corpus.visit(0, rows)
    corpus.read(next(iter(rows)), 0, outcome=SCAN)
    assert corpus.bodies() == set()
    (untold,) = corpus.untold()
    unknown = "department:unknown@h:鼓楼区教育局"
    assert unknown in untold.why and "bodies.csv" in untold.why
    meant = "department:320106:教育局"
    known = KnownBodies(bodies={meant: KnownBody(body_id=meant)}, same_as={unknown: meant})
    claims = corpus.claims(meant, known=known)
    assert {y: claim.state for y, claim in claims.items()} == {
        2013: CoverageState.LISTED_UNREADABLE
    }
    corpus.store.close()
