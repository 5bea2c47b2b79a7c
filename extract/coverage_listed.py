"""Rows of listings: which reports are gone from where they were, and which were never read.

Gone is only what is off a listing that was captured to its end and is not there any more itself, or
whose row still stands and leads nowhere while the listing was good. A report that is off the
listing and whose page still opens is there: many listings show the newest years alone. What went
with a redesign (another family, most rows lost) is no body's doing before someone has looked.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from extract.coverage_facts import PortalFacts, day_of, visit_evidence
from extract.coverage_model import CoverageState, Evidence

GONE_STATUSES = (302, 404, 410)
"""302 stands for a redirect to the home page or a parent folder, in place of the page."""

MOST_LOST, LOST_SHARE = 3, 0.5
"""From so many reports and this share of them on, what a listing lost is no removal of one."""

_BLOCKED = frozenset({"blocked"})
_UNREACHED = frozenset({"failed", "redirect_loop", "redirect_nowhere", "truncated"})
_AWAY = frozenset({"redirected_to_home", "redirected_to_parent"})
_UNASKED = frozenset({"no_capture", "not_asked"})
_SUBJECT = re.compile(
    r"^(?P<before>.*?)[(（]?\d{4}\s?年?度?[)）]?(?P<after>.*?)(?:政府|政务)?信息公开"
)
_FILLING = re.compile(r"[\s《》()（）:：、,，.·“”\"'<>【】\[\]-]|关于|公布|发布|印发|年度?$|的$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """An address whose report is gone: since when, in words, with the last record of it and the
    first without it.
    """

    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A row on a report that no document was read as. ``body_id`` None: its title names a body
    that is not known.
    """

    portal: str
    body_id: str | None
    report_year: int
    state: CoverageState
    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(slots=True)
class Listed:
    """What the rows of all listings say. ``gone`` and ``notes`` are by address: what is gone, and
    what there is to say of one that is not. ``lost`` are addresses that went with a redesign.
    """

    gone: dict[str, Gone] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    lost: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    unread: dict[tuple[str, int], list[Unread]] = field(default_factory=dict)


def load_listed(db: sqlite3.Connection, portals: dict[str, PortalFacts]) -> Listed:
    """Goes over all rows titled like reports once; few of them are kept."""
    listed = Listed()
    for portal_id, year in db.execute(FIRST_YEARS):
        if portal_id in portals and year is not None:
            portals[portal_id].showed(year)
    names: dict[str, dict[str, str]] = {}
    for row in db.execute(ENTRIES):
        if (portal := portals.get(row["portal"])) is None:
            continue
        is_read = row["outcome"] == "report" or row["is_read"]
        is_off = portal.whole is not None and row["ordered_at"] < portal.whole.ordered_at
        is_gone = row["status"] in GONE_STATUSES or row["real_outcome"] == "soft_404"
        if is_read and not is_off and not is_gone:
            continue
        if is_read:
            _note_read(db, portal, row, listed, is_off=is_off)
        else:
            if portal.portal not in names:
                names[portal.portal] = _names(db, portal)
            _note_unread(db, portal, row, listed, names[portal.portal], is_off=is_off)
    return listed


def _note_read(
    db: sqlite3.Connection, portal: PortalFacts, row: sqlite3.Row, listed: Listed, *, is_off: bool
) -> None:
    """A report that was read from this address: whether it is gone from there."""
    is_gone = row["status"] in GONE_STATUSES or row["real_outcome"] == "soft_404"
    url = row["url"]
    if not is_off:
        good = portal.whole is not None and portal.last is not None
        if is_gone and good and portal.last.run == portal.whole.run:  # type: ignore[union-attr]
            said = f"its row stands on the listing and its page {_answered(row)} since"
            reason = f"{said} {day_of(row['answered_at'])}"
            listed.gone[url] = Gone(
                reason=reason, evidence=(*_last_good(db, row), *_answer(row, "its page's answer"))
            )
        elif is_gone:
            listed.notes[url] = (
                f"its page {_answered(row)} while the listing was not captured to its end"
            )
        return
    without = db.execute(FIRST_WITHOUT, [portal.portal, row["listing"], row["ordered_at"]])
    visit = without.fetchone()
    if visit is None:
        return
    day = day_of(visit["visited_at"])
    records = (*_last_listed(row), *visit_evidence(visit))
    if _is_redesign(db, row, visit):
        listed.lost[url] = records
        listed.notes[url] = f"it went from the listing with a redesign, seen {day}"
    elif is_gone:
        reason = f"off the listing since {day}, and its page {_answered(row)}"
        listed.gone[url] = Gone(
            reason=reason, evidence=(*records, *_answer(row, "its page's answer"))
        )
    elif row["answer_order"] is not None and row["answer_order"] >= visit["ordered_at"]:
        listed.notes[url] = f"off the listing since {day}; its page still opens"
    else:
        listed.notes[url] = f"off the listing since {day}; its page was not asked since"


def _note_unread(
    db: sqlite3.Connection,
    portal: PortalFacts,
    row: sqlite3.Row,
    listed: Listed,
    names: dict[str, str],
    *,
    is_off: bool,
) -> None:
    year = row["report_year"]
    if year is None:
        if not is_off:
            _leave_open(portal, row["listed_on"])
        return
    body_id = body_of_title(row["title"], names, portal.own_body)
    if body_id is None:
        return
    state, reason = _unread_state(row)
    evidence = (*_last_listed(row), *_answer(row, "what its page answered"), *_failure(db, row))
    if is_off:
        found = db.execute(FIRST_WITHOUT, [portal.portal, row["listing"], row["ordered_at"]])
        visit = found.fetchone()
        if visit is not None and not _is_redesign(db, row, visit):
            if visit["first_year"] is not None and year >= visit["first_year"]:
                state = CoverageState.REMOVED
                day = day_of(visit["visited_at"])
                reason = f"it was listed until {day_of(row['last_seen'])}; off the listing on {day}"
                evidence = (*_last_listed(row), *visit_evidence(visit))
        elif visit is not None:
            listed.lost[row["url"]] = (*_last_listed(row), *visit_evidence(visit))
    unread = Unread(
        portal=portal.portal,
        body_id=body_id,
        report_year=year,
        state=state,
        reason=reason,
        evidence=evidence,
    )
    listed.unread.setdefault((body_id, year), []).append(unread)


def _leave_open(portal: PortalFacts, listed_on: str | None) -> None:
    """A row without a year may be the report of the year before its date, or of any."""
    if listed_on is None:
        portal.is_open = True
    else:
        portal.open_years.add(date.fromisoformat(listed_on).year - 1)


def _unread_state(row: sqlite3.Row) -> tuple[CoverageState, str]:
    """What became of a row that still stands, or did when it was last seen."""
    outcome = row["real_outcome"] or row["outcome"] or "no_capture"
    status = row["status"]
    if outcome in _BLOCKED:
        return CoverageState.BLOCKED, "it is listed, and something else was served in its place"
    if row["detail"] is not None and row["detail"].startswith("robots"):
        return CoverageState.BLOCKED, "it is listed, and robots.txt keeps its page from us"
    if outcome in _UNREACHED or (status is not None and status >= 500):
        return CoverageState.UNREACHABLE, "it is listed, and its page could not be reached"
    if outcome in _UNASKED:
        return CoverageState.NOT_LOOKED, "it is listed, and its page was not asked yet"
    if status in GONE_STATUSES or outcome in (*_AWAY, "soft_404"):
        return CoverageState.LISTED_UNREADABLE, "it is listed, and its row leads to no page"
    why = f"it is listed, and what its row leads to could not be read as a report ({outcome})"
    return CoverageState.LISTED_UNREADABLE, why


def _answered(row: sqlite3.Row) -> str:
    if row["status"] == 302:
        return "redirects away"
    return f"answers {row['status']}" if row["status"] in GONE_STATUSES else "says it is not there"


def _is_redesign(db: sqlite3.Connection, row: sqlite3.Row, visit: sqlite3.Row) -> bool:
    """Whether a row went with much else: another family, or half of the reports and more."""
    lost, known = visit["reports_lost"] or 0, visit["reports_known"] or 0
    if lost >= MOST_LOST and lost > LOST_SHARE * known:
        return True
    before = db.execute(FAMILY_BEFORE, [row["portal"], row["listing"], row["ordered_at"]])
    family = before.fetchone()
    return family is not None and family[0] != visit["family"]


def _last_listed(row: sqlite3.Row) -> Iterator[Evidence]:
    if row["last_record"]:
        yield Evidence(
            record_id=row["last_record"],
            url=row["via"],
            captured_at=row["last_seen"],
            what="the listing's page that last showed it",
        )


def _answer(row: sqlite3.Row, what: str) -> Iterator[Evidence]:
    if row["answer"] is not None:
        yield Evidence(
            record_id=row["answer"], url=row["url"], captured_at=row["answered_at"], what=what
        )


def _failure(db: sqlite3.Connection, row: sqlite3.Row) -> Iterator[Evidence]:
    if row["answer"] is None:
        for found in db.execute(FAILURE, [row["url"]]):
            yield Evidence(
                record_id=found["record_id"],
                url=row["url"],
                captured_at=None,
                what="the request for its page, which brought nothing",
            )


def _last_good(db: sqlite3.Connection, row: sqlite3.Row) -> Iterator[Evidence]:
    for found in db.execute(LAST_GOOD, [row["url"]]):
        yield Evidence(
            record_id=found["record_id"],
            url=found["url"],
            captured_at=found["captured_at"],
            what="the report, as last captured",
        )


def _names(db: sqlite3.Connection, portal: PortalFacts) -> dict[str, str]:
    """The names by which titles of a portal may call a body, each with the body's id."""
    wanted = dict.fromkeys([*([portal.own_body] if portal.own_body else []), *portal.bodies])
    names: dict[str, str] = {}
    for body_id in wanted:
        for (name,) in db.execute(NAMES, [body_id, body_id]):
            names.setdefault(name, body_id)
            if body_id.startswith("gov:"):
                area = name.removesuffix("人民政府").removesuffix("行政公署")
                names.setdefault(area, body_id)
                names.setdefault(f"{area}政府", body_id)
    return names


def body_of_title(title: str, names: dict[str, str], own_body: str | None) -> str | None:
    """The body that a row's title names; the portal's own where it names none, None for one that
    is not known.
    """
    found = _SUBJECT.search(title)
    if found is None:
        return own_body
    subject = _FILLING.sub("", found["before"]) or _FILLING.sub("", found["after"])
    if not subject:
        return own_body
    if subject in names:
        return names[subject]
    longer = [name for name in names if len(name) > 2 and _is_end(name, subject)]
    return names[max(longer, key=len)] if longer else None


def _is_end(name: str, subject: str) -> bool:
    """Whether one ends with the other: 城市管理局 and 某市城市管理局; no area's name alone."""
    if name.endswith("政府") or not name.endswith(("市", "县", "区", "旗", "省", "州", "盟")):
        return subject.endswith(name) or (len(subject) > 2 and name.endswith(subject))
    return False


FIRST_YEARS = """
SELECT portal, min(report_year) FROM listing_entries WHERE looks_like_report = 1 GROUP BY portal
"""

ENTRIES = """
SELECT e.portal, e.url, e.listing, e.title, e.listed_on, e.via, e.last_seen, e.ordered_at,
       e.outcome, e.report_year, e.last_record, a.record_id AS answer,
       a.captured_at AS answered_at, a.ordered_at AS answer_order, a.status,
       CASE WHEN e.outcome IS NOT 'report' THEN d.outcome END AS real_outcome,
       CASE WHEN e.outcome IS NOT 'report' THEN EXISTS (SELECT 1 FROM documents x
            JOIN report_documents USING (record_id) WHERE x.entry_url = e.url)
            ELSE 1 END AS is_read,
       CASE WHEN e.outcome = 'failed' THEN (SELECT message FROM findings f
            WHERE f.url = e.url AND f.kind = 'request_failed' LIMIT 1) END AS detail
FROM listing_entries e LEFT JOIN answers a ON a.portal = e.portal AND a.url = e.url
LEFT JOIN documents d ON e.outcome IS NOT 'report' AND d.record_id = a.payload_record
WHERE e.looks_like_report = 1
"""

FIRST_WITHOUT = """
SELECT * FROM listing_visits
WHERE portal = ? AND listing = ? AND is_whole = 1 AND ordered_at > ?
ORDER BY ordered_at, run LIMIT 1
"""

FAMILY_BEFORE = """
SELECT family FROM listing_visits
WHERE portal = ? AND listing = ? AND ordered_at <= ? AND family IS NOT NULL
ORDER BY ordered_at DESC, run DESC LIMIT 1
"""

FAILURE = """
SELECT record_id FROM findings
WHERE url = ? AND (kind = 'request_failed' OR kind LIKE 'redirect%') ORDER BY record_id LIMIT 1
"""

LAST_GOOD = """
SELECT d.record_id, d.url, d.captured_at FROM documents d JOIN report_documents USING (record_id)
WHERE d.entry_url = ? ORDER BY d.ordered_at DESC, d.record_id DESC LIMIT 1
"""

NAMES = """
SELECT name FROM bodies WHERE body_id = ? UNION SELECT name FROM body_names WHERE body_id = ?
"""
