"""Coverage: each rule by which something is claimed, or is not, on rows put in by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pytest
from coverage_corpus import GOV, LISTING, NAME, Corpus, row

from archive.folder import DataFolder
from extract.body_clues import name_in_title
from extract.coverage import OF_THE_BODY, Claim, CoverageState
from extract.coverage_regressions import iter_regressions, settle_regressions
from extract.coverage_rows import VisitEnd
from extract.coverage_unread import body_called
from extract.lateness import last_due, legal_date
from extract.store import CorpusStore
from extract.withheld import Withheld


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


def alarms(corpus: Corpus, folder: Path, *taken_down: str) -> list[str]:
    """What went with a redesign, while suppress.txt has these lines."""
    data = DataFolder(folder)
    data.suppress_file.write_text("\n".join(taken_down), "utf-8")
    return list(iter_regressions(corpus.db, Withheld(data, db=corpus.db)))


def test_three_states_are_the_bodys_doing() -> None:
    assert {state.value for state in OF_THE_BODY} == {"found", "not_listed", "removed"}
    assert len(CoverageState) == 7


def test_a_year_that_is_not_on_a_listing_captured_to_its_end(corpus: Corpus) -> None:
    corpus.visit(0, row(2012) | row(2014))
    corpus.read("http://h/2012", 2012)
    corpus.read("http://h/2014", 2014)
    claims = corpus.claims()
    assert claims[2012].state is claims[2014].state is CoverageState.FOUND
    assert claims[2013].state is CoverageState.NOT_LISTED
    assert [one.record_id for one in claims[2013].evidence] == ["urn:first0", "urn:last0"]
    assert claims[2025].state is CoverageState.NOT_LISTED
    assert max(claims) == 2025, "the report on 2026 is not due"
    assert claims[2011].state is CoverageState.NOT_LOOKED, "the listing may show the newest alone"


@pytest.mark.parametrize(
    ("ended", "state"),
    [
        (VisitEnd.SHORT, CoverageState.NOT_LOOKED),
        (VisitEnd.CHANGED, CoverageState.NOT_LOOKED),
        (VisitEnd.MISSING, CoverageState.NOT_LOOKED),
        (VisitEnd.UNREAD, CoverageState.NOT_LOOKED),
        (VisitEnd.LEFT, CoverageState.NOT_LOOKED),
        (VisitEnd.BLOCKED, CoverageState.BLOCKED),
        (VisitEnd.UNREACHABLE, CoverageState.UNREACHABLE),
    ],
)
def test_another_visit_says_nothing_of_the_body(
    corpus: Corpus, ended: VisitEnd, state: CoverageState
) -> None:
    corpus.visit(0, row(2012), ended=ended)
    corpus.read("http://h/2012", 2012)
    assert corpus.claims()[2013].state is state


def test_a_visit_before_the_legal_date_says_nothing_of_the_year(corpus: Corpus) -> None:
    corpus.visit(0, row(2012), at=datetime(2026, 3, 30, tzinfo=UTC))
    corpus.read("http://h/2012", 2012)
    claims = corpus.claims()
    assert claims[2024].state is CoverageState.NOT_LISTED
    assert claims[2025].state is CoverageState.NOT_LOOKED
    assert "before the legal date" in claims[2025].reason


def test_expected_years_and_known_gaps_of_the_portal_file(corpus: Corpus) -> None:
    corpus.gaps, corpus.expected = (2013,), (2010, 2020)
    corpus.visit(0, row(2012))
    corpus.read("http://h/2012", 2012)
    claims = corpus.claims()
    assert claims[2013].known_gap and "expect.gaps of p.toml" in claims[2013].reason
    assert claims[2013].state is CoverageState.NOT_LISTED
    assert not claims[2014].known_gap
    assert claims[2010].state is CoverageState.NOT_LISTED, "the file says that it goes back to it"
    assert claims[2009].state is CoverageState.NOT_LOOKED
    assert claims[2021].state is CoverageState.NOT_LOOKED


def test_a_row_without_a_year_may_be_the_report(corpus: Corpus) -> None:
    plain = {"http://h/x": "政府信息公开工作年度报告"}
    corpus.visit(0, row(2012) | plain, dates={"http://h/x": "2014-03-01"})
    corpus.read("http://h/2012", 2012)
    claims = corpus.claims()
    assert claims[2013].state is CoverageState.NOT_LOOKED
    assert claims[2014].state is CoverageState.NOT_LISTED


def test_a_departments_portal_does_not_answer_for_the_government(corpus: Corpus) -> None:
    corpus.name = "博罗县水务局"
    department = "department:441322:博罗县水务局"
    corpus.visit(0, {"http://h/2012": "2012年政府信息公开年度报告"})
    corpus.db.execute(
        "INSERT INTO bodies (body_id, name, body_type, admin_level, division_today)"
        " VALUES (?, '博罗县水务局', 'department', 'county', '441322')",
        [department],
    )
    corpus.read("http://h/2012", 2012, body=department)
    assert {claim.state for claim in corpus.claims().values()} == {CoverageState.NOT_LOOKED}
    own = corpus.claims(department)
    assert min(own) == 2012 and own[2013].state is CoverageState.NOT_LISTED


def test_of_a_higher_bodys_report_nothing_follows(corpus: Corpus) -> None:
    corpus.visit(0, row(2012))
    corpus.read("http://h/2012", 2012)
    corpus.read("http://h/p", 2015, body="gov:440000")
    states = {year: claim.state for year, claim in corpus.claims("gov:440000").items()}
    assert states.pop(2015) is CoverageState.FOUND
    assert set(states.values()) == {CoverageState.NOT_LOOKED}


def test_ended_by_bodies_csv(corpus: Corpus) -> None:
    corpus.visit(0, row(2012))
    corpus.read("http://h/2012", 2012)
    corpus.db.execute("UPDATE bodies SET valid_to = '2016' WHERE body_id = ?", [GOV])
    assert max(corpus.claims()) == 2016


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("pdf_without_text", CoverageState.LISTED_UNREADABLE),
        ("unsupported_media", CoverageState.LISTED_UNREADABLE),
        ("extractor_crashed", CoverageState.LISTED_UNREADABLE),
        ("blocked", CoverageState.BLOCKED),
        ("truncated", CoverageState.UNREACHABLE),
    ],
)
def test_a_row_whose_document_came_to_nothing(
    corpus: Corpus, outcome: str, state: CoverageState
) -> None:
    corpus.visit(0, row(2012) | row(2013))
    corpus.read("http://h/2012", 2012)
    corpus.read("http://h/2013", 2013, outcome=outcome)
    assert corpus.claims()[2013].state is state


def removed(corpus: Corpus, **second: object) -> None:
    corpus.visit(0, row(2012) | row(2013) | row(2014))
    for year in (2012, 2013, 2014):
        corpus.read(f"http://h/{year}", year)
    corpus.visit(1, row(2012) | row(2014), **second)  # type: ignore[arg-type]


def test_removed_has_both_records_and_keeps_its_report(corpus: Corpus) -> None:
    removed(corpus, lost=1, known=3)
    corpus.answered("http://h/2013", 1, 404)
    claim = corpus.claims()[2013]
    assert claim.state is CoverageState.REMOVED and claim.report_ids
    records = [one.record_id for one in claim.evidence]
    assert {"urn:page0", "urn:first1", "urn:answer1"} <= set(records)


def test_off_the_listing_and_still_there_is_found(corpus: Corpus) -> None:
    removed(corpus, lost=1, known=3)
    corpus.answered("http://h/2013", 1, 200, payload="urn:doc:http://h/2013:report")
    claim = corpus.claims()[2013]
    assert claim.state is CoverageState.FOUND and "still opens" in claim.reason


def test_gone_while_the_listing_was_not_whole_is_not_removed(corpus: Corpus) -> None:
    removed(corpus, ended=VisitEnd.CHANGED)
    corpus.answered("http://h/2013", 1, 404)
    assert corpus.claims()[2013].state is CoverageState.FOUND


@pytest.mark.parametrize("second", [{"family": "vsb"}, {"lost": 3, "known": 4}])
def test_gone_with_a_redesign_is_an_alarm(
    corpus: Corpus, second: dict[str, object], tmp_path: Path
) -> None:
    removed(corpus, **second)
    corpus.answered("http://h/2013", 1, 404)
    assert corpus.claims()[2013].state is CoverageState.FOUND
    settle_regressions(corpus.db, "p")
    (alarm,) = alarms(corpus, tmp_path)
    assert NAME in alarm and "2013" in alarm and "urn:page0" in alarm and "urn:first1" in alarm
    for entry in (LISTING, "urn:page0", "urn:first1"):
        assert alarms(corpus, tmp_path, entry) == [], "the captures that it is told by"
    assert alarms(corpus, tmp_path, "urn:other") == [alarm]


def test_no_alarm_where_the_report_is_at_another_address(corpus: Corpus, tmp_path: Path) -> None:
    removed(corpus, family="vsb")
    corpus.visit(2, row(2012) | row(2014) | {"http://h/new": "2013年政府信息公开工作年度报告"})
    corpus.read("http://h/new", 2013)
    corpus.answered("http://h/2013", 2, 404)
    settle_regressions(corpus.db, "p")
    assert alarms(corpus, tmp_path) == []
    assert corpus.claims()[2013].state is CoverageState.FOUND


def test_listed_once_and_never_captured_is_removed_unless_the_listing_moves_on(
    corpus: Corpus,
) -> None:
    corpus.visit(0, row(2011) | row(2012) | row(2013) | row(2014))
    corpus.read("http://h/2012", 2012)
    corpus.read("http://h/2014", 2014)
    corpus.visit(1, row(2012) | row(2014), lost=2, known=4)
    claims = corpus.claims()
    assert claims[2013].state is CoverageState.REMOVED
    assert [one.record_id for one in claims[2013].evidence] == [
        *("urn:page0", "urn:first1", "urn:last1")
    ]
    assert claims[2011].state is CoverageState.NOT_LOOKED, "off the end of a window"


LATE = "2019-05-20"


def late(corpus: Corpus, **changed: str) -> Claim:
    corpus.visit(0, row(2012) | row(2018))
    corpus.read("http://h/2012", 2012, published="2013-02-01")
    corpus.read("http://h/2018", 2018, **({"published": LATE} | changed))  # type: ignore[arg-type]
    return corpus.claims()[2018]


def test_late_by_a_visible_date(corpus: Corpus) -> None:
    claim = late(corpus)
    assert claim.late is not None
    assert claim.late.legal_date == date(2019, 3, 31) and claim.late.days == 50
    assert "article 31" in claim.late.article


@pytest.mark.parametrize("seen_in", ["PubDate", "url (low confidence)"])
def test_no_lateness_by_a_date_that_nobody_sees(corpus: Corpus, seen_in: str) -> None:
    claim = late(corpus, seen_in=seen_in)
    assert claim.late is None and seen_in in claim.reason


def test_no_lateness_where_the_portal_was_dated_anew(corpus: Corpus) -> None:
    for year in (2015, 2016):
        corpus.read(f"http://h/{year}", year, published="2019-05-21")
    claim = late(corpus)
    assert claim.late is None and "bulk re-dating" in claim.reason


def test_no_lateness_where_the_row_bears_a_date_in_time(corpus: Corpus) -> None:
    corpus.visit(0, row(2018), dates={"http://h/2018": "2019-03-20"})
    corpus.read("http://h/2018", 2018, published=LATE)
    claim = corpus.claims()[2018]
    assert claim.late is None and "2019-03-20" in claim.reason


@pytest.mark.parametrize(
    ("year", "body_type", "level", "day", "article"),
    [
        (2018, "department", "county", date(2019, 3, 31), "31"),
        (2018, "township", "township", date(2019, 3, 31), "31"),
        (2019, "department", "county", date(2020, 1, 31), "49"),
        (2019, "government", "county", date(2020, 3, 31), "49"),
        (2019, "township", "township", date(2020, 3, 31), None),
        (2019, "zone", None, date(2020, 3, 31), None),
    ],
)
def test_legal_dates(
    year: int, body_type: str, level: str | None, day: date, article: str | None
) -> None:
    found = legal_date(year, body_type, level)
    assert found.day == day
    assert (found.article is None) if article is None else (f"article {article}" in found.article)  # type: ignore[operator]
    assert last_due(day, body_type, level) == year - 1
    assert last_due(day + timedelta(days=1), body_type, level) == year


def test_a_title_names_its_body() -> None:
    names = {"莆田市": "gov", "莆田市人民政府": "gov", "莆田市城市管理局": "dep"}
    told = {
        "莆田市2019年政府信息公开工作年度报告": "gov",
        "2019年莆田市政府信息公开工作年度报告": "gov",
        "福建省莆田市人民政府2019年政府信息公开年报": "gov",
        "城市管理局2019年政府信息公开工作年度报告": "dep",
        "莆田市水利局2019年政府信息公开工作年度报告": None,
    }
    for title, body in told.items():
        assert body_called(name_in_title(title), names) == body, title
    for title in ("2019年政府信息公开工作年度报告", "关于公布《2019年度政府信息公开工作年度报告》"):
        assert name_in_title(title) == "", title


def test_a_collection_answers_for_nobody(tmp_path: Path) -> None:
    """Reports of places side by side, and no division in the portal's file."""
    corpus = Corpus(tmp_path / "corpus.db", name="年度报告汇编", division=None)
    rows = {
        f"http://h/{year}": f"某地{year}年政府信息公开工作年度报告" for year in (2018, 2020, 2021)
    }
    corpus.visit(1, rows)
    corpus.read("http://h/2018", 2018)
    corpus.read("http://h/2020", 2020, body="gov:220622")
    claims = corpus.claims()
    assert claims[2018].state is CoverageState.FOUND
    assert {claims[year].state for year in (2019, 2020, 2021)} == {CoverageState.NOT_LOOKED}
    corpus.read("http://h/2021", 2021)  # most of it is of one place: of a collection all the same
    assert corpus.claims()[2019].state is CoverageState.NOT_LOOKED


def test_without_a_division_a_portal_of_one_place_answers_for_it(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path / "corpus.db", name="年度报告", division=None)
    rows = {f"http://h/{year}": f"{NAME}{year}年政府信息公开工作年度报告" for year in (2018, 2020)}
    corpus.visit(1, rows)
    for year in (2018, 2020):
        corpus.read(f"http://h/{year}", year)
    assert corpus.claims()[2019].state is CoverageState.NOT_LISTED
