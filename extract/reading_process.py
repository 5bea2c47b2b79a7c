"""What a worker process does: it reads captures with a reader of its own."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from archive.capture import Capture, Role
from archive.errors import ArchiveError
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.rows import CaptureRow
from extract.file_of_page import LinkingPage
from extract.known_bodies import NONE_KNOWN, KnownBodies
from extract.pipeline import read_capture, read_part
from extract.report import Outcome, SkipReason
from extract.rows import Extraction, asked_url, reading_version, rows_of, rows_of_failure
from extract.split_articles import part_rows

FindParts = Callable[[CaptureRow, Sequence[str]], Iterable[CaptureRow]]
"""The captures of a page's further parts that count beside this one of the page."""

_reader: ArchiveReader | None = None
_find_parts: FindParts | None = None
_bodies: KnownBodies = NONE_KNOWN


def prepare(folder: DataFolder, bodies: KnownBodies = NONE_KNOWN) -> None:
    """Gives this process its reader, and what the user knows of bodies; a worker does it once."""
    global _reader, _bodies, _find_parts
    _bodies = bodies
    index = ArchiveIndex.open(folder.archive_db, read_only=True)
    _reader, _find_parts = ArchiveReader(folder, index), partial(part_rows, index)
    # what is imported stays: walking it with each collection took 7 % of the reading
    gc.freeze()
    # a page makes tens of thousands of objects and no cycles that matter: rarer looks, 4 % less
    gc.set_threshold(20_000, 20, 50)


def read_rows(rows: Sequence[CaptureRow]) -> list[Extraction]:
    """The rows of captures, in order."""
    assert _reader is not None
    reader, find_parts = _reader, _find_parts
    return [read_row(row, reader.capture, reader.find, _bodies, find_parts) for row in rows]


def read_row(
    row: CaptureRow,
    get_capture: Callable[[CaptureRow], Capture],
    find_row: Callable[[str], CaptureRow | None],
    bodies: KnownBodies = NONE_KNOWN,
    find_parts: FindParts | None = None,
) -> Extraction:
    """The rows of one capture. A damaged record or a fault of ours becomes a finding."""
    version = reading_version(bodies)
    try:
        capture = get_capture(row)
        page = _linking_page(row, get_capture, find_row, bodies)
        if page is not None and page.goes_on_at(asked_url(row)):
            outcome = read_part(capture, page.document.url)
            made = rows_of(row, outcome, capture.response.status, read_by=version)
            return replace(made, part_of=page.document.url)
        outcome = read_capture(capture, bodies, page=page)
        if find_parts is not None and row.context.role is Role.REPORT:
            rows = find_parts(row, _further(outcome))
            outcome = _whole(capture, outcome, rows, get_capture, bodies)
        return rows_of(row, outcome, capture.response.status, read_by=version)
    except ArchiveError as error:
        reason, detail = SkipReason.UNDECODABLE, f"{row.url}: {error}"
    except RecursionError as error:
        reason, detail = SkipReason.EXTRACTOR_CRASHED, f"{row.url}: {error}"
    except Exception as error:  # noqa: BLE001 - one page must not end the run; it is reported
        reason = SkipReason.EXTRACTOR_CRASHED
        detail = f"{row.url}: {type(error).__name__}: {error}"
    return rows_of_failure(row, reason, detail, read_by=version)


def _further(outcome: Outcome) -> list[str]:
    return [link.url for link in outcome.document.further] if outcome.document else []


def _whole(
    capture: Capture,
    outcome: Outcome,
    rows: Iterable[CaptureRow],
    get_capture: Callable[[CaptureRow], Capture],
    bodies: KnownBodies,
) -> Outcome:
    """The reading of a page with those of its further parts that the archive has."""
    parts = []
    for row in rows:
        with suppress(ArchiveError):  # its own reading says that its record is damaged
            parts.append(get_capture(row))
    return read_capture(capture, bodies, parts=parts) if parts else outcome


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
