"""``update --forever``: one update process after another, each a new one, so that none grows."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import FrameType

from rich.console import Console

from archive.errors import ArchiveError
from archive.folder import DataFolder
from crawler.exit_codes import ExitCode
from crawler.portal import load_portals
from crawler.updating import Shard, plan_update
from crawler.visits import read_visits

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(hours=1)
"""Between two updates; the longest so that a portal file put there is seen within the hour."""

WENT_ON = frozenset({ExitCode.OK, ExitCode.PARTIAL, ExitCode.FAILED})
"""Ends of an update that did its work: what failed has its own time."""


class _Stopped(Exception):
    """SIGTERM or Ctrl-C."""


def update_forever(folder: DataFolder, *, shard: str | None, talk: Console) -> ExitCode:
    """Updates whenever a portal is due, until it is stopped; then the update that runs is stopped
    as by Ctrl-C and waited for. One that could not work is tried again after 30 seconds, a minute,
    two … and at most an hour; what no waiting mends (BAD_INPUT) ends it. Arguments of the command
    are passed on but for ``--forever``. Raises CrawlerError for a bad shard.
    """
    arguments = [word for word in sys.argv[1:] if word != "--forever"]
    share = None if shard is None else Shard.of(shard)
    before = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)}
    troubles = 0
    try:
        while True:
            code = _update(arguments)
            if code == ExitCode.BAD_INPUT:
                return ExitCode.BAD_INPUT
            if code in WENT_ON:
                troubles, pause = 0, _until_due(folder, share)
            else:
                pause = min(SHORTEST * 2 ** min(troubles, 10), LONGEST)
                troubles += 1
                talk.print(f"nianbao: the update ended with {code}; again in {pause}")
            time.sleep(pause.total_seconds())
    except _Stopped:
        return ExitCode.INTERRUPTED
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _update(arguments: Sequence[str]) -> int:
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "crawler.cli", *arguments]
    )
    try:
        return process.wait()
    except _Stopped:
        process.send_signal(signal.SIGINT)
        process.wait()
        raise


def _until_due(folder: DataFolder, share: Shard | None) -> timedelta:
    now = datetime.now(UTC)
    try:
        visits = read_visits(folder.state_db)
    except (ArchiveError, sqlite3.DatabaseError):
        return SHORTEST  # the next update says so, and asks all
    plan = plan_update(load_portals(folder.portals), visits, now=now, shard=share)
    if plan.due:
        return SHORTEST
    wait = plan.later[0][1].due - now if plan.later else LONGEST
    return min(max(wait, SHORTEST), LONGEST)


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Stopped
