"""What is to be asked, kept in state.db so that a killed run goes on where it was.

A *cycle* is one round over a portal: from its listings until nothing is left to ask. A run that
is stopped leaves its cycle open, and the next run goes on with it; a run that gets to the end
closes it, and the next one begins anew. "Seen" is asked here before a Request is made.
Operational data only: a lost state.db means that everything is due.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from itertools import count
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from archive.capture import CaptureContext, Role
from archive.database import open_database
from archive.index import body_digest

frontier_migrations = Migrations("nianbao.state")


class TaskState(StrEnum):
    """Where a request stands in its cycle."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One request to make. ``alternative`` is another address for the same listing page."""

    portal_id: str
    url: str
    role: Role
    method: str = "GET"
    body: bytes = b""
    via: str | None = None
    link_text: str | None = None
    listed_on: date | None = None
    listing: str | None = None
    entry_url: str | None = None
    alternative: str | None = None

    def context(self, run_id: str, *, division: str | None = None) -> CaptureContext:
        """The context that its captures carry; ``division`` is the portal's."""
        return CaptureContext(
            run_id=run_id,
            portal_id=self.portal_id,
            role=self.role,
            via=self.via,
            link_text=self.link_text,
            listed_on=self.listed_on,
            listing=self.listing,
            entry_url=self.entry_url,
            division=division,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a listing page leads to: ``further`` pages if it has new rows, else ``alternatives``."""

    row_urls: Sequence[str]
    reports: Sequence[Task]
    further: Sequence[Task]
    alternatives: Sequence[Task] = ()


@frontier_migrations()
def m001_tables(db: sqlite_utils.Database) -> None:
    """Cycles, their requests, and the rows seen on their listings."""
    db.execute(
        "CREATE TABLE cycles (portal TEXT PRIMARY KEY, cycle INTEGER NOT NULL, open INTEGER) STRICT"
    )
    db.execute(
        """CREATE TABLE tasks (
        portal TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, body_digest TEXT NOT NULL,
        cycle INTEGER NOT NULL, priority INTEGER NOT NULL, ordinal INTEGER NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL, not_before TEXT, reason TEXT,
        body BLOB NOT NULL, context TEXT NOT NULL,
        PRIMARY KEY (portal, method, url, body_digest)) STRICT"""
    )
    db.execute("CREATE INDEX tasks_state ON tasks (portal, cycle, state, priority, ordinal)")
    db.execute(
        """CREATE TABLE seen_rows (
        portal TEXT NOT NULL, listing TEXT NOT NULL, url TEXT NOT NULL, cycle INTEGER NOT NULL,
        PRIMARY KEY (portal, listing, url)) STRICT"""
    )


class Frontier:
    """The requests of all portals. One process, one thread."""

    def __init__(self, path: Path | None) -> None:
        """Opens state.db; None keeps it in memory, for a replayed run."""
        self.db = open_database(path, frontier_migrations)
        self._taken: set[tuple[str, str, str, str]] = set()
        newest = self.db.execute("SELECT max(ordinal) FROM tasks").fetchone()[0]
        self._ordinals = count((newest or 0) + 1)

    def begin(self, portal_id: str, seeds: Iterable[Task]) -> bool:
        """Opens a cycle of a portal with its listings, or goes on with one left open.

        Returns whether it goes on. What failed in the open cycle is asked again.
        """
        with self.db.atomic():
            row = self.db.execute(
                "SELECT cycle, open FROM cycles WHERE portal = ?", [portal_id]
            ).fetchone()
            resumes = bool(row and row[1])
            cycle = row[0] if resumes else (row[0] + 1 if row else 1)
            self.db.table("cycles").upsert(
                {"portal": portal_id, "cycle": cycle, "open": 1}, pk="portal"
            )
            if resumes:
                self.db.execute(
                    "UPDATE tasks SET state = ? WHERE portal = ? AND cycle = ? AND state = ?",
                    [TaskState.PENDING, portal_id, cycle, TaskState.FAILED],
                )
        self.add(portal_id, seeds)
        return resumes

    def add(self, portal_id: str, tasks: Iterable[Task]) -> int:
        """Adds what was not seen in this cycle; returns how many that were."""
        cycle = self._cycle(portal_id)
        with self.db.atomic():
            return sum(self._add(task, cycle) for task in tasks)

    def _add(self, task: Task, cycle: int) -> int:
        return self.db.execute(
            """INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', 0, NULL, NULL, ?, ?)
            ON CONFLICT DO UPDATE SET cycle = excluded.cycle, ordinal = excluded.ordinal,
                state = 'pending', attempts = 0, reason = NULL, context = excluded.context
            WHERE cycle < excluded.cycle""",
            [
                *_key(task),
                cycle,
                int(task.role is not Role.LISTING),
                next(self._ordinals),
                task.body,
                _stored(task),
            ],
        ).rowcount

    def take(self, portal_id: str) -> Task | None:
        """The next request to make, listings first; None when nothing is left for now."""
        cycle = self._cycle(portal_id)
        for row in self.db.execute(
            """SELECT method, url, body_digest, body, context FROM tasks
            WHERE portal = ? AND cycle = ? AND state = 'pending'
            ORDER BY priority, ordinal""",
            [portal_id, cycle],
        ):
            key = (portal_id, row[0], row[1], row[2])
            if key not in self._taken:
                self._taken.add(key)
                return _task(portal_id, row)
        return None

    def done(self, task: Task) -> None:
        """Marks a request whose record is on disk and whose links are in the frontier."""
        self._settle(task, TaskState.DONE, None)

    def failed(self, task: Task, reason: str) -> None:
        """Marks a request that brought nothing; it is asked again in a later run."""
        self._settle(task, TaskState.FAILED, reason)

    def put_back(self, task: Task) -> None:
        """Leaves a request pending for the next run: it stays taken until this one ends."""
        assert _key(task) in self._taken

    def _settle(self, task: Task, state: TaskState, reason: str | None) -> None:
        with self.db.atomic():
            self.db.execute(
                """UPDATE tasks SET state = ?, reason = ?, attempts = attempts + 1
                WHERE portal = ? AND method = ? AND url = ? AND body_digest = ?""",
                [state, reason, *_key(task)],
            )
        self._taken.discard(_key(task))

    def end(self, portal_id: str) -> int:
        """Closes the cycle when nothing is pending; returns how many requests are left."""
        cycle = self._cycle(portal_id)
        left = self.db.execute(
            "SELECT count(*) FROM tasks WHERE portal = ? AND cycle = ? AND state = 'pending'",
            [portal_id, cycle],
        ).fetchone()[0]
        if left == 0:
            with self.db.atomic():
                self.db.execute("UPDATE cycles SET open = 0 WHERE portal = ?", [portal_id])
        self._taken = {key for key in self._taken if key[0] != portal_id}
        return int(left)

    def take_in(self, task: Task, found: Found) -> int:
        """Settles a listing page: notes its rows, adds what they lead to, marks it done.

        All in one transaction, since a page taken in by half would end its listing. A page all of
        whose rows were seen in this cycle ends the listing, or had the wrong address: then its
        alternative is asked. Returns how many rows are new in this cycle.
        """
        cycle = self._cycle(task.portal_id)
        with self.db.atomic():
            new = sum(
                self.db.execute(
                    """INSERT INTO seen_rows VALUES (?, ?, ?, ?)
                    ON CONFLICT DO UPDATE SET cycle = excluded.cycle
                    WHERE cycle < excluded.cycle""",
                    [task.portal_id, task.listing or task.url, url, cycle],
                ).rowcount
                for url in found.row_urls
            )
            further = found.further if new else found.alternatives
            for follower in (*found.reports, *further):
                self._add(follower, cycle)
            self.done(task)
        return new

    def close(self) -> None:
        """Closes state.db."""
        self.db.close()

    def _cycle(self, portal_id: str) -> int:
        row = self.db.execute("SELECT cycle FROM cycles WHERE portal = ?", [portal_id]).fetchone()
        return int(row[0])


def _key(task: Task) -> tuple[str, str, str, str]:
    return (task.portal_id, task.method, task.url, body_digest(task.body))


def _stored(task: Task) -> str:
    fields = asdict(task) | {"listed_on": task.listed_on.isoformat() if task.listed_on else None}
    for name in ("portal_id", "url", "method", "body"):
        del fields[name]
    return json.dumps(fields, ensure_ascii=False)


def _task(portal_id: str, row: tuple[str, str, str, bytes, str]) -> Task:
    context = json.loads(row[4])
    listed_on = context.pop("listed_on")
    return Task(
        portal_id=portal_id,
        method=row[0],
        url=row[1],
        body=row[3],
        role=Role(context.pop("role")),
        listed_on=date.fromisoformat(listed_on) if listed_on else None,
        **context,
    )
