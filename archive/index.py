"""The index of the archive, archive.db: where each capture lies, and what was asked and when.

Made from the WARC files alone, so it may be lost. One connection behind one lock; readers in other
processes open it read-only beside the writer (WAL).
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archive import schema
from archive.capture import (
    CaptureContext,
    CapturePointer,
    FailureReason,
    RequestFailure,
    Role,
    RunEnd,
    RunOutcome,
    RunStart,
    Truncation,
)
from archive.errors import ArchiveError, RecordNotFound
from archive.records import RecordType, body_digest, format_date, parse_date, request_url
from archive.rows import CaptureRow, FailureRow, Rows, Run

__all__ = ["ArchiveIndex", "CaptureRow", "Run", "body_digest"]

PAGE = 500
"""Rows fetched at a time by an iterator, which holds neither lock nor cursor between pages."""

BUSY_SECONDS = 60
"""How long to wait for another process's transaction (a rebuild of a large archive)."""

_CAPTURE = (
    "record_id, offset, length, payload_digest, method, url, url_key, body_digest, captured_at,"
    " status, mime, record_type, refers_to, truncated, etag, last_modified,"
    f" {schema.CONTEXT_COLUMNS}, oddities, request_offset, request_length"
)
_FAILURE = (
    "record_id, offset, length, method, url, body_digest, failed_at, reason, text,"
    f" {schema.CONTEXT_COLUMNS}"
)

Value = str | int | None


class ArchiveIndex:
    """Rows of captures, failures, runs and files. Usable from several threads."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._lock = threading.RLock()
        self.path = path

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> ArchiveIndex:
        """Opens the file, made or migrated where needed (never when ``read_only``).

        Raises NewerSchema, and ArchiveError when the file is no index or is not there.
        """
        try:
            return cls(_connect(path, read_only=read_only), path)
        except sqlite3.Error as error:
            raise ArchiveError(
                f"{path} cannot be opened as the index of an archive ({error}); "
                "`nianbao rebuild` makes it again from the WARC files"
            ) from error

    def close(self) -> None:
        """Closes the connection; more calls do nothing."""
        with self._lock:
            self._db.close()

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
            " ORDER BY captured_at DESC, record_id DESC LIMIT 1",
            (request_url(url), method, body_digest),
        )

    def latest_whole(self, method: str, url: str, body_digest: str) -> CaptureRow | None:
        """The latest capture that a 304 can mean: a 2xx response, not truncated."""
        return self._first(
            "WHERE url = ? AND method = ? AND body_digest = ?"
            " AND status BETWEEN 200 AND 299 AND truncated IS NULL"
            " ORDER BY captured_at DESC, record_id DESC LIMIT 1",
            (request_url(url), method, body_digest),
        )

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
        revisits: bool = True,
    ) -> Iterator[CaptureRow]:
        """Captures in (captured_at, record_id) order, restricted by what is given."""
        where: dict[str, Value] = {}
        if run_id is not None:
            where["run_id = ?"] = run_id
        if portal_id is not None:
            where["portal_id = ?"] = portal_id
        if url is not None:
            where["url = ?"] = request_url(url)
        if not revisits:
            where["record_type <> ?"] = RecordType.REVISIT.value
        wanted = None if roles is None else [role.value for role in roles]
        conditions = list(where)
        if wanted is not None:
            conditions.append(f"role IN ({', '.join('?' * len(wanted))})")
        given = (*where.values(), *(wanted or ()))
        query = f"SELECT files.name, {_CAPTURE} FROM captures JOIN files USING (file_id)"  # noqa: S608
        for row in self._pages(query, conditions, given, order=("captured_at", "record_id")):
            yield _capture(row)

    def iter_failures(self, *, run_id: str | None = None) -> Iterator[RequestFailure]:
        """Failures in (failed_at, record_id) order."""
        conditions, given = ([], ()) if run_id is None else (["run_id = ?"], (run_id,))
        query = f"SELECT files.name, {_FAILURE} FROM failures JOIN files USING (file_id)"  # noqa: S608
        for row in self._pages(query, conditions, given, order=("failed_at", "record_id")):
            yield _failure(row)

    def iter_runs(self) -> Iterator[Run]:
        """Runs in start order; one whose start record is lost is left out."""
        query = "SELECT * FROM runs"
        for row in self._pages(
            query, ["started_at IS NOT NULL"], (), order=("started_at", "run_id")
        ):
            yield _run(row)

    def indexed_files(self) -> dict[str, int]:
        """File names with the bytes of each that are indexed."""
        return {
            row["name"]: row["indexed_bytes"]
            for row in self._all("SELECT name, indexed_bytes FROM files ORDER BY name", ())
        }

    def count_captures(self, *, run_id: str | None = None) -> int:
        """How many captures there are, revisits included."""
        return self._count("captures", run_id)

    def count_failures(self, *, run_id: str | None = None) -> int:
        """How many failures there are."""
        return self._count("failures", run_id)

    def _count(self, table: str, run_id: str | None) -> int:
        where, given = ("", ()) if run_id is None else (" WHERE run_id = ?", (run_id,))
        return int(self._all(f"SELECT count(*) FROM {table}{where}", given)[0][0])  # noqa: S608

    def _first(self, tail: str, given: tuple[Value, ...]) -> CaptureRow | None:
        query = f"SELECT files.name, {_CAPTURE} FROM captures JOIN files USING (file_id) {tail}"  # noqa: S608
        rows = self._all(query, given)
        return _capture(rows[0]) if rows else None

    def _all(self, query: str, given: tuple[Value, ...]) -> list[sqlite3.Row]:
        with self._lock:
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
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def clear(self) -> None:
        """Deletes every row: within a transaction, before a rebuild."""
        with self.transaction():
            for table in ("captures", "failures", "runs", "files"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608

    def store(self, rows: Rows, *, file: str, indexed_bytes: int) -> None:
        """Takes in what stands in a WARC file up to ``indexed_bytes``; the same twice is the same.

        A record id that another file already brought stays with that file.
        """
        with self.transaction():
            self._db.execute(
                "INSERT INTO files (name, indexed_bytes) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET indexed_bytes = excluded.indexed_bytes",
                (file, indexed_bytes),
            )
            file_id = self._db.execute("SELECT file_id FROM files WHERE name = ?", (file,))
            number = int(file_id.fetchone()[0])
            self._insert("captures", _CAPTURE, [(number, *_captured(c)) for c in rows.captures])
            self._insert("failures", _FAILURE, [(number, *_failed(f)) for f in rows.failures])
            self._db.executemany(_RUN_START, [_started(start) for start in rows.starts])
            self._db.executemany(_RUN_END, [_ended(end) for end in rows.ends])

    def _insert(self, table: str, columns: str, rows: list[tuple[Value, ...]]) -> None:
        marks = ", ".join("?" * (columns.count(",") + 2))
        self._db.executemany(
            f"INSERT INTO {table} (file_id, {columns}) VALUES ({marks})"  # noqa: S608
            " ON CONFLICT (record_id) DO NOTHING",
            rows,
        )


_RUN_START = (
    "INSERT INTO runs (run_id, started_at, portal_files, versions, settings_digest)"
    " VALUES (?, ?, ?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET"
    " started_at = excluded.started_at, portal_files = excluded.portal_files,"
    " versions = excluded.versions, settings_digest = excluded.settings_digest"
)
_RUN_END = (
    "INSERT INTO runs (run_id, finished_at, outcome, counts) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (run_id) DO UPDATE SET finished_at = excluded.finished_at,"
    " outcome = excluded.outcome, counts = excluded.counts"
)


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    address = path.absolute().as_uri() + ("?mode=ro" if read_only else "?mode=rwc")
    db = sqlite3.connect(
        address, uri=True, check_same_thread=False, isolation_level=None, timeout=BUSY_SECONDS
    )
    try:
        db.row_factory = sqlite3.Row
        schema.refuse_newer(db, path)
        if read_only:
            if schema.version_of(db) < len(schema.MIGRATIONS):
                raise ArchiveError(f"{path} is of an older version; a crawl updates it")
            return db
        db.execute("PRAGMA journal_mode = WAL")
        # a power failure may cost the last rows, never the file: mending reads them from the WARC
        db.execute("PRAGMA synchronous = NORMAL")
        schema.migrate(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _context_values(context: CaptureContext) -> tuple[Value, ...]:
    listed_on = context.listed_on.isoformat() if context.listed_on is not None else None
    return (
        *(context.run_id, context.portal_id, context.role.value, context.via),
        *(context.link_text, listed_on, context.listing, context.entry_url),
    )


def _context(row: sqlite3.Row) -> CaptureContext:
    return CaptureContext(
        run_id=row["run_id"],
        portal_id=row["portal_id"],
        role=Role(row["role"]),
        via=row["via"],
        link_text=row["link_text"],
        listed_on=date.fromisoformat(row["listed_on"]) if row["listed_on"] else None,
        listing=row["listing"],
        entry_url=row["entry_url"],
    )


def _captured(row: CaptureRow) -> tuple[Value, ...]:
    pointer = row.pointer
    return (
        *(pointer.record_id, pointer.offset, pointer.length, pointer.payload_digest),
        *(row.method, row.url, row.url_key, row.body_digest, format_date(row.captured_at)),
        *(row.status, row.mime, row.record_type.value, row.refers_to),
        *(row.truncated.value if row.truncated else None, row.etag, row.last_modified),
        *_context_values(row.context),
        *(json.dumps(row.oddities), row.request_offset, row.request_length),
    )


def _capture(row: sqlite3.Row) -> CaptureRow:
    return CaptureRow(
        pointer=CapturePointer(
            file=row["name"],
            offset=row["offset"],
            length=row["length"],
            record_id=row["record_id"],
            payload_digest=row["payload_digest"],
        ),
        method=row["method"],
        url=row["url"],
        url_key=row["url_key"],
        body_digest=row["body_digest"],
        captured_at=parse_date(row["captured_at"]),
        status=row["status"],
        mime=row["mime"],
        record_type=RecordType(row["record_type"]),
        refers_to=row["refers_to"],
        truncated=Truncation(row["truncated"]) if row["truncated"] else None,
        etag=row["etag"],
        last_modified=row["last_modified"],
        context=_context(row),
        oddities=tuple(json.loads(row["oddities"])),
        request_offset=row["request_offset"],
        request_length=row["request_length"],
    )


def _failed(row: FailureRow) -> tuple[Value, ...]:
    failure = row.failure
    return (
        *(failure.record_id, row.offset, row.length, failure.method, failure.url),
        *(failure.body_digest, format_date(failure.failed_at), failure.reason.value),
        *(failure.text, *_context_values(failure.context)),
    )


def _failure(row: sqlite3.Row) -> RequestFailure:
    return RequestFailure(
        record_id=row["record_id"],
        method=row["method"],
        url=row["url"],
        body_digest=row["body_digest"],
        failed_at=parse_date(row["failed_at"]),
        reason=FailureReason(row["reason"]),
        text=row["text"],
        context=_context(row),
    )


def _started(start: RunStart) -> tuple[Value, ...]:
    return (
        *(start.run_id, format_date(start.started_at), json.dumps(start.portal_files)),
        *(json.dumps(start.versions), start.settings_digest),
    )


def _ended(end: RunEnd) -> tuple[Value, ...]:
    return (end.run_id, format_date(end.finished_at), end.outcome.value, json.dumps(end.counts))


def _run(row: sqlite3.Row) -> Run:
    run_id: str = row["run_id"]
    counts: Any = json.loads(row["counts"] or "{}")
    end = (
        RunEnd(
            run_id=run_id,
            finished_at=parse_date(row["finished_at"]),
            outcome=RunOutcome(row["outcome"]),
            counts=counts,
        )
        if row["finished_at"] is not None
        else None
    )
    return Run(
        start=RunStart(
            run_id=run_id,
            started_at=parse_date(row["started_at"]),
            portal_files=json.loads(row["portal_files"]),
            versions=json.loads(row["versions"]),
            settings_digest=row["settings_digest"],
        ),
        end=end,
    )
