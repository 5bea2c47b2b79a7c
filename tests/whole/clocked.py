"""A data folder whose commands run at any time of day and year: each with a clock of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from changing_site import LISTING, Site

WRAPPER = Path(__file__).with_name("faulty_nianbao.py")
ENVIRONMENT = os.environ | {"NIANBAO_ALLOW_PRIVATE": "1"}
TIMEOUT = 120

PORTAL = """
name     = "{name}"
listings = ["{listing}"]
status   = "unverified"
{more}
[fetch]
delay = 0.0
why   = "served from this machine"
"""


class Folder:
    """A data folder whose commands run at a time of their own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        (data / "portals").mkdir(parents=True)

    def follow(self, name: str, site: Site, more: str = "") -> None:
        text = PORTAL.format(name=name, listing=site.url + LISTING, more=more)
        (self.data / "portals" / f"{name}.toml").write_text(text, encoding="utf-8")

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of corpus.db."""
        with closing(sqlite3.connect(self.data / "corpus.db")) as db:
            return db.execute(sql).fetchall()

    def run(
        self,
        now: datetime,
        *arguments: str,
        code: int | None = 0,
        fault: Mapping[str, object] | None = None,
    ) -> tuple[list[str], str]:
        """What a command printed, by lines, and what it said; None for any exit code. ``fault`` is
        one of faulty_nianbao.py beside the clock.
        """
        off = (now - datetime.now(UTC)).total_seconds()
        told = {"do": "clock", "off": off} if fault is None else {**fault, "off": off}
        done = subprocess.run(
            [sys.executable, str(WRAPPER), *arguments, "--data", str(self.data)],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            env=ENVIRONMENT | {"NIANBAO_TEST_FAULT": json.dumps(told)},
            check=False,
        )
        if code is not None:
            assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stderr}"
        return done.stdout.splitlines(), done.stderr
