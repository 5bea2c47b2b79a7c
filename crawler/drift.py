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
from extract.sentences import say
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
            message=say("listing_answers", known=lost.known, status=shown.missing),
        )
    if not shown.is_whole:
        return None
    if not shown.reports:
        key = "listing_emptied" if shown.rows else "listing_has_no_row"
        message = say(key, known=lost.known, rows=shown.rows)
        return Finding(kind="listing_emptied", message=message)
    gone = lost.years - shown.years
    if lost.reports >= ROWS_LEAST and len(gone) >= YEARS_LEAST:
        years = ", ".join(map(str, sorted(gone)))
        return Finding(
            kind="listing_years_gone",
            message=say("listing_years_gone", count=lost.reports, known=lost.known, years=years),
        )
    return None


def _home(shown: Shown, lost: Lost) -> Finding | None:
    if not is_home(shown.url) or is_home(shown.listing) or same_page(shown.url, shown.listing):
        return None
    key = "listing_with_reports_goes_home" if lost.known else "listing_goes_home"
    message = say(key, known=lost.known, url=shown.url)
    return Finding(kind="listing_redirected_home", message=message)


def with_last_good(
    finding: Finding, lost: Lost, *, portal_id: str, index: ArchiveIndex | None
) -> Finding:
    """A finding with the capture beside it on which the listing last had what is gone."""
    if lost.last is None:
        return finding
    seen = lost.last.last_seen
    record = next(_records(lost.last.via, seen, portal_id=portal_id, index=index), None)
    key = "last_seen_on_record" if record else "last_seen_on"
    moment = datetime.fromisoformat(seen).strftime("%Y-%m-%d %H:%M:%S")
    beside = say(key, url=lost.last.via, moment=moment, record=record)
    return Finding(kind=finding.kind, message="; ".join([finding.message, beside]))


def _records(url: str, seen: str, *, portal_id: str, index: ArchiveIndex | None) -> Iterator[str]:
    if index is None:
        return
    for row in index.iter_captures(portal_id=portal_id, url=url, roles=(Role.LISTING,)):
        if utc_text(row.captured_at) == seen:
            yield row.pointer.record_id
