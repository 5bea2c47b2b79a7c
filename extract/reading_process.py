"""What a worker process does: it reads captures with a reader of its own."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence

from archive.capture import Capture, Role
from archive.errors import ArchiveError
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.rows import CaptureRow
from extract.file_of_page import LinkingPage
from extract.known_bodies import NONE_KNOWN, KnownBodies
from extract.pipeline import read_capture
from extract.report import SkipReason
from extract.rows import Extraction, reading_version, rows_of, rows_of_failure

_reader: ArchiveReader | None = None
_bodies: KnownBodies = NONE_KNOWN


def prepare(folder: DataFolder, bodies: KnownBodies = NONE_KNOWN) -> None:
    """Gives this process its reader, and what the user knows of bodies; a worker does it once."""
    global _reader, _bodies
    _bodies = bodies
    _reader = ArchiveReader(folder, ArchiveIndex.open(folder.archive_db, read_only=True))
    # what is imported stays: walking it with each collection took 7 % of the reading
    gc.freeze()


def read_rows(rows: Sequence[CaptureRow]) -> list[Extraction]:
    """The rows of captures, in order."""
    assert _reader is not None
    return [read_row(row, _reader.capture, _reader.find, _bodies) for row in rows]


def read_row(
    row: CaptureRow,
    get_capture: Callable[[CaptureRow], Capture],
    find_row: Callable[[str], CaptureRow | None],
    bodies: KnownBodies = NONE_KNOWN,
) -> Extraction:
    """The rows of one capture. A damaged record or a fault of ours becomes a finding."""
    version = reading_version(bodies)
    try:
        capture = get_capture(row)
        page = _linking_page(row, get_capture, find_row, bodies)
        outcome = read_capture(capture, bodies, page=page)
        return rows_of(row, outcome, capture.response.status, read_by=version)
    except ArchiveError as error:
        reason, detail = SkipReason.UNDECODABLE, f"{row.url}: {error}"
    except RecursionError as error:
        reason, detail = SkipReason.EXTRACTOR_CRASHED, f"{row.url}: {error}"
    except Exception as error:  # noqa: BLE001 - one page must not end the run; it is reported
        reason = SkipReason.EXTRACTOR_CRASHED
        detail = f"{row.url}: {type(error).__name__}: {error}"
    return rows_of_failure(row, reason, detail, read_by=version)


def _linking_page(
    row: CaptureRow,
    get_capture: Callable[[CaptureRow], Capture],
    find_row: Callable[[str], CaptureRow | None],
    bodies: KnownBodies,
) -> LinkingPage | None:
    """The page that a file is read in the light of: the capture by which its link was found, so
    that the same archive always gives the same. None without one, or when it cannot be read.
    """
    if row.context.role is not Role.ATTACHMENT or row.context.page_record is None:
        return None
    page_row = find_row(row.context.page_record)
    if page_row is None:
        return None
    try:
        page = get_capture(page_row)
    except ArchiveError:
        return None  # the page's own reading says that its record is damaged
    return LinkingPage.of(read_capture(page, bodies), page.context)
