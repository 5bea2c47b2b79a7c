"""Owns what state.db remembers of hosts: their troubles, and robots.txt for a day at most.

Operational data: when it is lost, hosts count as healthy and each robots.txt is asked again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from archive.database import Migrations, open_database
from crawler.hosts import HostTrouble
from crawler.robots import MEMORY, MemoryRobotsCache, RobotsEntry, RobotsOutcome
from crawler.robots_rules import RobotsRules, Rule

if TYPE_CHECKING:
    import sqlite_utils

REMEMBERED = timedelta(days=30)
"""How long trouble is remembered after it was to be over."""

host_migrations = Migrations("nianbao.hosts")


@host_migrations()
def m001_hosts(db: sqlite_utils.Database) -> None:
    """Hosts in trouble, and robots.txt by origin. Times are UTC in ISO format."""
    db.execute(
        """CREATE TABLE hosts (
        host TEXT PRIMARY KEY, level INTEGER NOT NULL, rests INTEGER NOT NULL,
        not_before TEXT NOT NULL, why TEXT NOT NULL) STRICT"""
    )
    db.execute(
        """CREATE TABLE robots (
        origin TEXT PRIMARY KEY, outcome TEXT NOT NULL, asked_at TEXT NOT NULL,
        why TEXT NOT NULL, rules TEXT NOT NULL, crawl_delay REAL) STRICT"""
    )


class StoredHosts:
    """The tables of state.db. A HostStore and a RobotsCache; one process, one thread."""

    def __init__(self, path: Path | None, *, make_way: Callable[[], None] = lambda: None) -> None:
        """Opens state.db, which the frontier may have open too; None keeps it in memory.

        ``make_way`` is called before something is written: it ends what the frontier gathered,
        which would be waited for in vain.
        """
        self._make_way = make_way
        self.db = open_database(path, host_migrations, owns_file=False)
        self._recent = MemoryRobotsCache()
        now = datetime.now(UTC)
        with self.db.atomic():
            self.db.execute("DELETE FROM robots WHERE asked_at < ?", [_text(now - MEMORY)])
            self.db.execute("DELETE FROM hosts WHERE not_before < ?", [_text(now - REMEMBERED)])

    def find_trouble(self, host: str) -> HostTrouble | None:
        """What is known of a host; None when nothing is amiss."""
        row = self.db.execute(
            "SELECT level, rests, not_before, why FROM hosts WHERE host = ?", [host]
        ).fetchone()
        if row is None:
            return None
        return HostTrouble(
            level=row[0], rests=row[1], not_before=datetime.fromisoformat(row[2]), why=row[3]
        )

    def put_trouble(self, host: str, trouble: HostTrouble | None) -> None:
        """Remembers trouble, or forgets it for None."""
        self._make_way()
        with self.db.atomic():
            if trouble is None:
                self.db.execute("DELETE FROM hosts WHERE host = ?", [host])
                return
            until = _text(trouble.not_before)
            self.db.execute(
                "INSERT OR REPLACE INTO hosts VALUES (?, ?, ?, ?, ?)",
                [host, trouble.level, trouble.rests, until, trouble.why],
            )

    def get(self, origin: str) -> RobotsEntry | None:
        """The robots.txt of an origin, however old; None when there is none."""
        if (recent := self._recent.get(origin)) is not None:
            return recent
        row = self.db.execute(
            "SELECT outcome, asked_at, why, rules, crawl_delay FROM robots WHERE origin = ?",
            [origin],
        ).fetchone()
        if row is None:
            return None
        rules = tuple(Rule(allow=allow, pattern=pattern) for allow, pattern in json.loads(row[3]))
        return RobotsEntry(
            outcome=RobotsOutcome(row[0]),
            asked_at=datetime.fromisoformat(row[1]),
            why=row[2],
            rules=RobotsRules(rules=rules, crawl_delay=row[4]),
        )

    def put(self, origin: str, entry: RobotsEntry) -> None:
        """Remembers a robots.txt; one that could not be had for as long as the process lives.

        The next run asks again what was unreachable: else a network that was down for a minute
        would cost an hour's runs.
        """
        self._recent.put(origin, entry)
        if not entry.is_answer:
            return
        rules = json.dumps([[rule.allow, rule.pattern] for rule in entry.rules.rules])
        asked_at = _text(entry.asked_at)
        self._make_way()
        with self.db.atomic():
            self.db.execute(
                "INSERT OR REPLACE INTO robots VALUES (?, ?, ?, ?, ?, ?)",
                [origin, entry.outcome, asked_at, entry.why, rules, entry.rules.crawl_delay],
            )

    def close(self) -> None:
        """Closes this connection to state.db."""
        self.db.close()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
