"""Removing the content coding of a response, bounded.

Accept-Encoding offers gzip alone, yet some portals send other codings regardless. Owns the limit
on decoded bytes: a bomb costs no more memory than that.
"""

from __future__ import annotations

import zlib

from extract.errors import Undecodable, UndecodableReason
from extract.sentences import say

DECODED_LIMIT = 128 * 1024 * 1024
"""Bytes after removing the coding (design: 128 MiB decoded)."""

CODINGS_LIMIT = 3
"""Codings stacked on one body; more than one has never been seen on an honest server."""

_STEP = 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"


def remove_coding(body: bytes, *, coding: str | None, url: str) -> tuple[bytes, list[str]]:
    """The body without its content coding, and notes on what was odd.

    ``coding`` is the Content-Encoding header, None or empty for none; several are removed last
    first (RFC 9110 §8.4). A body torn in the middle gives what came before, with a note; a body
    that was labelled but is not coded is taken as it is. Raises Undecodable.
    """
    names = [name.strip().lower() for name in (coding or "").split(",") if name.strip()]
    notes: list[str] = []
    if len(names) > CODINGS_LIMIT:
        raise Undecodable(
            say("about", named=url, said=say("codings_stacked", count=len(names))),
            reason=UndecodableReason.CORRUPT_CODING,
        )
    for name in reversed(names):
        body = _remove_one(body, name, url, notes)
    if not names and body.startswith(_GZIP_MAGIC + b"\x08"):
        body = _remove_one(body, "gzip", url, notes)
        notes.append(say("note_gzip_unlabelled"))
    if len(body) > DECODED_LIMIT:
        raise _too_large(url)
    return body, notes


def _remove_one(body: bytes, name: str, url: str, notes: list[str]) -> bytes:
    if name in ("identity", "none", "utf-8", "utf8"):
        return body
    if name in ("gzip", "x-gzip"):
        if not body.startswith(_GZIP_MAGIC):
            notes.append(say("note_not_gzip"))
            return body
        return _inflate(body, zlib.MAX_WBITS | 16, url, notes)
    if name == "deflate":
        # RFC 9110 means zlib; some servers send the raw stream
        zlib_header = len(body) > 1 and (body[0] << 8 | body[1]) % 31 == 0 and body[0] & 15 == 8
        return _inflate(body, zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS, url, notes)
    raise Undecodable(
        say("about", named=url, said=say("coding_unsupported", name=repr(name))),
        reason=UndecodableReason.UNSUPPORTED_CODING,
    )


def _inflate(body: bytes, wbits: int, url: str, notes: list[str]) -> bytes:
    """All members of a gzip body, or one zlib or raw stream."""
    out = bytearray()
    rest = body
    while rest:
        inflater = zlib.decompressobj(wbits)
        try:
            while rest and not inflater.eof:
                out += inflater.decompress(rest, _STEP)
                rest = inflater.unconsumed_tail
                if len(out) > DECODED_LIMIT:
                    raise _too_large(url)
        except zlib.error as error:
            if not out:
                raise Undecodable(
                    say("about", named=url, said=say("body_corrupt", error=error)),
                    reason=UndecodableReason.CORRUPT_CODING,
                ) from None
            notes.append(say("note_corrupt"))
            break
        out += inflater.flush()
        if not inflater.eof:
            notes.append(say("note_cut"))
            break
        rest = inflater.unused_data
        if not rest.startswith(_GZIP_MAGIC):
            break
    return bytes(out)


def _too_large(url: str) -> Undecodable:
    said = "; ".join([say("decoded_too_large", limit=DECODED_LIMIT), say("look_by_hand")])
    return Undecodable(say("about", named=url, said=said), reason=UndecodableReason.TOO_LARGE)
