"""The index of the archive, archive.db: where each capture lies, and what was asked and when.

Made from the WARC files alone, so it may be lost. One connection behind one lock; readers in other
processes open it read-only beside the writer (WAL).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from archive.capture import RequestFailure, Role
from archive.columns import (
    CAPTURE_COLUMNS,
    FAILURE_COLUMNS,
    RUN_END,
    RUN_START,
    SAME_VALIDATORS,
    Value,
    insert_statement,
    read_capture,
    read_failure,
    read_run,
    values_of,
)
from archive.database import connect_database
from archive.errors import RecordNotFound
from archive.index_parts import PartRows
from archive.records import RecordType, body_digest, format_date, parse_date, request_url
from archive.rows import CaptureRow, FailureRow, Rows, Run
from archive.schema import archive_migrations, indexes_last
from archive.soundness import telling

__all__ = ["ArchiveIndex", "CaptureRow", "Run", "body_digest"]

PAGE = 500
"""Rows fetched at a time by an iterator, which holds neither lock nor cursor between pages."""

_CAPTURES = f"SELECT files.name, {CAPTURE_COLUMNS} FROM captures JOIN files USING (file_id)"  # noqa: S608
_FAILURES = f"SELECT files.name, {FAILURE_COLUMNS} FROM failures JOIN files USING (file_id)"  # noqa: S608


class ArchiveIndex:
    """Rows of captures, failures, runs and files. Usable from several threads."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._lock = threading.RLock()
        self._gathering = False
        self.path = path

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> ArchiveIndex:
        """Opens the file, made or migrated where needed (never when ``read_only``).

        Raises NewerSchema, and ArchiveError when the file is no index or is not there.
        """
        return cls(_connect(path, read_only=read_only), path)

    def close(self) -> None:
        """Commits what was gathered and closes the connection; more calls do nothing."""
        with self._lock, closing(self._db):
            self.commit()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- asking ---------------------------------------------------------------------------------

    def latest(self, method: str, url: str, body_digest: str) -> CaptureRow | None:
        """The latest capture of a request, revisits included; None if it was never captured."""
        return self._first(
            "WHERE url = ? AND method = ? AND body_digest = ?"
            " ORDER BY ordered_at DESC, record_id DESC LIMIT 1",
            (request_url(url), method, body_digest),
        )

    def latest_whole(self, method: str, url: str, body_digest: str) -> CaptureRow | None:
        """The latest capture that a 304 can mean: a 2xx response, not truncated."""
        return self._first(
            "WHERE url = ? AND method = ? AND body_digest = ?"
            " AND status BETWEEN 200 AND 299 AND truncated IS NULL"
            " ORDER BY ordered_at DESC, record_id DESC LIMIT 1",
            (request_url(url), method, body_digest),
        )

    def first(self, method: str, url: str, body_digest: str) -> CaptureRow | None:
        """The first capture of a request; None if it was never captured."""
        return self._first(
            "WHERE url = ? AND method = ? AND body_digest = ?"
            " ORDER BY ordered_at, record_id LIMIT 1",
            (request_url(url), method, body_digest),
        )

    def before(self, row: CaptureRow) -> CaptureRow | None:
        """The latest capture of the same request before this one; None for the first."""
        return self._first(
            "WHERE url = ? AND method = ? AND body_digest = ? AND ordered_at < ?"
            " ORDER BY ordered_at DESC, record_id DESC LIMIT 1",
            (row.url, row.method, row.body_digest, format_date(row.ordered_at)),
        )

    def iter_same_validators(self, run_id: str) -> Iterator[tuple[CaptureRow, CaptureRow]]:
        """Captures of a run whose validators and content may contradict each other, each with the
        whole 2xx capture before it, in order: other bytes under the same ETag (without one, the
        same Last-Modified), and a 304 with another ETag.
        """
        for found in self._pages(
            SAME_VALIDATORS, ["run_id = ?"], (run_id,), order=("ordered_at", "record_id")
        ):
            yield self.get(found["record_id"]), self.get(found["before"])

    def find(self, record_id: str) -> CaptureRow | None:
        """The capture with this bare record id; None if there is none."""
        return self._first("WHERE record_id = ?", (record_id,))

    def get(self, record_id: str) -> CaptureRow:
        """The capture with this bare record id. Raises RecordNotFound."""
        row = self.find(record_id)
        if row is None:
            raise RecordNotFound(
                f"{self.path} holds no capture {record_id}; "
                "if its WARC file is there, `nianbao rebuild` finds it"
            )
        return row

    def iter_captures(
        self,
        *,
        run_id: str | None = None,
        portal_id: str | None = None,
        roles: Iterable[Role] | None = None,
        url: str | None = None,
        link_url: str | None = None,
        payload_digest: str | None = None,
        statuses: tuple[int, int] | None = None,
        revisits: bool = True,
    ) -> Iterator[CaptureRow]:
        """Captures in (ordered_at, record_id) order, restricted by what is given.

        ``statuses`` are the least and the greatest, as the server said them.
        """
        same = {"run_id": run_id, "portal_id": portal_id, "link_url": link_url}
        same["url"] = None if url is None else request_url(url)
        same["payload_digest"] = payload_digest
        where: dict[str, Value] = {
            f"{column} = ?": value for column, value in same.items() if value is not None
        }
        if statuses is not None:
            where["status >= ?"], where["status <= ?"] = statuses
        if not revisits:
            where["record_type <> ?"] = RecordType.REVISIT.value
        wanted = None if roles is None else [role.value for role in roles]
        conditions = list(where)
        if wanted is not None:
            conditions.append(f"role IN ({', '.join('?' * len(wanted))})")
        given = (*where.values(), *(wanted or ()))
        for row in self._pages(_CAPTURES, conditions, given, order=("ordered_at", "record_id")):
            yield read_capture(row)

    def iter_payload_ids(self, roles: Iterable[Role]) -> Iterator[list[str]]:
        """Record ids of captures of these roles that brought a payload of their own, no revisits:
        page by page, in (ordered_at, record_id) order.
        """
        wanted = [role.value for role in roles]
        conditions = ["record_type <> ?", f"role IN ({', '.join('?' * len(wanted))})"]
        rows = self._pages(
            "SELECT record_id, ordered_at FROM captures",
            conditions,
            (RecordType.REVISIT.value, *wanted),
            order=("ordered_at", "record_id"),
        )
        while page := [row["record_id"] for row in islice(rows, PAGE)]:
            yield page

    def iter_failures(self, *, run_id: str | None = None) -> Iterator[RequestFailure]:
        """Failures in (failed_at, record_id) order."""
        return (row.failure for row in self.iter_failure_rows(run_id=run_id))

    def iter_failure_rows(self, *, run_id: str | None = None) -> Iterator[FailureRow]:
        """Failures in (failed_at, record_id) order, with where their records lie."""
        conditions, given = ([], ()) if run_id is None else (["run_id = ?"], (run_id,))
        for row in self._pages(_FAILURES, conditions, given, order=("failed_at", "record_id")):
            yield read_failure(row)

    def find_failure(self, record_id: str) -> FailureRow | None:
        """The failure with this bare record id; None if there is none."""
        rows = self._all(f"{_FAILURES} WHERE record_id = ?", (record_id,))
        return read_failure(rows[0]) if rows else None

    def iter_runs(self) -> Iterator[Run]:
        """Runs in start order; one whose start record is lost is left out."""
        query = "SELECT * FROM runs"
        for row in self._pages(
            query, ["started_at IS NOT NULL"], (), order=("ordered_at", "run_id")
        ):
            yield read_run(row)

    def newest(self) -> datetime | None:
        """The last moment of the archive, in its order (archive.clock); None when it is empty."""
        query = (
            "SELECT max(moment) FROM (SELECT max(ordered_at) AS moment FROM captures UNION ALL"
            " SELECT max(ordered_at) FROM runs UNION ALL SELECT max(failed_at) FROM failures)"
        )
        (moment,) = self._all(query, ())[0]
        return None if moment is None else parse_date(moment)

    def find_run(self, run_id: str) -> Run | None:
        """The run with this id; None if there is none, or its start record is lost."""
        query = "SELECT * FROM runs WHERE run_id = ? AND started_at IS NOT NULL"
        rows = self._all(query, (run_id,))
        return read_run(rows[0]) if rows else None

    def run_ids(self) -> list[str]:
        """Ids of the runs of ``iter_runs``, in its order, without what each holds."""
        query = "SELECT run_id FROM runs WHERE started_at IS NOT NULL ORDER BY ordered_at, run_id"
        return [row["run_id"] for row in self._all(query, ())]

    def indexed_files(self) -> dict[str, int]:
        """File names with the bytes of each that are indexed."""
        return {
            row["name"]: row["indexed_bytes"]
            for row in self._all("SELECT name, indexed_bytes FROM files ORDER BY name", ())
        }

    def count_captures(self, *, run_id: str | None = None) -> int:
        """How many captures there are, revisits included."""
        return self._count("captures", run_id)

    def count_payloads(self, roles: Iterable[Role]) -> int:
        """How many captures of these roles brought a payload of their own: no revisits."""
        wanted = [role.value for role in roles]
        marks = ", ".join("?" * len(wanted))
        query = f"SELECT count(*) FROM captures WHERE record_type <> ? AND role IN ({marks})"  # noqa: S608
        return int(self._all(query, (RecordType.REVISIT.value, *wanted))[0][0])

    def count_failures(self, *, run_id: str | None = None) -> int:
        """How many failures there are."""
        return self._count("failures", run_id)

    def _count(self, table: str, run_id: str | None) -> int:
        where, given = ("", ()) if run_id is None else (" WHERE run_id = ?", (run_id,))
        return int(self._all(f"SELECT count(*) FROM {table}{where}", given)[0][0])  # noqa: S608

    def _first(self, tail: str, given: tuple[Value, ...]) -> CaptureRow | None:
        rows = self._all(f"{_CAPTURES} {tail}", given)
        return read_capture(rows[0]) if rows else None

    def _all(self, query: str, given: tuple[Value, ...]) -> list[sqlite3.Row]:
        with self._lock, telling(self.path):
            return self._db.execute(query, given).fetchall()

    def _pages(
        self, query: str, conditions: list[str], given: tuple[Value, ...], *, order: tuple[str, str]
    ) -> Iterator[sqlite3.Row]:
        """Pages by the last key seen: each its own short statement."""
        moment, key = order
        last: tuple[Value, ...] = ()
        while True:
            beyond = [f"({moment}, {key}) > (?, ?)"] if last else []
            where = " AND ".join([*conditions, *beyond])
            page = self._all(
                f"{query}{' WHERE ' if where else ''}{where} ORDER BY {moment}, {key} LIMIT {PAGE}",
                (*given, *last),
            )
            yield from page
            if len(page) < PAGE:
                return
            last = (page[-1][moment], page[-1][key])

    # -- storing --------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; other threads wait. Inside another transaction it is part of that."""
        with self._lock, telling(self.path):
            self.commit()
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            with self._undone_when_refused():
                yield
                self._db.execute("COMMIT")

    @contextmanager
    def _undone_when_refused(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._gathering = False
            if self._db.in_transaction:  # a full disk has rolled it back already
                self._db.execute("ROLLBACK")
            raise

    def clear(self) -> None:
        """Deletes every row: within a transaction, before a rebuild."""
        with self.transaction():
            for table in ("captures", "failures", "runs", "files"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608

    def indexes_last(self) -> AbstractContextManager[None]:
        """Within a transaction: what is stored meanwhile is indexed at the end, all at once."""
        return indexes_last(self._db)

    def store(self, rows: Rows | PartRows, *, file: str, indexed_bytes: int) -> None:
        """Takes in what stands in a WARC file up to ``indexed_bytes``; the same twice is the same.

        A record id that two files bring is that of the file which ``warc_names`` puts first: in
        whatever order they come, the rows are the same.
        """
        with self.transaction():
            self._put(rows, file=file, indexed_bytes=indexed_bytes)

    def gather(self, rows: Rows, *, file: str, indexed_bytes: int) -> None:
        """As ``store``, in one transaction with what is gathered next, until ``commit``.

        This index sees the rows at once. A kill before the commit costs no more than that the next
        run indexes the end of the file.
        """
        with self._lock, telling(self.path):
            if not self._gathering:
                self._db.execute("BEGIN IMMEDIATE")
                self._gathering = True
            with self._undone_when_refused():
                self._put(rows, file=file, indexed_bytes=indexed_bytes)

    def commit(self) -> None:
        """Commits what was gathered, if anything."""
        with self._lock, telling(self.path):
            if self._gathering:
                with self._undone_when_refused():
                    self._db.execute("COMMIT")
                self._gathering = False

    def _put(self, rows: Rows | PartRows, *, file: str, indexed_bytes: int) -> None:
        values = rows.values if isinstance(rows, PartRows) else values_of(rows)
        file_id = self._db.execute(
            "INSERT INTO files (name, indexed_bytes) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET indexed_bytes = excluded.indexed_bytes"
            " RETURNING file_id",
            (file, indexed_bytes),
        )
        [(number,)] = file_id.fetchall()
        self._insert("captures", CAPTURE_COLUMNS, number, values("captures"))
        self._insert("failures", FAILURE_COLUMNS, number, values("failures"))
        self._db.executemany(RUN_START, values("starts"))
        self._db.executemany(RUN_END, values("ends"))

    def forget_beyond(self, file: str, size: int) -> int:
        """Deletes rows of records that reach beyond ``size`` of a file: a power failure can keep
        rows and lose the end of the file. Returns how many.
        """
        beyond = "file_id = (SELECT file_id FROM files WHERE name = ?) AND offset + length > ?"
        with self.transaction():
            return sum(
                self._db.execute(f"DELETE FROM {table} WHERE {beyond}", (file, size)).rowcount  # noqa: S608
                for table in ("captures", "failures")
            )

    def _insert(
        self, table: str, columns: str, file_id: int, rows: Iterable[tuple[Value, ...]]
    ) -> None:
        statement = insert_statement(table, columns)
        self._db.executemany(statement, ((file_id, *values) for values in rows))


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    db = connect_database(path, archive_migrations, read_only=read_only)
    db.row_factory = sqlite3.Row
    db.isolation_level = None  # transactions are begun and ended by ``transaction`` alone
    return db
