"""The addresses that the listings showed in one run, out of memory: there may be any number."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable


class SeenAddresses:
    """A set of addresses for each listing, in a temporary database that SQLite keeps on disk
    beyond two megabytes and removes with this object.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        # nothing of it outlives the process
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE seen (portal TEXT, listing TEXT, url TEXT,"
            " PRIMARY KEY (portal, listing, url)) WITHOUT ROWID"
        )

    def add(self, portal: str, listing: str, urls: Iterable[str]) -> int:
        """Adds addresses; returns how many are new."""
        return self._db.executemany(
            "INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", ((portal, listing, url) for url in urls)
        ).rowcount

    def has(self, portal: str, listing: str, url: str) -> bool:
        """Whether the listing showed this address."""
        query = "SELECT 1 FROM seen WHERE portal = ? AND listing = ? AND url = ?"
        return self._db.execute(query, (portal, listing, url)).fetchone() is not None
