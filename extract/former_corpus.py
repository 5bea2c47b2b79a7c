"""A corpus that an older version wrote, so that it can be read as this one reads its own."""

from __future__ import annotations

import logging
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.database import open_database
from archive.errors import NewerSchema
from archive.folder import DataFolder
from archive.soundness import telling
from archive.verify_report import Problem, VerifyFinding, VerifyReport
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
