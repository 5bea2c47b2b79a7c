"""What a worker process does: it reads captures with a reader of its own."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence

from archive.capture import Capture
from archive.errors import ArchiveError
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.rows import CaptureRow
from extract.pipeline import read_capture
from extract.report import SkipReason
from extract.rows import Extraction, rows_of, rows_of_failure

_reader: ArchiveReader | None = None


def prepare(folder: DataFolder) -> None:
    """Gives this process its reader; a worker does it once."""
    global _reader
    _reader = ArchiveReader(folder, ArchiveIndex.open(folder.archive_db, read_only=True))
    # what is imported stays: walking it with each collection took 7 % of the reading
    gc.freeze()


def read_rows(rows: Sequence[CaptureRow]) -> list[Extraction]:
    """The rows of captures, in order."""
    assert _reader is not None
    return [read_row(row, _reader.capture) for row in rows]


def read_row(row: CaptureRow, get_capture: Callable[[CaptureRow], Capture]) -> Extraction:
    """The rows of one capture. A damaged record or a fault of ours becomes a finding."""
    try:
        capture = get_capture(row)
        return rows_of(row, read_capture(capture), capture.response.status)
    except ArchiveError as error:
        return rows_of_failure(row, SkipReason.UNDECODABLE, f"{row.url}: {error}")
    except RecursionError as error:
        return rows_of_failure(row, SkipReason.EXTRACTOR_CRASHED, f"{row.url}: {error}")
    except Exception as error:  # noqa: BLE001 - one page must not end the run; it is reported
        detail = f"{row.url}: {type(error).__name__}: {error}"
        return rows_of_failure(row, SkipReason.EXTRACTOR_CRASHED, detail)
