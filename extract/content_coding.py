"""Removing the content coding of a response, bounded.

Accept-Encoding offers gzip alone, yet some portals send other codings regardless. Owns the limit
on decoded bytes: a bomb costs no more memory than that.
"""

from __future__ import annotations

import zlib

from extract.errors import Undecodable, UndecodableReason

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
            f"{url}: {len(names)} content codings stacked", reason=UndecodableReason.CORRUPT_CODING
        )
    for name in reversed(names):
        body = _remove_one(body, name, url, notes)
    if not names and body.startswith(_GZIP_MAGIC + b"\x08"):
        body = _remove_one(body, "gzip", url, notes)
        notes.append("gzip without a Content-Encoding header")
    if len(body) > DECODED_LIMIT:
        raise _too_large(url)
    return body, notes


def _remove_one(body: bytes, name: str, url: str, notes: list[str]) -> bytes:
    if name in ("identity", "none", "utf-8", "utf8"):
        return body
    if name in ("gzip", "x-gzip"):
        if not body.startswith(_GZIP_MAGIC):
            notes.append("labelled gzip but not gzip")
            return body
        return _inflate(body, zlib.MAX_WBITS | 16, url, notes)
    if name == "deflate":
        # RFC 9110 means zlib; some servers send the raw stream
        zlib_header = len(body) > 1 and (body[0] << 8 | body[1]) % 31 == 0 and body[0] & 15 == 8
        return _inflate(body, zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS, url, notes)
    raise Undecodable(
        f"{url}: content coding {name!r} is not supported; only gzip and deflate are",
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
                    f"{url}: the compressed body is corrupt from its start ({error})",
                    reason=UndecodableReason.CORRUPT_CODING,
                ) from None
            notes.append("the compressed body is corrupt, its end is missing")
            break
        out += inflater.flush()
        if not inflater.eof:
            notes.append("the compressed body is cut, its end is missing")
            break
        rest = inflater.unused_data
        if not rest.startswith(_GZIP_MAGIC):
            break
    return bytes(out)


def _too_large(url: str) -> Undecodable:
    return Undecodable(
        f"{url}: more than {DECODED_LIMIT} bytes after removing the content coding; "
        "look at the archived record by hand",
        reason=UndecodableReason.TOO_LARGE,
    )
