"""Listings that are not what they were: emptied, sent to the home page, years gone.

Judged at a run's end from what its listings showed and what the corpus knew of them; live and
derived again it is given the same, so it says the same. A row or two fewer is no drift: that is
``listing_shrank``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from archive.capture import Role
from archive.index import ArchiveIndex
from extract.addresses import is_home, same_page
from extract.dates import years_in
from extract.report import Finding
from extract.rows import utc_text
from extract.store import KnownEntry

ROWS_LEAST = 3
"""Reports gone from which on it is no row or two."""
YEARS_LEAST = 2
"""Years of which no row is left, beside that."""


@dataclass(slots=True)
class Lost:
    """What a listing had and does not show. ``rows`` counts all that are gone, ``reports`` those
    titled like reports, of ``known`` ones; ``years`` are theirs. ``last`` is the gone report that
    was seen latest.
    """

    rows: int = 0
    known: int = 0
    reports: int = 0
    years: set[int] = field(default_factory=set)
    last: KnownEntry | None = None

    @classmethod
    def of(cls, entries: Iterable[tuple[KnownEntry, bool]]) -> Lost:
        """From all that was ever on a listing, each with whether it still is."""
        lost = cls()
        for entry, is_there in entries:
            lost.known += entry.looks_like_report
            if is_there:
                continue
            lost.rows += 1
            if entry.looks_like_report:
                lost.reports += 1
                lost.years.update(years_in(entry.title)[:1])
                if lost.last is None or entry.ordered_at > lost.last.ordered_at:
                    lost.last = entry
        return lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a listing showed in a run: the address that answered for it, its rows, those titled
    like reports and their years. ``missing`` is the status of a listing that is not there, and
    ``is_whole`` whether all its pages could be read.
    """

    listing: str
    url: str
    rows: int
    reports: int
    years: frozenset[int]
    missing: int | None
    is_whole: bool


def drift_of(shown: Shown, lost: Lost) -> Finding | None:
    """How a listing is not what it was; None for one that is, or may be."""
    if not lost.reports:
        return None if lost.known else _home(shown, lost)
    if (home := _home(shown, lost)) is not None:
        return home
    if shown.missing is not None:
        return Finding(
            kind="listing_emptied",
            message=f"the listing had {lost.known} reports and answers {shown.missing} now",
        )
    if not shown.is_whole:
        return None
    if not shown.reports:
        now = f"{shown.rows} rows, none titled like a report" if shown.rows else "no row"
        return Finding(
            kind="listing_emptied", message=f"the listing had {lost.known} reports and has {now}"
        )
    gone = lost.years - shown.years
    if lost.reports >= ROWS_LEAST and len(gone) >= YEARS_LEAST:
        years = ", ".join(map(str, sorted(gone)))
        return Finding(
            kind="listing_years_gone",
            message=f"{lost.reports} of {lost.known} reports are not on the listing any more, and "
            f"none of the years {years}",
        )
    return None


def _home(shown: Shown, lost: Lost) -> Finding | None:
    if not is_home(shown.url) or is_home(shown.listing) or same_page(shown.url, shown.listing):
        return None
    had = f"the listing, which had {lost.known} reports," if lost.known else "the listing"
    return Finding(
        kind="listing_redirected_home", message=f"{had} redirects to the home page {shown.url}"
    )


def with_last_good(
    finding: Finding, lost: Lost, *, portal_id: str, index: ArchiveIndex | None
) -> Finding:
    """A finding with the capture beside it on which the listing last had what is gone."""
    if lost.last is None:
        return finding
    seen = lost.last.last_seen
    record = next(_records(lost.last.via, seen, portal_id=portal_id, index=index), None)
    beside = f" (record {record})" if record else ""
    day = datetime.fromisoformat(seen).strftime("%Y-%m-%d %H:%M:%S")
    return Finding(
        kind=finding.kind,
        message=f"{finding.message}; last seen on {lost.last.via} of {day} UTC{beside}",
    )


def _records(url: str, seen: str, *, portal_id: str, index: ArchiveIndex | None) -> Iterator[str]:
    if index is None:
        return
    for row in index.iter_captures(portal_id=portal_id, url=url, roles=(Role.LISTING,)):
        if utc_text(row.captured_at) == seen:
            yield row.pointer.record_id
