"""The ZIP package of an office file, checked before any library inflates it.

What the central directory says is checked first, then the bytes are counted as they are inflated:
a directory can lie.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from extract.errors import Undecodable, UndecodableReason
from extract.sentences import say

MEMBERS_LIMIT = 2_000
"""Members of a package; a report with pictures has 50."""

INFLATED_LIMIT = 128 * 1024 * 1024
"""Bytes of all members; as of a content coding (design: 128 MiB decoded)."""

XML_LIMIT = 32 * 1024 * 1024
"""Bytes of one XML part: parsed it takes ten times as much. A report's has 1 MB."""

_STEP = 1 << 16
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def member_names(body: bytes) -> frozenset[str]:
    """The names of a ZIP's members; empty for one that is damaged or has too many."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
        return frozenset()
    return frozenset(names) if len(names) <= MEMBERS_LIMIT else frozenset()


def checked_members(body: bytes) -> dict[str, bytes]:
    """The XML members of a package, each counted while it was inflated.

    Raises Undecodable: TOO_LARGE, ENCRYPTED, or DAMAGED; also for an XML part that declares
    a document type (OOXML, ECMA-376 part 2 §7.2.3 forbids it): entities come with it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            return _inflated(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        text = say("zip_damaged", error=error)
        raise Undecodable(text, reason=UndecodableReason.DAMAGED) from None


def _inflated(package: zipfile.ZipFile) -> dict[str, bytes]:
    members = package.infolist()
    _refuse_above(len(members), MEMBERS_LIMIT, say("zip_members"))
    _refuse_above(sum(m.file_size for m in members), INFLATED_LIMIT, say("bytes_inflated"))
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        # readers disagree on which of two members of one name they take
        text = say("zip_repeated")
        raise Undecodable(text, reason=UndecodableReason.DAMAGED)
    found: dict[str, bytes] = {}
    total = 0
    for member in members:
        if member.flag_bits & 1:
            text = say("zip_encrypted", name=f"{member.filename!r:.80}")
            raise Undecodable(text, reason=UndecodableReason.ENCRYPTED)
        is_xml = member.filename.lower().endswith((".xml", ".rels"))
        content = bytearray()
        with package.open(member) as stream:
            while piece := stream.read(_STEP):
                total += len(piece)
                _refuse_above(total, INFLATED_LIMIT, say("bytes_inflated"))
                if is_xml:
                    content += piece
                    what = say("bytes_in_member", name=f"{member.filename!r:.80}")
                    _refuse_above(len(content), XML_LIMIT, what)
        if is_xml:
            found[member.filename] = _safe(bytes(content), member.filename)
    return found


def _safe(xml: bytes, name: str) -> bytes:
    # UTF-16 has NUL bytes between the characters of a declaration
    if _DECLARATION.search(xml.replace(b"\x00", b"")):
        text = say("declares_type", name=f"{name!r:.80}")
        raise Undecodable(text, reason=UndecodableReason.DAMAGED)
    return xml


def _refuse_above(amount: int, limit: int, of_what: str) -> None:
    if amount > limit:
        text = say("at_least_above_limit", amount=amount, said_what=of_what, limit=limit)
        raise Undecodable(text, reason=UndecodableReason.TOO_LARGE)
