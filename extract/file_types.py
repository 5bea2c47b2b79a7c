"""The media type of a file: by its content, then by the header, then by its name.

decode tells text from the rest by the first bytes; here the containers that many formats share
(ZIP, OLE compound files) are told apart.
"""

from __future__ import annotations

import re
from email.message import Message
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from extract.office_package import member_names


class FileType(StrEnum):
    """Media types of files that reports are published as, and of those that stand beside them."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    DOC = "application/msword"
    XLS = "application/vnd.ms-excel"
    PPT = "application/vnd.ms-powerpoint"
    WPS = "application/kswps"
    RTF = "application/rtf"
    OFD = "application/ofd"
    ENCRYPTED_OFFICE = "application/x-encrypted-office"
    ZIP = "application/zip"
    OLE = "application/x-ole-storage"
    RAR = "application/vnd.rar"
    SEVEN_ZIP = "application/x-7z-compressed"


_ZIP_MEMBERS = (
    (re.compile(r"word/document\d*\.xml"), FileType.DOCX),
    (re.compile(r"xl/workbook\.(?:xml|bin)"), FileType.XLSX),
    (re.compile(r"ppt/presentation\.xml"), FileType.PPTX),
    (re.compile(r"OFD\.xml", re.IGNORECASE), FileType.OFD),
)
_OLE_STREAMS = (
    ("EncryptedPackage", FileType.ENCRYPTED_OFFICE),
    ("WordDocument", FileType.DOC),
    ("Workbook", FileType.XLS),
    ("Book", FileType.XLS),
    ("PowerPoint Document", FileType.PPT),
)
_BY_SUFFIX = {
    ".pdf": FileType.PDF,
    ".docx": FileType.DOCX,
    ".xlsx": FileType.XLSX,
    ".pptx": FileType.PPTX,
    ".doc": FileType.DOC,
    ".wps": FileType.WPS,
    ".xls": FileType.XLS,
    ".et": FileType.XLS,
    ".ppt": FileType.PPT,
    ".ofd": FileType.OFD,
    ".rtf": FileType.RTF,
    ".rar": FileType.RAR,
    ".7z": FileType.SEVEN_ZIP,
    ".zip": FileType.ZIP,
}
_UNTOLD = ("application/octet-stream", "application/x-download", "application/force-download")


def file_type(body: bytes, *, found: str, name: str | None) -> str:
    """The media type of a body that is no text.

    ``found`` is what decode saw (the signature's type, else the header's); ``name`` the file's, or
    None. A container that shows nothing of its content is what its name says, if it can be that.
    """
    by_name = _BY_SUFFIX.get(_suffix(name or ""))
    if found == FileType.ZIP:
        return _in_zip(body) or _if_among(by_name, _OF_ZIP) or FileType.ZIP
    if found == FileType.OLE:
        return _in_ole(body, by_name)
    if found in _UNTOLD and by_name is not None:
        return by_name
    return found


_OF_ZIP = (FileType.DOCX, FileType.XLSX, FileType.PPTX, FileType.OFD)
_OF_OLE = (FileType.DOC, FileType.XLS, FileType.PPT, FileType.WPS)


def _if_among(wanted: FileType | None, types: tuple[FileType, ...]) -> FileType | None:
    return wanted if wanted in types else None


def _in_zip(body: bytes) -> FileType | None:
    names = member_names(body)
    for pattern, kind in _ZIP_MEMBERS:
        if any(map(pattern.fullmatch, names)):
            return kind
    return None


def _in_ole(body: bytes, by_name: FileType | None) -> FileType:
    """By the names of the streams; a document that holds another as an object has both."""
    found = [kind for name, kind in _OLE_STREAMS if _entry(name) in body]
    if by_name in found:
        return found[found.index(by_name)]
    return found[0] if found else _if_among(by_name, _OF_OLE) or FileType.OLE


def _entry(name: str) -> bytes:
    """A stream's name as its directory entry begins ([MS-CFB] 2.6.1): UTF-16, closed by a zero."""
    return name.encode("utf-16-le") + b"\x00\x00"


def file_name(url: str, content_disposition: str | None) -> str | None:
    """The name that a response gives its file: of the header (RFC 6266), else of the address."""
    if content_disposition:
        message = Message()
        message["Content-Disposition"] = content_disposition.replace("\r", " ").replace("\n", " ")
        name = message.get_filename()
        if name:
            return unquote(name)
    return unquote(urlsplit(url).path.rpartition("/")[2]) or None


def _suffix(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:].lower().strip(' "') if dot >= 0 else ""
