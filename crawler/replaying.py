"""Addresses at which archived pages are opened, and the replay that opens them."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.replay_address import replay_path
from archive.rows import CaptureRow
from crawler.captures_shown import captures_of, nearest, need
from crawler.terminal import shown
from extract.charset import decode_text
from extract.value_places import find_report, get_value
from extract.withheld import Withheld

HOST, PORT = "127.0.0.1", 8078
"""Where replay listens by default: always the same, so that addresses can be noted."""

_ADVERTISEMENT = ".replay"
_LABELS = {"big5hkscs": "big5", "cp950": "big5"}
"""What browsers call a codec, where they do not know Python's name."""


def charset_label(body: bytes, content_type: str | None, is_html: bool) -> str | None:
    """The charset in which extraction reads a page, as browsers call it: what is seen is what was
    read. None for an empty body.
    """
    if not body:
        return None
    charset = decode_text(body, content_type=content_type, is_html=is_html).charset
    return _LABELS.get(charset, charset)


@contextmanager
def advertised(folder: DataFolder, origin: str) -> Iterator[None]:
    """Says where this replay runs to the commands that print addresses, until it ends, however
    that happens. A second replay of a folder, and one of a folder that cannot be written, say
    nothing.
    """
    path = folder.root / _ADVERTISEMENT
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        yield
        return
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"origin": origin}).encode("utf-8"), 0)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def find_origin(folder: DataFolder) -> str | None:
    """The origin of the replay that runs over a folder; None when none does."""
    try:
        handle = os.open(folder.root / _ADVERTISEMENT, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # held, so it runs
        said = os.read(handle, 4096)
    else:
        return None
    finally:
        os.close(handle)
    try:
        return str(json.loads(said)["origin"])
    except (ValueError, KeyError, TypeError):
        return None


def default_origin(port: int | None = None) -> str:
    """Where a replay would run."""
    return f"http://{HOST}:{port or PORT}"


def opened_at(folder: DataFolder, url: str, captured_at: str) -> str:
    """The address at which a capture is opened, by the time as corpus.db has it, for a person."""
    digits = "".join(character for character in captured_at if character.isdigit())[:14]
    running = find_origin(folder)
    address = (running or default_origin()) + replay_path(url, digits)
    return shown(address if running else f"{address} (run `nianbao replay`)")


def find_address(folder: DataFolder, target: str, field: str | None) -> str:
    """The path at which ``target`` is opened: a report id, an archived address (its latest
    capture), or a record id; with a field the place of that value of the report.

    Raises RecordNotFound, TakenDown, and ExtractError when there is no such report or value.
    """
    value = None if field is None else get_value(folder.corpus_db, target, field)
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        row = _row(folder, index, value.record_id if value is not None else target)
    withheld = Withheld(folder)
    withheld.refuse(withheld.find_capture(row.url, row.pointer.record_id), target)
    path = replay_path(row.url, f"{row.captured_at:%Y%m%d%H%M%S}")
    return path + ("" if value is None else value.fragment)


def _row(folder: DataFolder, index: ArchiveIndex, target: str) -> CaptureRow:
    if "://" not in target and not target.startswith("urn:"):
        target = find_report(folder.corpus_db, target) or target
    return need(nearest(captures_of(index, target), None), target)
