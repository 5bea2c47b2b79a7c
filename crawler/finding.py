"""Finding a portal's listing from any of its addresses: which page to look at next, and when it is
found. Pure: it asks nothing, the finder's spider does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import islice

from crawler.adapters.base import ListingEntry, NextPage
from crawler.adapters.row_dates import short_text
from crawler.adapters.rows import MAX_LINKS
from crawler.listing import ListingReading, read_listing
from crawler.listing_shell import shell_target
from crawler.portal import Portal, portal_for_url
from extract import divisions
from extract.addresses import base_url, resolve, same_page, same_site
from extract.dates import years_in
from extract.document import Page

BUDGET = 15
"""Requests for one place, robots.txt aside."""
FOLLOWED = 5
"""Further pages of a listing that are looked at, to show what it holds."""
ENOUGH = 3
"""Rows titled like reports on a page that is a listing for sure."""
LAST_YEAR = 2024
"""Of the division table: site codes are looked up as they stood in it."""

_SCORES = (
    (
        re.compile(
            r"(?:政府|政务)?信息公开(?:工作)?年度?报告?$|(?:政府|政务)信息公开年报|公开年报"
        ),
        100,
    ),
    (re.compile(r"信息公开.{0,8}(?:年报|年度报告)"), 90),
    (re.compile(r"^(?:年报|年度报告|工作年报|公开年度报告)$"), 70),
    (re.compile(r"政府信息公开$|政府信息公开(?:专栏|平台)"), 50),
    (re.compile(r"信息公开目录|法定主动公开内容"), 35),
    (re.compile(r"信息公开|政务公开"), 30),
)
_COLUMN = re.compile(r"\d{1,9}")
_PRINTED_CODE = re.compile(r"网站标识码\s*[:：]?\s*(\d{6})\d{4}")
_NOT_OURS = re.compile(
    r"企业|事业单位|法人|网站|财政|统计|审计|公积金|上市|环境|指南$|制度$|依申请"
)


class Verdict(StrEnum):
    """What became of a place."""

    FOUND = "found"
    UNSURE = "unsure"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An address to ask. ``of`` is the listing that it continues, None for a page to look at."""

    url: str
    method: str = "GET"
    body: bytes = b""
    ajax: bool = False
    via: str | None = None
    of: str | None = None
    fragment: str = ""


@dataclass(slots=True, kw_only=True)
class Candidate:
    """A page that may be the listing, and what was seen of it."""

    url: str
    family: str
    evidence: str
    title: str
    rows: dict[str, ListingEntry] = field(default_factory=dict)
    pages: int = 0
    fragment: str = ""

    @property
    def reports(self) -> list[ListingEntry]:
        """Rows titled like reports."""
        return [row for row in self.rows.values() if row.looks_like_report]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found of a place. ``listing`` is None when nothing was; ``years`` counts report
    rows by the year in their titles, ``reports`` are those rows; ``why`` tells a person what to
    look at.
    """

    verdict: Verdict
    listing: str | None = None
    family: str | None = None
    evidence: str = ""
    site_name: str | None = None
    division: str | None = None
    years: dict[int, int] = field(default_factory=dict)
    listed_from: date | None = None
    listed_to: date | None = None
    others: int = 0
    requests: int = 0
    why: tuple[str, ...] = ()
    reports: tuple[ListingEntry, ...] = ()

    @property
    def gaps(self) -> list[int]:
        """Years between the first and the last that no row has."""
        years = sorted(self.years)
        return [y for y in range(years[0], years[-1]) if y not in self.years] if years else []


class Search:
    """The way to one place's listing: ``next_step`` says what to ask, ``take_in`` what came."""

    def __init__(self, url: str, *, budget: int = BUDGET) -> None:
        """Raises InvalidPortal for an address that cannot be asked."""
        portal, _ = portal_for_url(url)
        self._listing = portal.listings[0]
        self._portal: Portal = portal
        self._budget = budget
        self._asked = 0
        self._seen: set[tuple[str, str, bytes]] = set()
        self._links: dict[str, tuple[int, Step]] = {}
        self._further: list[Step] = []
        self._candidates: dict[str, Candidate] = {}
        self._problems: list[str] = []
        self._site_name: str | None = None
        self._site_code: str | None = None
        self._start = Step(url=self._listing.url, fragment=self._listing.fragment)
        self._add(self._start, score=1000)

    def next_step(self) -> Step | None:
        """The next address to ask; None when the search is over."""
        if self._asked >= self._budget:
            return None
        step = self._further.pop(0) if self._further else self._best_link()
        if step is not None:
            self._asked += 1
            self._seen.add((step.url, step.method, step.body))
        return step

    def _best_link(self) -> Step | None:
        if any(len(one.reports) >= ENOUGH for one in self._candidates.values()):
            return None
        fresh = [url for url, (_, step) in self._links.items() if _key(step) not in self._seen]
        if not fresh:
            return None
        return self._links[max(fresh, key=lambda url: self._links[url][0])][1]

    def failed(self, step: Step, why: str) -> None:
        """An address brought no page."""
        self._problems.append(f"{step.url}: {why}")

    def take_in(self, step: Step, page: Page) -> None:
        """A page that came; ``page.url`` is where it was found in the end."""
        self._note_site(page)
        page = _with(page, step)
        reading = read_listing(page, self._portal)
        if step.of is not None:
            self._continue(self._candidates[step.of], reading, page)
            return
        reports = [row for row in reading.entries if row.looks_like_report]
        filled_by_script = not reading.entries and any(
            one.ajax or one.body for one in reading.next_pages
        )
        by_year = _has_columns_of_years(page, reading.next_pages)
        if reports or by_year or (reading.family != "generic" and filled_by_script):
            candidate = Candidate(
                url=page.url,
                family=reading.family,
                evidence=reading.evidence,
                title=_title(page),
                fragment=step.fragment,
            )
            self._candidates[page.url] = candidate
            self._continue(candidate, reading, page)
        links = [(url, fragment, _score(text)) for url, fragment, text in _links(page)]
        for url, fragment, score in links:
            if score:
                self._add(Step(url=url, via=page.url, fragment=fragment), score=score)
        if not reading.entries and not any(score for _, _, score in links):
            self._follow_shell(step, page)

    def _continue(self, candidate: Candidate, reading: ListingReading, page: Page) -> None:
        before = len(candidate.rows)
        for row in reading.entries:
            candidate.rows.setdefault(row.url, row)
        candidate.pages += 1
        is_shell = not reading.entries and candidate.pages <= 2
        if candidate.pages > FOLLOWED or not (is_shell or len(candidate.rows) > before):
            return
        for following in reading.next_pages:
            step = Step(
                url=following.url,
                method=following.method,
                body=following.body,
                ajax=following.ajax,
                via=page.url,
                of=candidate.url,
            )
            if _key(step) not in self._seen and step not in self._further:
                self._further.append(step)

    def _follow_shell(self, step: Step, page: Page) -> None:
        """A page that says nothing and sends the browser on stands for where it sends it."""
        target = shell_target(page)
        if target is not None:
            self._add(Step(url=target, via=page.url, fragment=step.fragment), score=1000)

    def _add(self, step: Step, *, score: int) -> None:
        known = self._links.get(step.url)
        if known is None or known[0] < score:
            self._links[step.url] = (score, step)

    def _note_site(self, page: Page) -> None:
        for name, value in _metas(page):
            if name == "sitename" and value:
                self._site_name = self._site_name or value[:80]
            if name == "siteidcode" and value[:6].isdigit():
                self._site_code = self._site_code or value[:6]
        printed = _PRINTED_CODE.search(page.text)
        if printed is not None:
            self._site_code = self._site_code or printed[1]

    def result(self) -> Found:
        """What was found, with what is doubtful about it."""
        best = max(self._candidates.values(), key=lambda one: len(one.reports), default=None)
        if best is None or not best.reports:
            said = self._problems or ["no page that was looked at lists annual reports"]
            return Found(
                verdict=Verdict.FAILED,
                requests=self._asked,
                site_name=self._site_name,
                why=tuple(said[:5]),
            )
        years = Counter(year for row in best.reports for year in years_in(row.title)[:1])
        days = sorted(row.listed_on for row in best.reports if row.listed_on)
        doubts = tuple(self._doubts(best))
        return Found(
            verdict=Verdict.UNSURE if doubts else Verdict.FOUND,
            listing=f"{best.url}#{best.fragment}" if best.fragment else best.url,
            family=best.family,
            evidence=best.evidence,
            site_name=self._site_name,
            division=self._division(),
            years=dict(sorted(years.items())),
            listed_from=days[0] if days else None,
            listed_to=days[-1] if days else None,
            others=len(best.rows) - len(best.reports),
            requests=self._asked,
            why=doubts,
            reports=tuple(best.reports),
        )

    def _doubts(self, best: Candidate) -> Iterator[str]:
        if len(best.reports) < ENOUGH:
            yield f"only {len(best.reports)} rows are titled like reports: is it {best.url}?"
        rivals = [
            one
            for one in self._candidates.values()
            if one is not best and len(one.reports) >= max(ENOUGH, len(best.reports) // 2)
        ]
        yield from (
            f"{one.url} lists {len(one.reports)} reports too: which one is it?" for one in rivals
        )
        if not same_site(best.url, self._start.url):
            yield f"the listing is on another host than {self._start.url}"

    def _division(self) -> str | None:
        """The site's code of the area that sponsors it (网站标识码), if it is one of the table."""
        code = self._site_code
        return code if code and divisions.find_by_code(code, LAST_YEAR) is not None else None


def _key(step: Step) -> tuple[str, str, bytes]:
    return (step.url, step.method, step.body)


def _with(page: Page, step: Step) -> Page:
    return replace(page, fragment=step.fragment) if step.fragment else page


def _has_columns_of_years(page: Page, further: tuple[NextPage, ...]) -> bool:
    """Whether two or more further pages are linked by the name of a year."""
    named = {resolved for resolved, _, text in _links(page) if years_in(text)}
    return sum(one.method == "GET" and one.url in named for one in further) >= 2


def _links(page: Page) -> Iterator[tuple[str, str, str]]:
    """Address, fragment where it is a number (a column to some platforms), and text of links."""
    if page.tree is None:
        return
    base = base_url(page)
    for anchor in islice(page.tree.iter("a", "area"), MAX_LINKS):
        url = resolve(base, anchor.get("href") or "", page.charset)
        if url is None or same_page(url, page.url) or not same_site(url, page.url):
            continue
        text = "".join(short_text(anchor).split()) or "".join((anchor.get("title") or "").split())
        fragment = (anchor.get("href") or "").partition("#")[2].strip()
        yield url, fragment if _COLUMN.fullmatch(fragment) else "", text[:60]


def _score(text: str) -> int:
    """How likely a link leads towards the annual reports; 0 for one that does not."""
    bare = text.strip("[]【】()（）·>»｜| ")
    if not bare or len(bare) > 40 or years_in(bare) or _NOT_OURS.search(bare):
        return 0
    return next((score for pattern, score in _SCORES if pattern.search(bare)), 0)


def _title(page: Page) -> str:
    found = page.tree.find(".//title") if page.tree is not None else None
    return " ".join((found.text or "").split())[:120] if found is not None else ""


def _metas(page: Page) -> Iterator[tuple[str, str]]:
    for meta in islice(page.tree.iter("meta") if page.tree is not None else (), 100):
        yield (meta.get("name") or "").lower(), (meta.get("content") or "").strip()
