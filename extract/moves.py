"""Reports that went away from one address and stand at another of the same portal.

What is gone is told by the archive's index alone, at a run's end. That it has only moved can be
told by its reading: the same body, year and scope, and nearly all of the text, whatever the page
around it says. Judged over the whole corpus each time, so that the order of runs and of readings
does not matter.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from extract.sentences import say

if TYPE_CHECKING:
    import sqlite_utils


SAME_TEXT = 0.9
"""Share of the text, by characters of equal lines, that must be the same: a corrected number is
still the same report; another report of the body and year is not. Chosen for precision."""

_GONE = "SELECT url, record_id FROM findings WHERE kind = 'report_gone' AND portal = ?"
_IS_MOVED = "SELECT 1 FROM findings WHERE kind = 'report_moved' AND url = ? AND record_id = ?"
_FORGET_GONE = "DELETE FROM findings WHERE kind = 'report_gone' AND url = ? AND record_id = ?"
_NOTE_MOVED = (
    "INSERT OR REPLACE INTO findings (kind, report, url, message, record_id, portal)"
    " VALUES ('report_moved', NULL, ?, ?, ?, ?)"
)
_PAIRS = """
SELECT new.url, old.text, new.text
FROM documents old JOIN report_documents was ON was.record_id = old.record_id
JOIN report_documents now ON now.report_id = was.report_id
JOIN documents new ON new.record_id = now.record_id
WHERE old.url = ? AND new.url <> old.url AND new.portal = ? AND old.portal = new.portal
ORDER BY new.ordered_at, new.record_id, old.ordered_at, old.record_id
"""


def settle_moves(db: sqlite_utils.Database, portal: str) -> None:
    """A portal's ``report_gone`` become ``report_moved`` where the report is elsewhere there."""
    for url, record_id in db.execute(_GONE, [portal]).fetchall():
        if db.execute(_IS_MOVED, [url, record_id]).fetchone() is None:
            elsewhere = _elsewhere(db, url, portal)
            if elsewhere is None:
                continue
            message = say("moved_same_report", url=url, target=elsewhere)
            db.execute(_NOTE_MOVED, [url, message, record_id, portal])
        db.execute(_FORGET_GONE, [url, record_id])


def _elsewhere(db: sqlite_utils.Database, url: str, portal: str) -> str | None:
    """The other address of the report that stood at this one; None when there is none."""
    for address, old, new in db.execute(_PAIRS, [url, portal]):
        if shared(old or "", new or "") >= SAME_TEXT:
            return str(address)
    return None


def shared(one: str, other: str) -> float:
    """The share of two texts that stands in lines of both, 0 to 1; spaces do not count."""
    lines, others = (Counter(filter(None, _lines(text))) for text in (one, other))
    total = sum(len(line) * n for text in (lines, others) for line, n in text.items())
    common = sum(len(line) * n for line, n in (lines & others).items())
    return 2 * common / total if total else 0.0


def _lines(text: str) -> list[str]:
    return ["".join(line.split()) for line in text.splitlines()]
