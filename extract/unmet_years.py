"""Years that a portal should have and has not: findings on it as it stands, not on a run.

The last run that saw all its listings to their end says which years no row names. What was read
says which of these have a report all the same; that is judged over the whole corpus each time, so
that the order of runs and of readings does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from extract.extraction_rows import insert
from extract.report import Finding
from extract.rows import Columns
from extract.sentences import say

if TYPE_CHECKING:
    import sqlite_utils


class YearFinding(StrEnum):
    """What there is to say of a portal's year."""

    MISSING = "expected_year_missing"
    OVERDUE = "report_overdue"
    GAP_CLOSED = "expected_gap_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetYear:
    """A finding on one reporting year; ``why`` is for a person."""

    kind: YearFinding
    report_year: int
    why: str

    def finding(self) -> Finding:
        """As it is stored: the year stands in front, and is told by that."""
        said = say("about", named=self.report_year, said=self.why)
        return Finding(kind=self.kind.value, message=said)


def years_of_reports(db: sqlite_utils.Database, portal: str) -> frozenset[int]:
    """The years on which something that a portal lists is a report, or a file or part of one."""
    return frozenset(row[0] for row in db.execute(_YEARS, {"portal": portal}))


def replace_unmet_years(db: sqlite_utils.Database, portal: str, rows: list[Columns]) -> None:
    """Puts what a run says of a portal's years in the place of what an earlier one said. What that
    said too stays as it is: with the record that was looked at first.
    """
    before = dict(db.execute(_KNOWN, [portal]).fetchall())
    said = {str(row["message"]) for row in rows}
    for message, rowid in before.items():
        if message not in said:
            db.execute("DELETE FROM findings WHERE rowid = ?", [rowid])
    insert(db, "findings", [row for row in rows if row["message"] not in before])


def settle_unmet_years(db: sqlite_utils.Database, portal: str) -> None:
    """Takes out what says that there is no report on a year where one was read."""
    db.execute(_SETTLE, {"portal": portal})


def _listed(kinds: Iterable[YearFinding]) -> str:
    return f"({', '.join(repr(kind.value) for kind in kinds)})"


# by the rows of the portal's listings: that goes down indexes, and no text is read
_YEARS = """
SELECT DISTINCT r.report_year FROM listing_entries e
JOIN documents d ON d.entry_url = e.url JOIN report_documents r ON r.record_id = d.record_id
WHERE e.portal = :portal
"""
_KINDS = _listed(YearFinding)
_KNOWN = f"SELECT message, rowid FROM findings WHERE portal = ? AND kind IN {_KINDS}"  # noqa: S608
_SETTLE = f"""
DELETE FROM findings WHERE portal = :portal
AND kind IN {_listed((YearFinding.MISSING, YearFinding.OVERDUE))}
AND CAST(substr(message, 1, 4) AS INTEGER) IN ({_YEARS})
"""  # noqa: S608
