"""``portals check --live``: whether a portal's listings still are what its file says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.folder import DataFolder
from crawler.adapters.base import ListingEntry
from crawler.adding import search_all
from crawler.config import Config, require_contact
from crawler.finding import Found, Search, Verdict
from crawler.portal import Portal
from extract.dates import years_in
from extract.errors import ExtractError
from extract.schema import open_corpus_to_read
from extract.store import KnownEntry

MOST_NAMED = 5
"""Reports named that are not there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCheck:
    """What a listing answers now, in sentences; fine when it lists reports by the file's family."""

    portal_id: str
    listing: str
    is_fine: bool
    lines: tuple[str, ...]


def check_live(
    folder: DataFolder, config: Config, portals: Sequence[Portal]
) -> Iterator[ListingCheck]:
    """Asks the listings of portals, at most as many pages as a search does, and compares.

    Raises as ``search_all`` does before anything is asked.
    """
    wanted = {
        (portal.portal_id, listing.url + (f"#{listing.fragment}" if listing.fragment else ""))
        for portal in portals
        for listing in portal.listings
        if listing.method == "GET"
    }
    require_contact(config, [url for _, url in wanted], folder.settings_file)
    searches = {url: Search(url) for _, url in sorted(wanted)}
    found = search_all(folder, config, searches, wakes=True)
    by_id = {portal.portal_id: portal for portal in portals}
    for portal_id, url in sorted(wanted):
        if url in found:
            yield _compared(folder, by_id[portal_id], url, found[url])


def _compared(folder: DataFolder, portal: Portal, url: str, found: Found) -> ListingCheck:
    known = _known_reports(folder, portal, url)
    if found.verdict is Verdict.FAILED or found.listing is None:
        lines = ["lists no annual report now:", *found.why, *_last_seen(known)]
        return ListingCheck(
            portal_id=portal.portal_id, listing=url, is_fine=False, lines=tuple(lines)
        )
    lines = [f"{len(found.reports)} reports by {found.family} ({found.evidence})"]
    fine = True
    if portal.family is not None and found.family != portal.family:
        fine = False
        lines.append(
            f'the file says family = "{portal.family}", the page is read by "{found.family}": '
            f'change it to family = "{found.family}"'
        )
    if found.listing != url:
        fine = False
        lines.append(
            f'the listing is now at {found.listing}: change listings = ["{found.listing}"]'
        )
    if known:
        again, told = _again(known, found.reports)
        fine = fine and again > 0
        lines += [*told, *(_last_seen(known) if not again else ())]
    return ListingCheck(portal_id=portal.portal_id, listing=url, is_fine=fine, lines=tuple(lines))


def _again(
    known: Sequence[KnownEntry], reports: Sequence[ListingEntry]
) -> tuple[int, Iterator[str]]:
    """How many of the reports listed before are listed now, and that in words."""
    urls = {row.url for row in reports}
    titles = {_key(row.title) for row in reports}
    same = [one for one in known if one.url in urls]
    named = [one for one in known if one.url not in urls and _key(one.title) in titles]
    missing = [one.title for one in known if one.url not in urls and _key(one.title) not in titles]
    return len(same) + len(named), _said(len(same), len(named), missing)


def _said(same: int, named: int, missing: Sequence[str]) -> Iterator[str]:
    yield (
        f"{same + named} of the {same + named + len(missing)} reports listed before are there again"
        f": {same} at the same address, {named} by title and year"
    )
    if missing:
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        yield (
            "gone, or on pages that were not looked at: " + ", ".join(missing[:MOST_NAMED]) + more
        )


def _key(title: str) -> tuple[str, tuple[int, ...]]:
    """A title as redesigns keep it: without blanks, with the years that it names."""
    return ("".join(title.split()), tuple(years_in(title)))


def _last_seen(known: Sequence[KnownEntry]) -> Iterator[str]:
    if known:
        last = max(known, key=lambda one: one.ordered_at)
        day = f"{last.last_seen[:10]} {last.last_seen[11:19]} UTC"
        yield f"{len(known)} reports were listed before, last seen on {last.via} of {day}"


def _known_reports(folder: DataFolder, portal: Portal, url: str) -> list[KnownEntry]:
    """Rows titled like reports that the corpus has of a listing; none without a corpus.

    A portal of one listing may have had it at another address before.
    """
    try:
        db = open_corpus_to_read(folder.corpus_db)
    except ExtractError:
        return []
    listing = url.partition("#")[0]
    with db:
        query = (
            "SELECT url, title, looks_like_report, via, last_seen, ordered_at FROM listing_entries"
            " WHERE portal = ? AND looks_like_report AND (listing = ? OR ?) ORDER BY url"
        )
        only = len(portal.listings) == 1
        rows = db.execute(query, [portal.portal_id, listing, only]).fetchall()
    db.close()
    return [KnownEntry(*row) for row in rows]
