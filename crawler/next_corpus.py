"""corpus.next.db: the archive as this extractor reads it, beside corpus.db until it is taken.

``corpus.next.json`` beside it says what it was made from. It is written when the database is whole,
so that what a killed command left is never taken. Everything here runs under the writer lock.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from archive.database import remove_database
from archive.folder import DataFolder, sync_folder
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.soundness import is_sound
from archive.whole_file import write_whole
from crawler.errors import CrawlerError
from crawler.rereading import Progress, catch_up, reread
from extract.bodies_csv import load_bodies
from extract.former_corpus import free_name, keep_corpus
from extract.rows import reading_version
from extract.store import CorpusStore
from extract.workers import ExtractorPool

AGAIN = "`nianbao extract --compare` makes it anew"


@dataclass(frozen=True, slots=True)
class Note:
    """What corpus.next.db was made from: the time, the version that read, and the WARC files.
    ``former`` is the file in which corpus.db is kept, from the moment that it is to be taken.
    """

    made_at: str
    version: str
    files: tuple[str, ...]
    former: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of taking: the captures read that came after the comparison, and where the former
    corpus is; None when there was none that could be kept.
    """

    read: int
    former: Path | None


def make_next(
    folder: DataFolder, *, index: ArchiveIndex, jobs: int | None, progress: Progress | None
) -> int:
    """Reads the whole archive into corpus.next.db; returns the number of captures read."""
    folder.next_note.unlink(missing_ok=True)
    remove_database(folder.next_db)
    note = Note(
        made_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        version=reading_version(load_bodies(folder.bodies_file)),
        files=_files(folder),
    )
    read = reread(folder, index=index, jobs=jobs, progress=progress, into=folder.next_db)
    _write(folder, note)
    return read


def open_next(
    folder: DataFolder, *, index: ArchiveIndex, jobs: int | None
) -> tuple[CorpusStore, int]:
    """corpus.next.db with what was captured since it was made, and how many captures that were.

    Raises CrawlerError where it is not there, not whole, read by another version, or made from
    other files: captures of an import belong between those that it holds.
    """
    note = read_note(folder)
    if note.version != reading_version(load_bodies(folder.bodies_file)):
        raise CrawlerError(
            f"{folder.next_db} was read by {note.version}, which is not this version with this "
            f"bodies.csv; {AGAIN}"
        )
    files = set(_files(folder))
    gone = sorted(set(note.files) - files)
    imported = sorted(name for name in files - set(note.files) if name.startswith("imported/"))
    if gone or imported or folder.unread.exists():
        what = f"{gone[0]} is gone" if gone else f"{(imported or ['a file'])[0]} was imported"
        raise CrawlerError(f"{what} since {folder.next_db} was made at {note.made_at}; {AGAIN}")
    store = CorpusStore(folder.next_db)
    pool = ExtractorPool(folder, jobs=jobs)
    try:
        read = catch_up(index=index, reader=ArchiveReader(folder, index), store=store, pool=pool)
    except BaseException:
        store.close()
        raise
    finally:
        pool.close(wait=False)
    return store, read


def take_next(folder: DataFolder, *, index: ArchiveIndex, jobs: int | None) -> Taken:
    """Makes corpus.next.db the corpus and keeps the former one beside it, read-only.

    The former is kept whole under its name first; then the content of corpus.db is replaced in one
    transaction, so that who reads sees old or new rows. Stopped anywhere and started again it goes
    on: what was kept is not kept a second time, when corpus.db may be the new one already.
    """
    store, read = open_next(folder, index=index, jobs=jobs)
    try:
        former = _keep_former(folder)
        store.backup_into(folder.corpus_db)
    finally:
        store.close()
    remove_database(folder.next_db)
    folder.next_note.unlink()
    return Taken(read, former)


def read_note(folder: DataFolder) -> Note:
    """What corpus.next.db was made from. Raises CrawlerError when it is not there or not whole."""
    if not folder.next_db.exists():
        raise CrawlerError(
            f"there is no {folder.next_db}: `nianbao extract --compare` makes it and says what "
            "would change"
        )
    try:
        told = json.loads(folder.next_note.read_text(encoding="utf-8"))
        return Note(**{**told, "files": tuple(told["files"])})
    except (OSError, ValueError, TypeError, KeyError):
        raise CrawlerError(f"{folder.next_db} was not finished; {AGAIN}") from None


def _write(folder: DataFolder, note: Note) -> None:
    write_whole(folder.next_note, json.dumps(asdict(note), ensure_ascii=False, indent=1).encode())
    sync_folder(folder.root)


def _files(folder: DataFolder) -> tuple[str, ...]:
    """Names of the WARC files, as they are when closed."""
    found = (path for path in folder.warc.rglob("*.gz*") if path.is_file())
    return tuple(sorted(str(path.relative_to(folder.warc)).removesuffix(".open") for path in found))


def _keep_former(folder: DataFolder) -> Path | None:
    """corpus.db as a former corpus; None where there is none that can be kept."""
    note = read_note(folder)
    if note.former is not None and (folder.root / note.former).exists():
        return folder.root / note.former  # kept by a command that was stopped after it
    if not folder.corpus_db.exists() or not is_sound(folder.corpus_db):
        return None
    former = folder.root / (note.former or free_name(folder))
    _write(folder, replace(note, former=former.name))
    keep_corpus(folder, former)
    return former
