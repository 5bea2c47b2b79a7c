"""What came of the last run at each portal, and when it is due: a table in state.db.

Operational, as all of state.db: where it is lost, every portal is due.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from archive.soundness import telling


class Came(StrEnum):
    """What a visit came to. ``LEFT``: over a budget or outside its hours."""

    COMPLETE = "complete"
    LEFT = "left"
    FAILED = "failed"
    BLOCKED = "blocked"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A portal's last run: when it ended, what it came to, how many in a row came to no good, and
    when and why the portal is due again. Times are UTC.
    """

    portal_id: str
    visited_at: datetime
    came: Came
    troubles: int
    due: datetime
    why: str


def read_visits(path: Path) -> dict[str, Visit]:
    """The visits that a state.db knows, by portal; none where it is missing or older than that."""
    if not path.exists():
        return {}
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with telling(path), closing(sqlite3.connect(uri, uri=True)) as db:
        named = "SELECT 1 FROM sqlite_master WHERE name = 'visits'"
        if db.execute(named).fetchone() is None:
            return {}
        rows = db.execute(f"SELECT {_COLUMNS} FROM visits").fetchall()  # noqa: S608
    return {row[0]: _visit(row) for row in rows}


_COLUMNS = "portal, visited_at, came, troubles, due, why"


def find_visit(db: sqlite3.Connection, portal_id: str) -> Visit | None:
    """The last visit of a portal; None before the first."""
    query = f"SELECT {_COLUMNS} FROM visits WHERE portal = ?"  # noqa: S608
    row = db.execute(query, [portal_id]).fetchone()
    return None if row is None else _visit(row)


def _visit(row: tuple[str, str, str, int, str, str]) -> Visit:
    portal_id, visited_at, came, troubles, due, why = row
    return Visit(
        portal_id=portal_id,
        visited_at=datetime.fromisoformat(visited_at),
        came=Came(came),
        troubles=troubles,
        due=datetime.fromisoformat(due),
        why=why,
    )
