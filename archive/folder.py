"""The data folder: where everything lies, and the lock of its one writer."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import DataFolderBusy


def sync_folder(folder: Path) -> None:
    """Has new and changed names in a folder on disk when it returns."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def free_name(path: Path) -> Path:
    """A path, or the first of its name and a number behind it that no file has."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths inside one data folder; nothing is created until ``prepare``.

    ``read_from`` is another corpus that a command which only reads looks at, in place of corpus.db.
    """

    root: Path
    read_from: Path | None = None

    @property
    def warc(self) -> Path:
        """The WARC files: the one thing that cannot be made again."""
        return self.root / "warc"

    @property
    def ledger(self) -> Path:
        """What each closed WARC file was (archive.ledger): in their folder, as it is part of the
        archive.
        """
        return self.warc / "ledger.jsonl"

    @property
    def ledger_head(self) -> Path:
        """How far the ledger goes."""
        return self.root / "ledger-head.txt"

    @property
    def archive_db(self) -> Path:
        """Index of captures, made from the WARC files alone."""
        return self.root / "archive.db"

    @property
    def corpus_db(self) -> Path:
        """Everything extracted, made from the archive alone."""
        return self.read_from or self.root / "corpus.db"

    @property
    def next_db(self) -> Path:
        """The archive as another extractor reads it, until that is taken."""
        return self.root / "corpus.next.db"

    @property
    def next_note(self) -> Path:
        """What next_db was made from; there once it is whole."""
        return self.root / "corpus.next.json"

    def former_corpora(self) -> list[Path]:
        """What corpus.db was before another reading was taken, the oldest first."""
        return sorted(self.root.glob("corpus.[0-9]*.db"))

    @property
    def state_db(self) -> Path:
        """Operational state of the crawler; may be lost."""
        return self.root / "state.db"

    @property
    def cdxj(self) -> Path:
        """Sorted CDXJ of closed WARC files."""
        return self.root / "cdxj"

    @property
    def portals(self) -> Path:
        """The user's portal files."""
        return self.root / "portals"

    @property
    def bodies_file(self) -> Path:
        """The user's bodies.csv."""
        return self.root / "bodies.csv"

    @property
    def review_file(self) -> Path:
        """The user's review.csv: verdicts on values."""
        return self.root / "review.csv"

    @property
    def suppress_file(self) -> Path:
        """The user's suppress.txt: addresses that are not shown."""
        return self.root / "suppress.txt"

    @property
    def settings_file(self) -> Path:
        """The user's nianbao.toml."""
        return self.root / "nianbao.toml"

    @property
    def feed(self) -> Path:
        """The Atom feed of what is new, made from archive.db and corpus.db."""
        return self.root / "feed.atom"

    @property
    def unread(self) -> Path:
        """There while files were imported that the corpus has not been made from."""
        return self.root / ".unread"

    def prepare(self) -> None:
        """Makes the folders that hold captures."""
        self.warc.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def writer_lock(self) -> Iterator[None]:
        """Holds the folder's lock for the one writer.

        Raises DataFolderBusy with the owner's pid when another process holds it. The lock is the
        kernel's (flock): it ends with the process, however that ends.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        lock = self.root / ".lock"
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = os.read(handle, 32).decode("ascii", "replace").strip() or "unknown"
                raise DataFolderBusy(
                    f"{self.root} is being written to by process {owner}; "
                    "wait until it ends, or give another folder with --data"
                ) from None
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
            yield
        finally:
            os.close(handle)
