"""The corpus as a page reads it: one connection, one state, within a time limit."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from archive.folder import DataFolder
from extract.browse.asking import Asked
from extract.browse.errors import NewerCorpus, NotNow, TakenDownHere, TooSlow
from extract.browse.kept import Kept, KeptOfState, KeptUnder, corpus_state
from extract.browse.taken_down import TakenDown
from extract.errors import VisitsUnknown
from extract.schema import corpus_migrations, open_corpus_to_read
from extract.withheld import Withheld

SECONDS = 20.0
"""In which a page has read what it needs; of 54,000 reports none takes one."""

_STEPS = 20_000
"""Instructions of SQLite's between two looks at the clock: a few milliseconds."""


Keep = Callable[[object, Callable[[], Any]], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page is made from. ``db`` gives rows by name, all of one state of the corpus."""

    db: sqlite3.Connection
    folder: DataFolder
    withheld: Withheld
    kept: KeptUnder
    asked: Asked
    keep: Keep
    """Gives a value by its name, made in this very state of the corpus and of suppress.txt."""

    def refuse_taken_down(self, report_id: str) -> None:
        """Raises TakenDownHere for a report that suppress.txt takes down."""
        if self.hides_report(report_id):
            raise TakenDownHere

    def hides_report(self, report_id: str) -> bool:
        """Whether a report is taken down."""
        return self.withheld.find_report(report_id) is not None

    def hides_capture(self, record_id: str, url: str = "") -> bool:
        """Whether a capture is taken down, by its record, its address or what it repeats."""
        if not self.withheld:
            return False
        return (
            self.withheld.find_capture(url, record_id) is not None
            or self.withheld.find_records([record_id]) is not None
        )

    def hides_check(self, report_id: str, identity: str) -> bool:
        """Whether a check of a report is taken down, by it or by the report that it compares."""
        return self.withheld.find_check(report_id, identity) is not None

    def hides_named(self, text: str) -> bool:
        """Whether a message names an address or record that is taken down."""
        return self.withheld.find_named(text) is not None


@dataclass(frozen=True, slots=True)
class Corpus:
    """A data folder's corpus, opened for each page; it may not be there yet."""

    folder: DataFolder
    taken_down: TakenDown
    kept: Kept
    of_state: KeptOfState

    @classmethod
    def of(cls, folder: DataFolder) -> Corpus:
        """Raises InvalidSuppression for a suppress.txt that cannot be understood."""
        return cls(folder, TakenDown(folder.suppress_file), Kept(folder.corpus_db), KeptOfState())

    @property
    def is_there(self) -> bool:
        """Whether there is a file to read."""
        return self.folder.corpus_db.exists()

    @contextmanager
    def read(self, asked: Asked, *, seconds: float = SECONDS) -> Iterator[Reading]:
        """One state of the corpus, for so many seconds. Raises NotNow where it cannot be read at
        this moment."""
        rules = self.taken_down.rules()
        state = (corpus_state(self.folder.corpus_db), rules)  # before anything is read
        with closing(open_corpus_to_read(self.folder.corpus_db)) as db:
            check_version(db, self.folder.corpus_db)
            ends = time.monotonic() + seconds
            db.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
            try:
                db.execute("BEGIN")
                yield Reading(
                    db=db,
                    folder=self.folder,
                    withheld=Withheld(self.folder, suppression=rules, db=db),
                    kept=self.kept.under(rules),
                    asked=asked,
                    keep=partial(self.of_state.get, state),
                )
            except VisitsUnknown as error:
                raise NewerCorpus(str(error)) from error
            except sqlite3.OperationalError as error:
                if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
                    raise TooSlow(f"{seconds:g} s") from error
                raise NotNow(str(error)) from error
            except sqlite3.DatabaseError as error:
                raise NotNow(f"{error}; `nianbao rebuild`") from error


def check_version(db: sqlite3.Connection, path: Path) -> None:
    """Raises NewerCorpus unless the corpus has exactly the tables that this version knows."""
    found, known = db.execute("PRAGMA user_version").fetchone()[0], len(corpus_migrations.names)
    if found > known:
        raise NewerCorpus(
            f"{path} was written by a newer nianbao (schema {found}; this one knows {known}): "
            "update nianbao"
        )
    if found < known:
        raise NewerCorpus(
            f"{path} is of an older version (schema {found}, not {known}): the next crawl, or "
            "`nianbao extract`, updates it"
        )
