"""``portals check --live``: whether a portal's listings still are what its file says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.folder import DataFolder
from crawler.adding import search_all
from crawler.config import Config, require_contact
from crawler.finding import Found, Search, Verdict
from crawler.portal import Portal
from extract.errors import ExtractError
from extract.schema import open_corpus_to_read


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
    found = search_all(folder, config, {url: Search(url) for _, url in sorted(wanted)})
    by_id = {portal.portal_id: portal for portal in portals}
    for portal_id, url in sorted(wanted):
        if url in found:
            yield _compared(folder, by_id[portal_id], url, found[url])


def _compared(folder: DataFolder, portal: Portal, url: str, found: Found) -> ListingCheck:
    if found.verdict is Verdict.FAILED or found.listing is None:
        gone = ("lists no annual report now:", *found.why)
        return ListingCheck(portal_id=portal.portal_id, listing=url, is_fine=False, lines=gone)
    reports = sum(found.years.values())
    lines = [f"{reports} reports by {found.family} ({found.evidence})"]
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
    known = _known_reports(folder, portal.portal_id)
    if known > reports:
        lines.append(f"{known} rows were listed before: rows are gone, or pages were not looked at")
    return ListingCheck(portal_id=portal.portal_id, listing=url, is_fine=fine, lines=tuple(lines))


def _known_reports(folder: DataFolder, portal_id: str) -> int:
    """Rows titled like reports that the corpus has of a portal; 0 without a corpus."""
    try:
        db = open_corpus_to_read(folder.corpus_db)
    except ExtractError:
        return 0
    with db:
        query = "SELECT count(*) FROM listing_entries WHERE portal = ? AND looks_like_report"
        (count,) = db.execute(query, [portal_id]).fetchone()
    db.close()
    return int(count)
