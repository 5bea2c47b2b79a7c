"""Listings that change between two runs: emptied, sent to the home page, redesigned, years gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hanweb_jpage import HanwebJpage
from imitation import Answer, Asked, Imitation, page, served
from judging_portals import crawl, nianbao, portal_id
from odd import Odd
from trs_static import TrsStatic

from archive.clock import utc_now
from crawler.exit_codes import ExitCode

TABLES = ("listing_entries", "documents", "reports", "report_documents", "findings", "runs")
NUMBERED = 1
"""The seed of a listing in pages 1.html, 2.html."""
DRIFTS = ("listing_emptied", "listing_redirected_home", "listing_years_gone")


FAILING = (ExitCode.PARTIAL, ExitCode.FAILED)


def query(data: Path, sql: str, name: str = "corpus.db") -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / name)) as db:
        return db.execute(sql).fetchall()


def rows(data: Path) -> dict[str, list[tuple[object, ...]]]:
    return {name: sorted(query(data, f"SELECT * FROM {name}"), key=repr) for name in TABLES}


def drifts(data: Path) -> dict[str, str]:
    found = query(data, "SELECT kind, message FROM findings")
    return {str(kind): str(message) for kind, message in found if kind in DRIFTS}


def crawl_twice(data: Path, portal: Imitation, change: Callable[[], None]) -> str:
    """Crawls, changes the portal, crawls again; what the second run said."""
    crawl(data, [portal])
    assert drifts(data) == {}
    change()
    return nianbao(data, "crawl", portal_id(portal), codes=FAILING)


def gives_the_same_again(data: Path) -> None:
    """Replayed, and rebuilt from the WARC files alone."""
    before = rows(data)
    nianbao(data, "crawl", "--from-archive")
    assert rows(data) == before, "replayed"
    for path in data.glob("*.db*"):
        path.unlink()
    nianbao(data, "rebuild")
    assert rows(data) == before, "rebuilt"


def names_the_last_good_capture(data: Path, portal: Imitation, message: str) -> None:
    """The record in the message is of this listing's pages, from the first run."""
    (first,) = query(data, "SELECT run FROM runs ORDER BY started_at LIMIT 1")
    known = query(
        data,
        "SELECT record_id, url, captured_at FROM captures"
        f" WHERE role = 'listing' AND run_id = '{first[0]}'",
        "archive.db",
    )
    named = [row for row in known if str(row[0]) in message]
    assert len(named) == 1, message
    assert str(named[0][1]) in message
    assert str(named[0][2])[:10] in message


def is_listing(portal: Imitation, asked: Asked) -> bool:
    """Of the folder of the listing, and no article."""
    folder = portal.listing_path.rpartition("/")[0] + "/"
    return asked.path.startswith(folder) and not any(a.path == asked.path for a in portal.articles)


def empty(portal: Imitation, asked: Asked) -> Answer | None:
    markup = portal.chrome('<ul class="list"></ul>', title=portal.column)
    return page(markup) if is_listing(portal, asked) else None


def news_only(portal: Imitation, asked: Asked) -> Answer | None:
    rows = "".join(
        f'<li><a href="/news/{n}.html">{portal.place.name}召开会议{n}</a><i>2024-03-{n:02}</i></li>'
        for n in range(1, 9)
    )
    markup = portal.chrome(f"<ul>{rows}</ul>", title=portal.column)
    return page(markup) if is_listing(portal, asked) else None


def gone(portal: Imitation, asked: Asked) -> Answer | None:
    return Answer(b"<h1>404</h1>", 404) if is_listing(portal, asked) else None


@pytest.mark.parametrize(
    ("shield", "now"), [(empty, "no row"), (news_only, "none titled"), (gone, "answers 404")]
)
def test_an_emptied_listing(
    shield: Callable[[Imitation, Asked], Answer | None], now: str, tmp_path: Path
) -> None:
    portal = Odd(NUMBERED)

    def change() -> None:
        portal.shield = lambda asked: shield(portal, asked)

    with served(portal):
        said = crawl_twice(tmp_path, portal, change)
    (message,) = drifts(tmp_path).values()
    assert list(drifts(tmp_path)) == ["listing_emptied"]
    assert f"had {sum(map(portal.is_wanted, portal.articles))} reports" in message
    assert now in message and now in said
    names_the_last_good_capture(tmp_path, portal, message)
    if shield is empty:
        gives_the_same_again(tmp_path)


def test_a_listing_sent_to_the_home_page(tmp_path: Path) -> None:
    portal = Odd(NUMBERED)

    def home(asked: Asked) -> Answer | None:
        moved = is_listing(portal, asked)
        return Answer(b"", 301, headers=(("Location", "/"),)) if moved else None

    def change() -> None:
        portal.shield = home

    with served(portal):
        said = crawl_twice(tmp_path, portal, change)
        home_url = portal.origin + "/"
    assert list(drifts(tmp_path)) == ["listing_redirected_home"]
    message = drifts(tmp_path)["listing_redirected_home"]
    assert f"redirects to the home page {home_url}" in message and "home page" in said
    names_the_last_good_capture(tmp_path, portal, message)
    kinds = {str(kind) for (kind,) in query(tmp_path, "SELECT kind FROM findings")}
    assert "listing_shrank" not in kinds, "the same is told once"
    gives_the_same_again(tmp_path)


def test_years_that_are_gone_after_a_redesign(tmp_path: Path) -> None:
    portal = Odd(NUMBERED)
    years = sorted({a.year for a in portal.articles if a.is_report})

    def change() -> None:
        portal.articles = [a for a in portal.articles if a.year not in years[:5]]
        portal.count_pages()

    with served(portal):
        said = crawl_twice(tmp_path, portal, change)
    assert list(drifts(tmp_path)) == ["listing_years_gone"]
    message = drifts(tmp_path)["listing_years_gone"]
    assert ", ".join(map(str, years[:5])) in message
    assert "none of the years" in said
    names_the_last_good_capture(tmp_path, portal, message)
    gives_the_same_again(tmp_path)


def test_a_row_or_two_fewer_are_no_drift(tmp_path: Path) -> None:
    portal = Odd(NUMBERED)
    with served(portal):
        crawl(tmp_path, [portal])
        reports = [a for a in portal.articles if a.is_report]
        for article in reports[-2:]:
            portal.articles.remove(article)
        portal.count_pages()
        crawl(tmp_path, [portal])
    assert drifts(tmp_path) == {}
    kinds = [str(kind) for (kind,) in query(tmp_path, "SELECT kind FROM findings")]
    assert kinds.count("listing_shrank") == 1


def redesigned(old: Imitation) -> Imitation:
    """The same reports on another platform, at other addresses, the listing at its old one."""
    new = HanwebJpage(old.seed)
    new.origin, new.host, new.place, new.site_name = old.origin, old.host, old.place, old.site_name
    for article, known in zip(new.articles, old.articles, strict=True):
        for name in ("title", "year", "published", "reporter", "is_report", "listed", "count"):
            setattr(article, name, getattr(known, name))
        article.is_missing = False

    def shield(asked: Asked) -> Answer | None:
        if asked.path == old.listing_path:
            at = urlsplit(new.listing_path)
            asked = replace(asked, path=at.path, target=at.path)
        return new.answer(asked)

    old.shield = shield
    return new


def test_a_redesign_to_another_family_is_proposed_with_what_it_still_has(tmp_path: Path) -> None:
    """The family in the portal file reads nothing of the new page; the check says which does."""
    portal = TrsStatic(2)
    reports = [a for a in portal.articles if a.is_report]
    with served(portal):
        crawl(tmp_path, [portal], family=True)
        new = redesigned(portal)
        new.articles = [a for a in new.articles if a.title != reports[-1].title]
        said = nianbao(tmp_path, "crawl", portal_id(portal), codes=FAILING)
        assert "listing had" in said
        message = drifts(tmp_path)["listing_emptied"]
        (other,) = query(
            tmp_path,
            "SELECT DISTINCT message FROM findings WHERE kind = 'listing_of_other_family'"
            " AND url LIKE '%/'",
        )
        assert "hanweb_jpage" in str(other[0]) and "--live" in str(other[0])
        names_the_last_good_capture(tmp_path, portal, message)
        said = nianbao(
            tmp_path,
            *("portals", "check", portal_id(portal), "--live", "--allow-private"),
            codes=(ExitCode.FAILED,),
        )
    assert 'change it to family = "hanweb_jpage"' in said
    known, again = len(reports), len(reports) - 1
    assert f"{again} of the {known} reports listed before are there again: " in said
    assert f"0 at the same address, {again} by title and year" in said
    assert reports[-1].title in said


def test_a_check_of_an_emptied_listing_names_the_last_good_capture(tmp_path: Path) -> None:
    portal = Odd(NUMBERED)
    with served(portal):
        crawl(tmp_path, [portal])
        portal.shield = lambda asked: empty(portal, asked)
        said = nianbao(
            tmp_path,
            *("portals", "check", portal_id(portal), "--live", "--allow-private"),
            codes=(ExitCode.FAILED,),
        )
    assert "lists no annual report now" in said
    assert f"{portal.origin}{portal.listing_path.rpartition('/')[0]}" in said
    assert utc_now().date().isoformat()[:7] in said
