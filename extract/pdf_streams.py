"""How much the streams of a PDF inflate to, told before any library inflates them.

A stream stands in the file itself, never inside another, so that all are found by looking for
their keyword. Pictures are left out: nobody unpacks them here, and an honest scan is large.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Generator, Iterable
from contextlib import suppress

from extract.errors import Undecodable, UndecodableReason
from extract.sentences import say

INFLATED_LIMIT = 128 * 1024 * 1024
"""Bytes of all streams but pictures; the content and fonts of a long report have 20 MB."""

DICTIONARY = 2048
"""Bytes before a stream in which its dictionary stands."""

_STEP = 1 << 20
_STREAM = re.compile(rb">>\s*stream\r?\n")
_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b")
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_OBJECT = re.compile(rb"\bobj\b")


def refuse_bombs(body: bytes) -> None:
    """Raises Undecodable (TOO_LARGE) for streams that inflate to more than INFLATED_LIMIT.

    What cannot be inflated here (encrypted, damaged, of other filters) is not counted.
    """
    total = 0
    for found in _STREAM.finditer(body):
        before = body[max(found.start() - DICTIONARY, 0) : found.start()]
        dictionary = _OBJECT.split(before)[-1]
        filters = len(_FLATE.findall(dictionary))
        if filters and not _PICTURE.search(dictionary):
            total += _inflated_size(body, found.end(), min(filters, 4), INFLATED_LIMIT - total)
        if total > INFLATED_LIMIT:
            text = say("inflates_to_more", limit=INFLATED_LIMIT)
            raise Undecodable(text, reason=UndecodableReason.TOO_LARGE)


def _inflated_size(body: bytes, start: int, filters: int, room: int) -> int:
    """Bytes that come out of a chain of inflaters, counted little further than ``room``."""
    pieces = (body[place : place + _STEP] for place in range(start, len(body), _STEP))
    for _ in range(filters):
        pieces = _inflated(pieces)
    total = 0
    with suppress(zlib.error):
        for piece in pieces:
            total += len(piece)
            if total > room:
                break
    return total


def _inflated(pieces: Iterable[bytes]) -> Generator[bytes, None, None]:
    inflater = zlib.decompressobj()
    for piece in pieces:
        rest = piece
        while rest and not inflater.eof:
            yield inflater.decompress(rest, _STEP)
            rest = inflater.unconsumed_tail
        if inflater.eof:
            return
