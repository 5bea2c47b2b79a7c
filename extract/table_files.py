"""What every writer of a table does: takes batches of rows, ends, and leaves a whole file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from extract.panel_rows import Row

ROWS_AT_A_TIME = 1000
"""Rows of a batch; a batch of the panel takes about 20 MB."""


class TableFile(Protocol):
    """A table being written. ``close`` makes the file whole; without it nothing of it counts."""

    def write(self, rows: Sequence[Row]) -> None:
        """Adds rows, in the order of the columns."""

    def close(self) -> None:
        """Ends the file."""

    def abandon(self) -> None:
        """Lets go of what is open, after an error."""
