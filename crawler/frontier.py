"""What is to be asked, kept in state.db so that a killed run goes on where it was.

A *round* goes over a portal's listings until no page is left to ask. A run that is stopped leaves
its round open, and the next run goes on with it; a run that gets to the end closes it. A report
is asked when it is new, when its listing row changed or went away, and when it is due
(``crawler.due``). "Seen" and "due" are asked here before a Request is made. Operational data
only: a lost state.db means that everything is due.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path

from archive.capture import Role
from archive.database import open_database
from crawler.due import WEEK, Answer, next_due, next_requisite_due, published
from crawler.frontier_schema import frontier_migrations
from crawler.frontier_statements import (
    CALL,
    CALL_VANISHED,
    CHANGED,
    DOCUMENT_DUE,
    DUE,
    FILE,
    FORGET_VANISHED,
    INSERT,
    LEFT,
    NO_MORE_A_REQUISITE,
    OPEN_PAGE,
    PAGES_LEFT,
    SEED,
)
from crawler.frontier_tasks import (
    BLOCKED,
    MAX_SHELLS,
    PRIORITIES,
    Found,
    Priority,
    Task,
    TaskState,
    Waiting,
    stored,
    task_of,
)
from extract.rows import utc_text

__all__ = ["Found", "Frontier", "Task", "Waiting"]


class Frontier:
    """The requests of all portals. One process, one thread. ``now`` is UTC wherever it is given."""

    def __init__(
        self, path: Path | None, *, read_only: bool = False, gathers: bool = False
    ) -> None:
        """Opens state.db; None keeps it in memory, for a replayed run.

        With ``gathers`` what is noted is on disk only once the caller calls ``commit``: a kill
        before costs requests that are made again.
        """
        self.db = open_database(path, frontier_migrations, read_only=read_only).conn
        self.db.isolation_level = None
        self._gathers = gathers
        self._taken: set[tuple[str, str, str, str]] = set()
        newest = self.db.execute("SELECT max(ordinal) FROM requests").fetchone()[0]
        self._ordinals = count(int(newest or 0) + 1)

    def begin(self, portal_id: str, seeds: Iterable[Task], *, now: datetime) -> bool:
        """Opens a round of a portal, or goes on with one left open; its listings are asked.

        Returns whether it goes on. What an earlier run was asking or left is asked by this one.
        """
        with self._transaction():
            row = self.db.execute(
                "SELECT round, open FROM rounds WHERE portal = ?", [portal_id]
            ).fetchone()
            resumes = bool(row and row[1])
            number = row[0] if resumes else (row[0] + 1 if row else 1)
            self.db.execute(
                "INSERT INTO rounds VALUES (?, ?, 1)"
                " ON CONFLICT DO UPDATE SET round = excluded.round, open = 1",
                [portal_id, number],
            )
            self.db.execute(
                "UPDATE requests SET state = 'pending' WHERE portal = ? AND state = 'waiting'",
                [portal_id],
            )
            if resumes:  # a page that failed breaks the chain of those behind it
                self.db.execute(
                    "UPDATE requests SET state = 'pending', round = ?"
                    " WHERE portal = ? AND role = 'listing' AND state = 'failed' AND round = ?",
                    [number, portal_id, number],
                )
            for seed in seeds:
                self._put(SEED, seed, number, now=now)
        return resumes

    def add(self, portal_id: str, tasks: Iterable[Task], *, now: datetime) -> int:
        """Adds what is unknown, and pages not asked in this round; returns how many."""
        number = self._round(portal_id)
        with self._transaction():
            return sum(self._add(task, number, now=now) for task in tasks)

    def _add(self, task: Task, number: int, *, now: datetime, changed: bool = False) -> int:
        if task.role is Role.LISTING:
            return self._put(OPEN_PAGE, task, number, now=now)
        if changed:
            return self._put(CHANGED, task, number, now=now)
        known = self.db.execute(
            "SELECT 1 FROM requests"
            " WHERE portal = ? AND method = ? AND url = ? AND body_digest = ?",
            task.key,
        ).fetchone()
        self._put(INSERT, task, number, now=now)
        return int(known is None)

    def add_attachments(self, tasks: Iterable[Task], *, since: datetime, now: datetime) -> None:
        """Adds the files of pages that were read; a known one is asked again unless it was since
        ``since``: its page is another than it was, so the file may be.
        """
        with self._transaction():
            for task in tasks:
                self._put(FILE, task, self._round(task.portal_id), now=now, since=since)

    def knows(self, portal_id: str, url: str) -> bool:
        """Whether an address of a portal is, or was, to be asked."""
        query = "SELECT 1 FROM requests WHERE portal = ? AND method = 'GET' AND url = ? LIMIT 1"
        return self.db.execute(query, [portal_id, url]).fetchone() is not None

    def knows_requisite(self, url: str) -> bool:
        """Whether an address is, or was, to be asked for any portal as a requisite."""
        query = "SELECT 1 FROM requests WHERE role = 'requisite' AND url = ? LIMIT 1"
        return self.db.execute(query, [url]).fetchone() is not None

    def _put(
        self,
        statement: str,
        task: Task,
        number: int,
        *,
        now: datetime,
        since: datetime | None = None,
    ) -> int:
        portal, method, url, digest = task.key
        if task.role is not Role.REQUISITE:
            self.db.execute(NO_MORE_A_REQUISITE, task.key)
        return self.db.execute(
            statement,
            {
                "portal": portal,
                "method": method,
                "url": url,
                "body_digest": digest,
                "role": task.role.value,
                "round": number,
                "priority": int(PRIORITIES.get(task.role, Priority.NEW)),
                "ordinal": next(self._ordinals),
                "now": utc_text(now),
                "since": utc_text(since or now),
                "body": task.body,
                "context": stored(task),
            },
        ).rowcount

    def take(self, portal_id: str, *, up_to: Priority = Priority.DUE) -> Task | None:
        """The next request to make: new reports, listings, then the longest unchecked; None when
        nothing is left for now. Requisites only for a caller that goes ``up_to`` them.
        """
        for row in self.db.execute(
            """SELECT method, url, body_digest, body, context FROM requests
            WHERE portal = ? AND state = 'pending' AND priority <= ? ORDER BY priority, ordinal""",
            [portal_id, int(up_to)],
        ):
            key = (portal_id, row[0], row[1], row[2])
            if key not in self._taken:  # no more of these than are under way
                self._taken.add(key)
                return task_of(portal_id, row)
        return None

    def done(self, task: Task, answer: Answer, *, now: datetime, reason: str | None = None) -> None:
        """Notes what a request came to, and when its document is asked again.

        For an answered one call it when the record is on disk and its links are in the frontier.
        """
        row = self.db.execute(
            "SELECT attempts, first_seen FROM requests"
            " WHERE portal = ? AND method = ? AND url = ? AND body_digest = ?",
            task.key,
        ).fetchone()
        attempts = 0 if answer is Answer.FINE or row is None else row[0] + 1
        first_seen = datetime.fromisoformat(row[1]) if row else now
        if task.role is Role.REQUISITE:
            due = next_requisite_due(task.url, checked_at=now, answer=answer)
        else:
            since = published(task.listed_on, first_seen)
            due = next_due(task.url, since=since, checked_at=now, answer=answer, attempts=attempts)
        failed = answer in (Answer.FAILED, Answer.BLOCKED)
        with self._transaction():
            self.db.execute(
                """UPDATE requests SET state = ?, reason = ?, attempts = ?, not_before = ?,
                checked_at = ?
                WHERE portal = ? AND method = ? AND url = ? AND body_digest = ?""",
                [
                    TaskState.FAILED if failed else TaskState.DONE,
                    reason or answer.value,
                    attempts,
                    utc_text(due),
                    utc_text(now),
                    *task.key,
                ],
            )
        self._taken.discard(task.key)

    def blocked(self, portal_id: str, url: str, kind: str, *, now: datetime) -> None:
        """Notes what reading found of a document that seemed fine: it is asked again in a week."""
        with self._transaction():
            self.db.execute(
                "UPDATE requests SET state = 'failed', reason = ?, attempts = attempts + 1,"
                " not_before = ? WHERE portal = ? AND url = ? AND role <> 'listing'"
                " AND state = 'done'",
                [BLOCKED + kind, utc_text(now + WEEK), portal_id, url],
            )

    def put_back(self, task: Task) -> None:
        """Leaves a request for the next run."""
        self._set_state(task, TaskState.WAITING)

    def skip(self, task: Task) -> None:
        """Takes a request off without asking it."""
        self._set_state(task, TaskState.DONE)

    def _set_state(self, task: Task, state: TaskState) -> None:
        with self._transaction():
            self.db.execute(
                "UPDATE requests SET state = ?"
                " WHERE portal = ? AND method = ? AND url = ? AND body_digest = ?",
                [state, *task.key],
            )
        self._taken.discard(task.key)

    def take_in(self, task: Task, found: Found, *, now: datetime) -> int:
        """Settles a listing page: notes its rows, adds what they lead to, marks it done.

        All in one transaction, since a page taken in by half would end its listing. A page all of
        whose rows were seen in this round ends the listing, or had the wrong address: then its
        alternative is asked. Returns how many rows are new in this round.
        """
        number, listing = self._round(task.portal_id), task.listing or task.url
        new, changed = 0, set()
        with self._transaction():
            for row in found.rows:
                key = [task.portal_id, listing, row.url]
                before = self.db.execute(
                    "SELECT round, shown FROM seen_rows"
                    " WHERE portal = ? AND listing = ? AND url = ?",
                    key,
                ).fetchone()
                if before is not None and before[0] == number:
                    continue
                new += 1
                if before is not None and before[1] != row.shown:
                    changed.add(row.url)
                self.db.execute(
                    "INSERT INTO seen_rows VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                    " round = excluded.round, shown = excluded.shown",
                    [*key, number, row.shown],
                )
            leads_on = new or (not found.rows and task.shells < MAX_SHELLS)
            further = found.further if leads_on else found.alternatives
            for follower in (*found.reports, *further):
                self._add(follower, number, now=now, changed=follower.url in changed)
            self.done(task, Answer.FINE, now=now)
        return new

    def call_due(self, portal_id: str, *, now: datetime, all_before: datetime | None = None) -> int:
        """Has the documents asked that are due, the longest unchecked first; returns how many.

        ``all_before`` also calls all that were not checked since then.
        """
        named = {"priority": int(Priority.DUE), **_moments(portal_id, now, all_before)}
        with self._transaction():
            return self.db.execute(CALL + DOCUMENT_DUE, named).rowcount

    def call_requisites(
        self, portal_id: str, *, now: datetime, all_before: datetime | None = None
    ) -> None:
        """The same of the requisites that are due."""
        named = {"priority": int(Priority.REQUISITE), **_moments(portal_id, now, all_before)}
        with self._transaction():
            self.db.execute(f"{CALL}{DUE} AND role = 'requisite'", named)

    def call_vanished(self, portal_id: str) -> int:
        """Has the reports asked whose rows are gone from a listing that was read to its end.

        Each once: a report without a row is asked again when it is due. Returns how many.
        """
        number = self._round(portal_id)
        named = {"portal": portal_id, "round": number}
        unread = self.db.execute(
            "SELECT 1 FROM requests WHERE portal = ? AND role = 'listing' AND round = ?"
            " AND state <> 'done' LIMIT 1",
            [portal_id, number],
        ).fetchone()
        if unread is not None:
            return 0
        with self._transaction():
            called = self.db.execute(CALL_VANISHED, named).rowcount
            self.db.execute(FORGET_VANISHED, named)
        return called

    def call_unmodified(self, portal_id: str, *, now: datetime) -> int:
        """Makes all due of which a portal said, and not truly, that they are not modified."""
        with self._transaction():
            return self.db.execute(
                "UPDATE requests SET not_before = ? WHERE portal = ? AND reason = 'not modified'"
                " AND role <> 'requisite'",
                [utc_text(now), portal_id],
            ).rowcount

    def iter_waiting(
        self, portal_id: str, *, now: datetime, all_before: datetime | None = None
    ) -> Iterator[Waiting]:
        """What a run would ask beside the listings' first pages, in its order, and why."""
        for url, state, not_before, reason, checked_at in self.db.execute(
            "SELECT url, state, not_before, reason, checked_at FROM requests"  # noqa: S608
            " WHERE portal = :portal AND (state IN ('pending', 'waiting') AND role <> 'requisite'"
            f" OR ({DOCUMENT_DUE}))"
            " ORDER BY state NOT IN ('pending', 'waiting'), priority, checked_at, ordinal",
            _moments(portal_id, now, all_before),
        ):
            is_left = state in (TaskState.PENDING, TaskState.WAITING)
            due = None if is_left or not_before is None else not_before
            yield Waiting(url=url, due=due, last=reason, checked_at=checked_at)

    def end(self, portal_id: str) -> int:
        """Closes the round when nothing is pending; returns how many requests are left, without
        requisites: they wait and make no round unfinished.
        """
        left = self.db.execute(LEFT, [portal_id]).fetchone()[0]
        if left == 0:
            with self._transaction():
                self.db.execute("UPDATE rounds SET open = 0 WHERE portal = ?", [portal_id])
        self._taken = {key for key in self._taken if key[0] != portal_id}
        return int(left)

    def count_listing_pages_left(self, portal_id: str) -> int:
        """How many pages of a portal's listings are left to a later run."""
        return int(self.db.execute(PAGES_LEFT, [portal_id]).fetchone()[0])

    def forget(self) -> None:
        """Forgets everything: each replayed run begins with nothing known."""
        with self._transaction():
            for table in ("rounds", "requests", "seen_rows"):
                self.db.execute(f"DELETE FROM {table}")  # noqa: S608
        self._taken.clear()

    def commit(self) -> None:
        """Commits what was gathered, if anything."""
        if self.db.in_transaction:
            self.db.execute("COMMIT")

    def close(self) -> None:
        """Commits what was gathered, and closes state.db."""
        try:
            self.commit()
        finally:
            self.db.close()

    def _round(self, portal_id: str) -> int:
        row = self.db.execute("SELECT round FROM rounds WHERE portal = ?", [portal_id]).fetchone()
        return int(row[0])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; inside another one it is part of that."""
        outer = self.db.in_transaction
        if not outer:
            self.db.execute("BEGIN IMMEDIATE")
        self.db.execute("SAVEPOINT step")
        try:
            yield self.db
            self.db.execute("RELEASE step")
            if not outer and not self._gathers:
                self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:  # a full disk has rolled it back already
                self.db.execute("ROLLBACK TO step" if outer or self._gathers else "ROLLBACK")
            raise


def _moments(portal_id: str, now: datetime, all_before: datetime | None) -> dict[str, str]:
    everything = utc_text(all_before) if all_before else ""
    return {"portal": portal_id, "now": utc_text(now), "all": everything}
