"""One verdict more in review.csv: a line behind the others, whole or not at all.

The other lines are the user's and stay as they are, byte for byte: columns in the order that the
file names them, its own line ends. The file's own lock (flock), not the data folder's, keeps two
writers apart: a person judges values while a crawl of hours runs.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from extract.csv_lines import decoded, header_of, iter_lines
from extract.errors import InvalidReview
from extract.review_csv import COLUMNS, FORM, as_cell, verdict_of

_BOM = b"\xef\xbb\xbf"
"""In front of a new file: without it, Excel takes UTF-8 for the system's charset."""


def append_verdict(path: Path, values: Mapping[str, str]) -> None:
    """Writes a verdict, by the names of columns, behind what the file says; makes the file.

    What is not given is blank. On disk when it returns. Raises InvalidReview when the file is not
    understood as it is, lacks a column that is needed, or cannot be written to; it is then as it
    was.
    """
    try:
        with _locked(path) as handle:
            _append(path, handle, {name: value for name, value in values.items() if value})
    except OSError as error:
        raise InvalidReview(f"{path} cannot be written to: {error.strerror}") from error


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, opened to append and held alone. A program that saves by renaming may put another
    file in its place before the lock is ours: then that one is opened."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _is_still(path, handle):
                yield handle
                return
        finally:
            os.close(handle)


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _append(path: Path, handle: int, values: Mapping[str, str]) -> None:
    with os.fdopen(os.dup(handle), "rb") as file:
        content = file.read()
    text = decoded(path, content, FORM)
    for known in iter_lines(path, text, FORM) if text else ():
        verdict_of(known)  # nothing is added to a file that will not be read
    header = _header(path, text)
    lacking = [name for name in values if name not in header]
    if lacking:
        raise InvalidReview(f"{path} line 1: name a column {lacking[0]} there, it is needed")
    end = "\r\n" if "\r\n" in text else "\n"
    line = _line([as_cell(values.get(name, "")) for name in header], end)
    for read_back in iter_lines(path, _line(header, end) + line, FORM):
        verdict_of(read_back)
    if not text:
        addition = _BOM + (_line(header, end) + line).encode()
    else:
        addition = ("" if text.endswith(("\n", "\r")) else end).encode() + line.encode()
    _write(handle, len(content), addition)


def _header(path: Path, text: str) -> list[str]:
    if not text:
        return list(COLUMNS)
    return header_of(path, next(csv.reader(io.StringIO(text, newline=""))), FORM)


def _line(cells: list[str], end: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerow(cells)
    return out.getvalue()


def _write(handle: int, size: int, addition: bytes) -> None:
    """In one write, which a kill does not part; a full disk leaves the file as it was."""
    try:
        written = os.write(handle, addition)
        if written < len(addition):
            raise OSError(28, "no space left")
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, size)
        raise
