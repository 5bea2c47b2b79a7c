"""Coverage of ten imitated portals with known gaps: each state right, and each record opens.

The folder is crawled twice; what the portals did between is what each portal's truth says.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from gkmlpt import Gkmlpt
from hanweb_jpaas import HanwebJpaas
from imitation import Answer, Article, Asked, Imitation, page, served
from judging_portals import DELAY, nianbao, portal_id
from longxun import Longxun
from odd import Eportal, Odd
from shields import wall_403
from trs_dynamic import TrsDynamic
from trs_static import TrsStatic
from ucap import UcapChannel, UcapQuery
from vsb import Vsb

from archive.clock import utc_now
from crawler.exit_codes import ExitCode
from extract.coverage_model import CoverageState
from extract.lateness import last_due

SEED = 1
FAMILIES = (
    *(Eportal, Odd, Gkmlpt, HanwebJpaas, Longxun),
    *(TrsDynamic, TrsStatic, UcapChannel, UcapQuery, Vsb),
)
TABLES = (
    *("listing_visits", "portals", "answers", "listing_entries", "findings", "runs"),
    *("reports", "documents"),
)

PORTAL = """name     = "{name}"
division = "{division}"
listings = ["{listing}"]
status   = "active"
[fetch]
delay = {delay}
requisites = false
why   = "served from this machine"
{expect}
"""

DEPARTMENT = "水务局"
SCANNED = (5, 7)
"""Of the years of one portal's reports those of which its department has one: both are scans."""


@dataclass
class Portal:
    """An imitation, the year that it never had, and the report to which something happens."""

    site: Imitation
    gap: int
    chosen: Article

    @property
    def body(self) -> str:
        return f"gov:{self.site.place.code_today}"

    @property
    def name(self) -> str:
        return self.site.family

    def own(self) -> dict[int, Article]:
        who = f"{self.site.place.name}人民政府"
        return {a.year: a for a in self.site.articles if a.is_report and a.reporter == who}


def made(cls: type[Imitation], patch: pytest.MonkeyPatch) -> Portal:
    """The imitation without the report of one year in the middle."""
    gaps: list[int] = []
    whole = cls._articles

    def without_one(self: Imitation) -> list[Article]:
        articles = whole(self)
        own = sorted((a for a in articles if a.is_report), key=lambda a: a.year)
        left_out = next(a for a in own[4:] if not a.is_missing)
        articles.remove(left_out)
        gaps.append(left_out.year)
        if cls is TrsDynamic:
            articles += [
                self._article(own[number].year, f"{self.place.name}{DEPARTMENT}{own[number].year}"
                              "年政府信息公开工作年度报告", f"{self.place.name}{DEPARTMENT}")
                for number in SCANNED
            ]  # fmt: skip
        return articles

    with patch.context() as context:
        context.setattr(cls, "_articles", without_one)
        site = cls(SEED)
    portal = Portal(site, gaps[0], site.articles[0])
    standing = [a for a in portal.own().values() if not a.is_missing]
    portal.chosen = sorted(standing, key=lambda a: a.year)[6]
    return portal


def write(data: Path, portal: Portal, *, expect: str = "") -> None:
    (data / "portals").mkdir(parents=True, exist_ok=True)
    site = portal.site
    text = PORTAL.format(
        name=site.site_name,
        division=site.place.code_today,
        listing=site.listing,
        delay=DELAY,
        expect=expect,
    )
    (data / "portals" / f"{portal_id(site)}.toml").write_text(text, encoding="utf-8")


def at_first(portals: dict[str, Portal]) -> None:
    """What stands before some portals from the beginning."""
    shield(portals["gkmlpt"], lambda: wall_403(portals["gkmlpt"].site.draw), everywhere=True)
    shield(portals["hanweb_jpaas"], lambda: Answer(reset=True), everywhere=True)
    shield(portals["eportal"], lambda: wall_403(portals["eportal"].site.draw))
    shield(portals["ucap_channel"], lambda: Answer(reset=True))
    scan = portals["longxun"]
    shield(scan, lambda: picture_of(scan.site, scan.chosen))
    site = portals["trs_dynamic"].site
    scans = {a.path: a for a in site.articles if a.reporter.endswith(DEPARTMENT)}
    site.shield = lambda asked: picture_of(site, scans[asked.path]) if asked.path in scans else None


def picture_of(site: Imitation, article: Article) -> Answer:
    """A page that shows a scan and says nothing."""
    picture = '<div class="article"><p><img src="/static/scan.png" alt=""></p></div>'
    return page(site.chrome(picture, title=article.title))


def shield(portal: Portal, answer: Callable[[], Answer], *, everywhere: bool = False) -> None:
    def stand(asked: Asked) -> Answer | None:
        return answer() if everywhere or asked.path == portal.chosen.path else None

    portal.site.shield = stand


def then(portals: dict[str, Portal]) -> None:
    """What the portals do between the two crawls."""
    odd = portals["generic"]
    odd.site.articles.remove(odd.chosen)
    odd.site.count_pages()  # type: ignore[attr-defined]
    portals["trs_static"].chosen.is_missing = True
    moved = portals["vsb"].chosen
    moved.path = moved.path.replace("info/", "info/9")
    redesigned = portals["ucap_query"].site
    oldest = sorted(portals["ucap_query"].own())[:5]
    redesigned.articles = [a for a in redesigned.articles if a.year not in oldest]


@dataclass
class Crawled:
    data: Path
    portals: dict[str, Portal]
    claims: dict[tuple[str, int], dict[str, object]]
    said: str

    def of(self, name: str, year: int) -> dict[str, object]:
        return self.claims[self.portals[name].body, year]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    data = tmp_path_factory.mktemp("coverage")
    with pytest.MonkeyPatch.context() as patch:
        portals = {cls.family: made(cls, patch) for cls in FAMILIES}
    assert len({portal.body for portal in portals.values()}) == len(FAMILIES)
    with served(*(portal.site for portal in portals.values())):
        for name, portal in portals.items():
            known = f'[expect]\nyears = "2008.."\ngaps = [{portal.gap}]'
            write(data, portal, expect=known if name == "trs_dynamic" else "")
        at_first(portals)
        ids = [portal_id(portal.site) for portal in portals.values()]
        nianbao(data, "crawl", *ids, "--jobs", "1")
        then(portals)
        nianbao(data, "crawl", *ids, "--full", "--jobs", "1")
    told = nianbao(data, "coverage", "--json", "--all")
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    claims = {(one["body_id"], one["report_year"]): one for one in lines}
    yield Crawled(data, portals, claims, told)


def truth(name: str, portal: Portal, year: int, redesigned: set[int]) -> str:
    """The state of a year, from what the imitation had and what was done to it."""
    if name == "gkmlpt":
        return "blocked"
    if name == "hanweb_jpaas":
        return "unreachable"
    if year == portal.chosen.year:
        return {
            "generic": "removed",
            "trs_static": "removed",
            "eportal": "blocked",
            "ucap_channel": "unreachable",
            "longxun": "listed_unreadable",
        }.get(name, "found")
    own = portal.own()
    if year in redesigned:
        return "found"
    if year in own:
        return "listed_unreadable" if own[year].is_missing else "found"
    first = min({*own, *redesigned, portal.chosen.year})
    return "not_listed" if year >= first else "not_looked"


def test_each_state_is_right(crawled: Crawled) -> None:
    due = last_due(utc_now().date(), "government", "county")
    wrong, seen = [], set()
    for name, portal in crawled.portals.items():
        redesigned: set[int] = set()
        if name == "ucap_query":
            first = min(portal.own())
            redesigned = {y for y in range(first - 8, first) if (portal.body, y) in crawled.claims}
            held = {y for y in redesigned if crawled.of(name, y)["report_ids"]}
            missing = {y for y in redesigned if crawled.of(name, y)["state"] == "listed_unreadable"}
            assert len(held | missing) == 5, "the reports of five years are held all the same"
            redesigned = held
        for year in range(2008, due + 1):
            claim = crawled.of(name, year)
            wanted = truth(name, portal, year, redesigned)
            if name == "ucap_query" and claim["state"] == "listed_unreadable":
                continue
            seen.add(wanted)
            if claim["state"] != wanted:
                wrong.append(f"{name} {year}: {claim['state']}, not {wanted}: {claim['reason']}")
    assert wrong == [], "\n".join(wrong)
    assert len(seen) == 7, "every state occurs"
    assert any(not claim["is_covered"] for claim in crawled.claims.values())


def test_the_states_that_are_not_the_bodys_doing_are_not_worded_so(crawled: Crawled) -> None:
    doing = {"found", "not_listed", "removed"}
    for claim in crawled.claims.values():
        assert claim["of_the_body"] is (claim["state"] in doing)
        assert ("not seen" in str(claim["sentence"])) is (claim["state"] not in doing)


def test_each_record_opens(crawled: Crawled) -> None:
    """One command a record: of each state and kind of evidence the records of one claim."""
    chosen: dict[tuple[str, ...], dict[str, object]] = {}
    for claim in crawled.claims.values():
        if claim["evidence"]:
            whats = [str(one["what"]) for one in claim["evidence"]]  # type: ignore[attr-defined]
            chosen.setdefault((str(claim["state"]), *whats), claim)
    assert {state for state, *_ in chosen} == {state.value for state in CoverageState}
    opened: dict[str, str] = {}
    for claim in chosen.values():
        for one in claim["evidence"]:  # type: ignore[attr-defined]
            record = one["record_id"]
            if record not in opened:
                opened[record] = nianbao(crawled.data, "capture", record, "--json")
            assert one["url"] in opened[record], claim["sentence"]
            assert record in opened[record]
    with closing(sqlite3.connect(crawled.data / "archive.db")) as db:
        known = {row[0] for row in db.execute("SELECT record_id FROM captures")}
        known |= {row[0] for row in db.execute("SELECT record_id FROM failures")}
    told = {
        one["record_id"]
        for claim in crawled.claims.values()
        for one in claim["evidence"]  # type: ignore[attr-defined]
    }
    assert told - known == set()


def test_a_gap_has_the_ends_of_the_listing_and_a_removal_both_records(crawled: Crawled) -> None:
    gap = crawled.of("longxun", crawled.portals["longxun"].gap)
    assert gap["evidence"] and "captured to its end" in str(gap["reason"])
    for name in ("generic", "trs_static"):
        claim = crawled.of(name, crawled.portals[name].chosen.year)
        assert claim["report_ids"], "the panel still has its data"
        assert len(claim["evidence"]) >= 2, claim  # type: ignore[arg-type]
        moments = [one["captured_at"] for one in claim["evidence"]]  # type: ignore[attr-defined]
        told = [moment for moment in moments if moment]
        assert min(told) < max(told)


def test_a_department_of_which_only_scans_are_listed(crawled: Crawled) -> None:
    portal = crawled.portals["trs_dynamic"]
    body = f"department:{portal.site.place.code_today}:{DEPARTMENT}"
    listed = sorted(a.year for a in portal.site.articles if a.reporter.endswith(DEPARTMENT))
    claims = {year: claim for (one, year), claim in crawled.claims.items() if one == body}
    states = {year: claim["state"] for year, claim in claims.items()}
    due = last_due(utc_now().date(), "department", "county")
    expected = dict.fromkeys(range(listed[0], due + 1), "not_listed")
    assert states == expected | dict.fromkeys(listed, "listed_unreadable")
    assert all(claim["evidence"] and not claim["report_ids"] for claim in claims.values())
    assert {claim["body_name"] for claim in claims.values()} == {
        f"{portal.site.place.name}{DEPARTMENT}"
    }


def test_a_known_gap_is_told_as_known(crawled: Crawled) -> None:
    portal = crawled.portals["trs_dynamic"]
    claim = crawled.of("trs_dynamic", portal.gap)
    assert claim["known_gap"] and claim["state"] == "not_listed"
    assert f"expect.gaps of {portal_id(portal.site)}.toml" in str(claim["reason"])


def test_the_redesign_is_an_alarm_told_first(crawled: Crawled) -> None:
    portal = crawled.portals["ucap_query"]
    said = nianbao(crawled.data, "coverage", "--body", portal.body)
    alarms = [line for line in said.splitlines() if line.startswith("regressed: ")]
    name = f"{portal.site.place.name}人民政府"
    assert any(name in line and line.count("urn:uuid:") == 2 for line in alarms), said
    assert all("祥云县" not in line for line in alarms), "a report that moved is no regression"


def test_the_table_and_the_counts(crawled: Crawled) -> None:
    portal = crawled.portals["longxun"]
    said = nianbao(crawled.data, "coverage", "--division", portal.site.place.code_today)
    row = next(line for line in said.splitlines() if line.endswith(portal.body))
    letters = row.split()[:18]
    assert letters[portal.chosen.year - 2008] == "S" and letters[portal.gap - 2008] == "N"
    assert "further bodies no portal says anything" in nianbao(crawled.data, "coverage")
    by_year = nianbao(crawled.data, "coverage", "--by", "year", "--json")
    lines = [json.loads(line) for line in by_year.splitlines() if line.startswith("{")]
    assert [line["year"] for line in lines][:2] == ["2008", "2009"]
    assert all(line["blocked"] >= 1 and line["unreachable"] >= 1 for line in lines[:10])
    by_level = nianbao(crawled.data, "coverage", "--by", "province")
    assert portal.site.place.province in by_level
    nianbao(crawled.data, "coverage", "--body", "nobody", codes=(ExitCode.ERROR,))


def test_the_same_again_from_the_archive(crawled: Crawled) -> None:
    def rows() -> dict[str, list[tuple[object, ...]]]:
        with closing(sqlite3.connect(crawled.data / "corpus.db")) as db:
            return {
                name: sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
                for name in TABLES
            }

    before = rows()
    nianbao(crawled.data, "crawl", "--from-archive")
    assert rows() == before, "replayed"
    for path in crawled.data.glob("*.db*"):
        path.unlink()
    nianbao(crawled.data, "rebuild")
    assert rows() == before, "rebuilt"


def test_today_is_after_the_legal_date() -> None:
    assert last_due(date(2026, 3, 31), "government", "county") == 2024
    assert last_due(date(2026, 4, 1), "government", "county") == 2025
