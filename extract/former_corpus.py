"""A former corpus: kept before another reading takes its place, and read as this version's own."""

from __future__ import annotations

import logging
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.database import open_database, remove_database
from archive.errors import NewerSchema
from archive.folder import DataFolder, sync_folder
from archive.soundness import is_sound, telling
from archive.verify_report import Problem, VerifyFinding, VerifyReport
from extract.rows import extractor_version
from extract.schema import corpus_migrations

logger = logging.getLogger(__name__)


def migrated(path: Path, *, forget: Callable[[Callable[[], Any]], object]) -> Path:
    """The file itself when its tables are those of this version; else a copy with the migrations
    applied, which is removed by what ``forget`` is given to call. The file is never written to.

    Raises NewerSchema for one that a newer version wrote, DatabaseUnusable for no database.
    """
    with telling(path), closing(_open(path)) as db:
        applied = corpus_migrations.applied(db)
        if set(corpus_migrations.names) == applied:
            return path
        if unknown := sorted(applied - set(corpus_migrations.names)):
            raise NewerSchema(f"{path} was written by a newer nianbao (schema {unknown[-1]})")
        folder = tempfile.TemporaryDirectory(prefix="nianbao-corpus-")
        forget(folder.cleanup)
        copy = Path(folder.name) / path.name
        logger.warning("%s is of an older version; a copy of it is brought up to date", path)
        with closing(sqlite3.connect(copy)) as target:
            db.backup(target)
    open_database(copy, corpus_migrations).close()
    return copy


def keep_corpus(folder: DataFolder, former: Path) -> None:
    """Keeps corpus.db under a name of its own, as one file without WAL that nobody may write."""
    part = folder.root / "corpus.keeping.db"
    remove_database(part)
    with (
        telling(part),
        closing(sqlite3.connect(folder.corpus_db)) as source,
        closing(sqlite3.connect(part)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
    part.chmod(0o444)
    part.rename(former)
    sync_folder(folder.root)


def free_name(folder: DataFolder) -> str:
    """The name of the next former corpus."""
    moment = datetime.now(UTC)
    while (folder.root / (name := f"corpus.{moment:%Y%m%d%H%M%S}.db")).exists():
        moment += timedelta(seconds=1)
    return name


def keep_if_other_extractor(folder: DataFolder) -> Path | None:
    """Keeps corpus.db where an extractor read it that is not this one, before this one's reading
    takes its place; None where there is nothing to keep, or it is kept already.

    A change of bodies.csv is no other extractor: the user has both files' making in hand.
    """
    if not folder.corpus_db.exists() or not is_sound(folder.corpus_db):
        return None
    with closing(_open(folder.corpus_db)) as db:
        state = _state(db)
    ours = extractor_version()
    if state is None or all(version.partition(" bodies.csv-")[0] == ours for version in state[0]):
        return None
    # of a command that was stopped after it had kept it
    for path in folder.former_corpora():
        with closing(_open(path)) as db:
            if _state(db) == state:
                return None
    former = folder.root / free_name(folder)
    keep_corpus(folder, former)
    logger.warning("the former corpus is kept as %s: remove it when you need it no more", former)
    return former


def _state(db: sqlite3.Connection) -> tuple[tuple[str, ...], tuple[object, ...]] | None:
    """What tells a corpus from a later one: its extractors, and how much it has read; None when it
    cannot be told, of a file without these tables or of one that is damaged.
    """
    try:
        versions = db.execute("SELECT DISTINCT extractor_version FROM documents ORDER BY 1")
        read = tuple(row[0] for row in versions)
        return read, db.execute(STATE).fetchone()
    except sqlite3.Error:
        return None


STATE = """
SELECT (SELECT count(*) FROM documents), (SELECT max(record_id) FROM documents),
    (SELECT count(*) FROM runs), (SELECT max(run) FROM runs)
"""


def beside_lines(folder: DataFolder) -> list[str]:
    """What lies beside corpus.db, corpus.next.db and former corpora, in words."""
    lines = []
    if folder.next_db.exists():
        whole = "not taken" if folder.next_note.exists() else "not finished"
        lines.append(f"{folder.next_db} ({_size(folder.next_db)}) is {whole}: it is left alone")
    for path in folder.former_corpora():
        lines.append(f"{path} ({_size(path)}) is a former corpus, kept until you remove it")
    return lines


def check_former(folder: DataFolder, report: VerifyReport) -> None:
    """Whether the former corpora can be read, into the report; what lies beside is a note.

    What they say was read by another version: it is not read again.
    """
    report.notes += beside_lines(folder)
    for path in folder.former_corpora():
        try:
            with closing(_open(path)) as db:
                said = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.Error as error:
            said = str(error)
        if said != "ok":
            message = f"this former corpus cannot be read whole ({said})"
            problem = Problem.DAMAGED
            found = VerifyFinding(problem=problem, file=path.name, message=message)
            report.found.add(found)


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
