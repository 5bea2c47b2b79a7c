"""The series of WARC files that a writer fills: one at a time, each ended by size or by day."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from archive.folder import DataFolder
from archive.ledger_keeping import Ledger
from archive.warc_file import WarcFile, new_name, safe_name
from archive.warcinfo import LEDGER_FIELD, warcinfo_record


class WarcSeries:
    """Files of one prefix and host. ``about`` stands in each file's warcinfo, and the head of the
    fixity ledger with it; ``warcinfo_id`` is that of the file at hand.
    """

    def __init__(
        self,
        folder: DataFolder,
        about: Mapping[str, str | None],
        *,
        prefix: str,
        max_bytes: int,
        now: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._about = about
        self._prefix = safe_name(prefix)
        self._max_bytes = max_bytes
        self._now = now
        self._ledger = Ledger(folder, now=now)
        self._day: date | None = None
        self._serial = 0
        self.file: WarcFile | None = None
        self.warcinfo_id = ""

    @property
    def is_full(self) -> bool:
        """Whether the file at hand is to be closed before anything more is written."""
        return self.file is not None and (
            self.file.size >= self._max_bytes or self._moment().date() != self._day
        )

    def begin_file(self) -> WarcFile:
        """Makes the next file, with its warcinfo record."""
        self._folder.prepare()
        now = self._moment()
        name, serial = new_name(
            self._folder.warc,
            stem=f"{self._prefix}-{now:%Y%m%d%H%M%S}",
            serial=self._serial,
            tail=f"{safe_name(str(self._about['hostname']))}-{os.getpid()}",
            ledger=self._ledger,
        )
        file = WarcFile(self._folder.warc, name)
        about = {**self._about, LEDGER_FIELD: str(self._ledger.head)}
        info = warcinfo_record(about, name=name, now=now)
        file.write([info])
        self.file, self._serial, self._day = file, serial + 1, now.date()
        self.warcinfo_id = info.record_id
        return file

    def close_file(self) -> None:
        """Closes the file at hand, if there is one."""
        file, self.file = self.file, None
        if file is not None:
            file.close(self._ledger)

    def _moment(self) -> datetime:
        return self._now().astimezone(UTC)
