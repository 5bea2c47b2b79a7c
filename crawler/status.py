"""How a data folder stands: portals, runs, what is left, what failed, findings, sizes.

Reads the databases ``mode=ro`` and takes no lock, so it can be asked while a crawl is running. What
is not there yet, or cannot be read, is named in ``problems``; the rest is told all the same.
"""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from archive.capture import FailureReason
from archive.errors import ArchiveError
from archive.folder import DataFolder
from archive.index import ArchiveIndex, Run
from crawler.frontier_tasks import BLOCKED
from crawler.portal import PortalSet
from crawler.season import NextVisit
from crawler.updating import plan_update
from crawler.visits import read_visits
from extract.rows import utc_text

BLOCKED_REASONS = frozenset(
    {
        FailureReason.ROBOTS.value,
        FailureReason.ADDRESS_REFUSED.value,
    }
)
"""The frontier's reasons that say that the other side, or we, will not have it: with BLOCKED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """A run. ``outcome`` is ``running`` while the process that writes it lives; times UTC."""

    run: str
    started_at: str
    finished_at: str | None
    outcome: str
    portals: tuple[str, ...]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The last run of a portal: one run has thousands of portals, which it would tell for each."""

    run: str
    started_at: str
    finished_at: str | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalState:
    """A portal: ``status`` None when no file says it (a bare address); the last run of it.

    ``left`` are requests of a round left open, ``due`` documents to be asked again by now;
    ``failed`` and ``blocked`` map reasons to documents whose last request came to that. ``came`` is
    what the last run came to there; ``next_visit`` when an update crawls it, and ``why`` then: None
    of a portal that is not followed.
    """

    portal: str
    name: str | None
    status: str | None
    last_run: LastRun | None
    round_open: bool = False
    left: int = 0
    due: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    blocked: dict[str, int] = field(default_factory=dict)
    came: str | None = None
    next_visit: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStatus:
    """A data folder. ``outcomes`` counts documents by what became of them, ``files`` those that
    report pages link, also where nothing came. ``sizes`` are bytes by part, ``contents`` counts of
    what the databases hold.

    ``writer`` is the pid of the nianbao that writes now, None when none does. ``problems`` are for
    a person; ``is_readable`` is False when a database is there and cannot be read.
    """

    folder: str
    writer: int | None
    portals: tuple[PortalState, ...]
    runs: tuple[RunStatus, ...]
    contents: dict[str, int]
    findings: dict[str, int]
    outcomes: dict[str, int]
    files: dict[str, int]
    sizes: dict[str, int]
    problems: tuple[str, ...]
    is_readable: bool


@dataclass(slots=True)
class _Queue:
    """What state.db says of one portal."""

    round_open: bool = False
    left: int = 0
    due: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    blocked: dict[str, int] = field(default_factory=dict)


def folder_status(folder: DataFolder, known: PortalSet, *, runs: int) -> FolderStatus:
    """The folder as it stands now; ``runs`` is how many of the last runs are told."""
    problems = [problem.message for problem in known.problems]
    unread: list[str] = []
    writer = writing_process(folder)
    archive = _archive(folder, problems, unread, writer=writer, runs=runs)
    contents = archive.contents
    findings, outcomes, files = _corpus(folder, contents, problems, unread)
    queues = _frontier(folder, problems, unread)
    return FolderStatus(
        folder=str(folder.root),
        writer=writer,
        portals=tuple(_portals(known, archive.last, queues, _visits(folder, known, unread))),
        runs=tuple(archive.runs),
        contents=contents,
        findings=findings,
        outcomes=outcomes,
        files=files,
        sizes=_sizes(folder),
        problems=(*problems, *unread),
        is_readable=not unread,
    )


def writing_process(folder: DataFolder) -> int | None:
    """The pid of the process that holds the folder's lock file open; None when none does.

    The lock is not tried: a crawl that starts in that moment would find the folder busy.
    """
    lock = folder.root / ".lock"
    try:
        pid = int(lock.read_text(encoding="ascii"))
        held = lock.stat()
        opened = [stat for link in Path(f"/proc/{pid}/fd").iterdir() if (stat := _stat(link))]
    except PermissionError:
        return pid  # another user's process of that number lives
    except (OSError, ValueError):
        return None
    return pid if any(os.path.samestat(one, held) for one in opened) else None


def _stat(path: Path) -> os.stat_result | None:
    """None for what went away in between: a closed file, a WARC file just renamed."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


@dataclass(slots=True)
class _Archive:
    """What archive.db says: counts, the last runs in order, and the last run of each portal."""

    contents: dict[str, int] = field(default_factory=dict)
    runs: Sequence[RunStatus] = ()
    last: dict[str, LastRun] = field(default_factory=dict)


def _archive(
    folder: DataFolder, problems: list[str], unread: list[str], *, writer: int | None, runs: int
) -> _Archive:
    if not folder.archive_db.exists():
        problems.append(
            f"there is no archive.db in {folder.root}: "
            + (
                "`nianbao rebuild` makes it again"
                if folder.warc.is_dir()
                else "nothing was crawled"
            )
        )
        return _Archive()
    try:
        with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
            return _of_runs(index, writer=writer, runs=runs)
    except (ArchiveError, sqlite3.Error) as error:
        unread.append(f"archive.db cannot be read: {error}; `nianbao rebuild` makes it again")
        return _Archive()


def _of_runs(index: ArchiveIndex, *, writer: int | None, runs: int) -> _Archive:
    """Only the last runs are kept whole: each holds the files of all its portals."""
    found = _Archive({"captures": index.count_captures(), "failures": index.count_failures()})
    ids = index.run_ids()
    kept: deque[RunStatus] = deque(maxlen=runs)
    for run in index.iter_runs():
        is_under_way = writer is not None and run.end is None and run.start.run_id == ids[-1]
        status = _run(run, unfinished="running" if is_under_way else "interrupted")
        kept.append(status)
        last = LastRun(
            run=status.run,
            started_at=status.started_at,
            finished_at=status.finished_at,
            outcome=status.outcome,
        )
        found.last.update(dict.fromkeys(status.portals, last))
    found.runs = kept
    found.contents["runs"] = len(ids)
    return found


def _run(run: Run, *, unfinished: str) -> RunStatus:
    end = run.end
    return RunStatus(
        run=run.start.run_id,
        started_at=utc_text(run.start.started_at),
        finished_at=utc_text(end.finished_at) if end else None,
        outcome=end.outcome.value if end else unfinished,
        portals=tuple(run.start.portal_files),
        counts=end.counts if end else {},
    )


def _corpus(
    folder: DataFolder, contents: dict[str, int], problems: list[str], unread: list[str]
) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    if not folder.corpus_db.exists():
        if folder.archive_db.exists():
            problems.append("there is no corpus.db: `nianbao extract` makes it from the archive")
        return {}, {}, {}
    try:
        with closing(_read_only(folder.corpus_db)) as db:
            for table in ("documents", "reports", "bodies"):
                contents[table] = _counts(db, f"SELECT '', count(*) FROM {table}")[""]  # noqa: S608
            findings = _counts(db, "SELECT kind, count(*) FROM findings GROUP BY kind")
            outcomes = _counts(db, "SELECT outcome, count(*) FROM documents GROUP BY outcome")
            files = _counts(db, FILES) if _has(db, "attachments") else {}
    except sqlite3.Error as error:
        unread.append(f"corpus.db cannot be read: {error}; `nianbao extract` makes it again")
        return {}, {}, {}
    return findings, outcomes, files


def _frontier(folder: DataFolder, problems: list[str], unread: list[str]) -> dict[str, _Queue]:
    now = utc_text(datetime.now(UTC))
    queues: dict[str, _Queue] = {}
    if not folder.state_db.exists():
        if folder.archive_db.exists():
            problems.append("there is no state.db: everything is due")
        return queues
    try:
        with closing(_read_only(folder.state_db)) as db:
            if not _has(db, "rounds"):
                problems.append("state.db is of an older version; the next crawl updates it")
                return queues
            for portal, is_open in db.execute("SELECT portal, open FROM rounds"):
                queues.setdefault(portal, _Queue()).round_open = bool(is_open)
            for portal, state, reason, due, count in db.execute(REQUESTS, {"now": now}):
                _count(queues.setdefault(portal, _Queue()), state, reason, due=due, count=count)
    except sqlite3.Error as error:
        unread.append(
            f"what is left cannot be told: state.db cannot be read: {error}; it may be removed: "
            "then everything is due"
        )
    return queues


FILES = """
SELECT coalesce(outcome, 'not settled'), count(DISTINCT url) FROM attachments
WHERE is_asked GROUP BY 1 ORDER BY 1
"""

REQUESTS = """
SELECT portal, state, coalesce(reason, 'unknown'), role <> 'listing' AND not_before <= :now AS due,
       count(*)
FROM requests WHERE role <> 'requisite' GROUP BY 1, 2, 3, 4
"""


def _count(queue: _Queue, state: str, reason: str, *, due: int | None, count: int) -> None:
    if state in ("pending", "waiting"):
        queue.left += count
        return
    queue.due += count if due else 0
    if state == "failed":
        is_blocked = reason in BLOCKED_REASONS or reason.startswith(BLOCKED)
        where = queue.blocked if is_blocked else queue.failed
        where[reason] = where.get(reason, 0) + count


def _portals(
    known: PortalSet,
    last: Mapping[str, LastRun],
    queues: dict[str, _Queue],
    visits: dict[str, tuple[str | None, NextVisit]],
) -> list[PortalState]:
    """Those configured, then those that only runs or the frontier know, by id."""
    named = {portal.portal_id: portal for portal in known}
    others = sorted((set(last) | set(queues)) - set(named))
    states = []
    for portal_id in [*named, *others]:
        portal, queue = named.get(portal_id), queues.get(portal_id, _Queue())
        came, visit = visits.get(portal_id, (None, None))
        states.append(
            PortalState(
                portal=portal_id,
                name=portal.name if portal else None,
                status=portal.status.value if portal else None,
                last_run=last.get(portal_id),
                round_open=queue.round_open,
                left=queue.left,
                due=queue.due,
                failed=queue.failed,
                blocked=queue.blocked,
                came=came,
                next_visit=f"{visit.due:%Y-%m-%dT%H:%MZ}" if visit else None,
                why=visit.why if visit else None,
            )
        )
    return states


def _visits(
    folder: DataFolder, known: PortalSet, unread: list[str]
) -> dict[str, tuple[str | None, NextVisit]]:
    """Of each portal that is followed what its last run came to, and when it is due."""
    try:
        visits = read_visits(folder.state_db)
    except (ArchiveError, sqlite3.Error) as error:
        unread.append(f"what is due cannot be told: state.db cannot be read: {error}")
        return {}
    plan = plan_update(known, visits, now=datetime.now(UTC))
    moments = (*plan.due, *plan.later)
    came = {portal_id: visit.came.value for portal_id, visit in visits.items()}
    return {one.portal_id: (came.get(one.portal_id), visit) for one, visit in moments}


def _sizes(folder: DataFolder) -> dict[str, int]:
    """Bytes of the WARC files and of each database with its WAL; 0 for what is not there.

    Of corpora beside corpus.db those that are there.
    """
    parts = {"warc": list(folder.warc.rglob("*.gz*"))}
    beside = [path for path in (folder.next_db, *folder.former_corpora()) if path.exists()]
    for path in (folder.archive_db, folder.corpus_db, folder.state_db, *beside):
        parts[path.name] = [path, path.with_name(f"{path.name}-wal")]
    return {
        name: sum(stat.st_size for path in paths if (stat := _stat(path)))
        for name, paths in parts.items()
    }


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _has(db: sqlite3.Connection, table: str) -> bool:
    """Whether a table is there: a database of an older version may lack it."""
    query = "SELECT 1 FROM sqlite_master WHERE name = ?"
    return db.execute(query, [table]).fetchone() is not None


def _counts(db: sqlite3.Connection, query: str) -> dict[str, int]:
    return {name: int(count) for name, count in db.execute(query)}
