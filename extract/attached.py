"""Files that are no pages: told by content, read by the library of their kind, within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from extract.bounded import bounded
from extract.content import Content
from extract.docx_content import docx_content
from extract.errors import Undecodable, UndecodableReason
from extract.file_types import FileType, file_type
from extract.pdf_content import pdf_content
from extract.sentences import say
from extract.sheet_content import xls_content, xlsx_content
from extract.soffice import converted_to_docx

FILE_LIMIT = 64 * 1024 * 1024
"""Bytes of a file (design: 64 MiB downloaded); coded ones are larger before they are decoded."""


CONVERTED_SECONDS = 9.0
"""Time for the DOCX that LibreOffice made: both are over before the worker's own limit."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """How a type is read, and the libraries (extra ``docs``) that it takes."""

    read: Callable[[bytes], Content]
    libraries: tuple[str, ...]


_READERS = {
    FileType.PDF: _Reader(pdf_content, ("pypdfium2", "pdfplumber")),
    FileType.DOCX: _Reader(docx_content, ("mammoth",)),
    FileType.XLSX: _Reader(xlsx_content, ("python_calamine",)),
    FileType.XLS: _Reader(xls_content, ("python_calamine",)),
}
_CONVERTED = {FileType.DOC: ".doc", FileType.WPS: ".wps", FileType.RTF: ".rtf"}
"""Types that LibreOffice makes DOCX of, with the suffix by which it knows them."""

READABLE = frozenset({*_READERS, *_CONVERTED})
"""Media types of files that there is a reader for."""

_NAMED = re.compile(r"[^\w.+/-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """A file read. ``media_type`` is that of its content."""

    media_type: str
    content: Content


def read_file(body: bytes, *, found: str, name: str | None, url: str) -> FileReading:
    """Reads a file. ``found`` is the media type that decode saw, ``name`` the file's or None.

    Raises Undecodable, whose message names the address, with the reason; never hangs, and takes
    no more memory than ``bounded`` allows.
    """
    if len(body) > FILE_LIMIT:
        text = say(
            "about", named=url, said=say("file_too_large", count=len(body), limit=FILE_LIMIT)
        )
        raise Undecodable(text, reason=UndecodableReason.TOO_LARGE)
    if found == FileType.OLE or found in _CONVERTED:
        kind = file_type(body, found=found, name=name)
        if kind in _CONVERTED:
            return FileReading(media_type=kind, content=_converted(body, FileType(kind), url))
    return bounded(lambda: _told_and_read(body, found=found, name=name), what=f"{url}:")


def _converted(body: bytes, kind: FileType, url: str) -> Content:
    _require(_READERS[FileType.DOCX].libraries, kind)
    try:
        docx = converted_to_docx(body, suffix=_CONVERTED[kind])
    except Undecodable as error:
        said = say("about", named=url, said=say("about", named=kind, said=error))
        raise Undecodable(said, reason=error.reason) from None
    return bounded(lambda: docx_content(docx), what=f"{url}:", seconds=CONVERTED_SECONDS)


def _told_and_read(body: bytes, *, found: str, name: str | None) -> FileReading:
    kind = file_type(body, found=found, name=name)
    if kind == FileType.ENCRYPTED_OFFICE:
        text = say("is_encrypted")
        raise Undecodable(text, reason=UndecodableReason.ENCRYPTED)
    if kind not in _READERS:
        text = say("no_reader", media_type=shown_type(kind))
        raise Undecodable(text, reason=UndecodableReason.UNSUPPORTED_MEDIA)
    reader = _READERS[FileType(kind)]
    _require(reader.libraries, FileType(kind))
    return FileReading(media_type=kind, content=reader.read(body))


def shown_type(media_type: str) -> str:
    """A media type, which a server may have made of anything, fit to be shown."""
    return _NAMED.sub("", media_type)[:80]


def _require(libraries: tuple[str, ...], kind: FileType) -> None:
    missing = [name for name in libraries if find_spec(name) is None]
    if missing:
        text = say("needs_libraries", kind=kind, libraries=", ".join(missing))
        raise Undecodable(text, reason=UndecodableReason.READER_MISSING)
