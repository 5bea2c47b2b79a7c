"""Runs nianbao as its users do, one process a command, on a served copy of the sample portal."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from crawler.sample_portal.server import RunningPortal, serve

TIMEOUT = 120
"""Seconds for one command; the slowest takes about ten."""

PORTAL = """
name     = "样例"
listings = ["{listing}"]
status   = "unverified"
[fetch]
delay = 0.0
concurrency = 4
why   = "served from this machine"
"""

OF_RUNS = ("runs", "listing_visits")
"""Tables with rows for each run."""
OF_LOOKING = ("listing_entries", "portals", "answers")
"""Tables whose rows say when something was last looked at; what they tell apart stands first."""

TABLES = (
    *OF_RUNS,
    "portals",
    "answers",
    "listing_entries",
    "documents",
    "bodies",
    "body_names",
    "reports",
    "report_documents",
    "sections",
    "cells",
    "figures",
    "checks",
    "findings",
    "changes",
    "listing_changes",
    "attachments",
    "report_tables",
    "_narratives",
    "requisites",
)


TIMES_AND_PLACES = frozenset(
    {
        *("record_id", "captured_at", "warc_file", "warc_offset", "warc_length"),
        *("first_seen", "last_seen", "older", "newer", "ordered_at"),
        *("last_record", "payload_record", "run"),
        *("older_record", "older_at", "newer_record", "newer_at"),
    }
)
"""Columns that tell one crawl of a site from another crawl of the same site."""


@dataclass(frozen=True, slots=True)
class Nianbao:
    """A data folder and the commands on it."""

    data: Path

    def run(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end; checks its exit code unless ``code`` is None."""
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            env=os.environ | {"NIANBAO_ALLOW_PRIVATE": "1"},
            check=False,
        )
        if code is not None:
            assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stderr}"
        return done

    def command(self, *arguments: str) -> list[str]:
        """The command line of a command on this folder."""
        return [sys.executable, "-m", "crawler.cli", *arguments, "--data", str(self.data)]

    def configure(self, portal_id: str, listing: str) -> None:
        """Writes a portal file."""
        (self.data / "portals").mkdir(parents=True, exist_ok=True)
        text = PORTAL.format(listing=listing)
        (self.data / "portals" / f"{portal_id}.toml").write_text(text, encoding="utf-8")

    def rows(self, name: str = "corpus.db") -> dict[str, list[tuple[object, ...]]]:
        """Every table of the corpus, its rows in order of content."""
        with closing(sqlite3.connect(self.data / name)) as db:
            return {
                table: sorted(db.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
                for table in TABLES
            }

    def said(self) -> dict[str, Counter[tuple[object, ...]]]:
        """What the corpus says whenever and however often it was crawled: rows with their number,
        without TIMES_AND_PLACES and without the runs.
        """
        with closing(sqlite3.connect(self.data / "corpus.db")) as db:
            found = {}
            for table in TABLES[len(OF_RUNS) :]:
                names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
                kept = ", ".join(name for name in names if name not in TIMES_AND_PLACES)
                found[table] = Counter(db.execute(f"SELECT {kept} FROM {table}").fetchall())
            return found

    def query(self, sql: str, name: str = "corpus.db") -> list[tuple[object, ...]]:
        """Rows of one query."""
        with closing(sqlite3.connect(self.data / name)) as db:
            return db.execute(sql).fetchall()


def copy_site(target: Path) -> Path:
    """A copy of the sample portal's files that a test may change."""
    site = target / "site"
    shutil.copytree(Path(str(files("crawler.sample_portal") / "site")), site)
    return site


CONTRADICTED = "一、本年新收政府信息公开申请数量"


def crawl_contradiction(folder: Path, host: str) -> Nianbao:
    """The sample portal, crawled, with one number changed: 本年新收 of 自然人 3 is 4."""
    site = copy_site(folder)
    (page,) = [one for one in site.rglob("t*.html") if CONTRADICTED.encode() in one.read_bytes()]
    before, row, after = page.read_text(encoding="utf-8").partition(CONTRADICTED)
    page.write_text(before + row + after.replace(">3<", ">4<", 1), encoding="utf-8")
    nianbao = Nianbao(folder / "data")
    with served(site, host) as portal:
        nianbao.configure("beispiel", f"{portal.url.rstrip('/')}/zfxxgk/zfxxgknb/")
        nianbao.run("crawl", "beispiel")
    return nianbao


@contextmanager
def served(site: Path, host: str) -> Iterator[RunningPortal]:
    """The site on a loopback address of its own and a free port."""
    with serve(host=host, port=0, site=site) as portal:
        yield portal
