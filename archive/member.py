"""Gzip members: one for each record, compressed by isal level 2, decompressed within bounds."""

from __future__ import annotations

from collections.abc import Callable

from isal import isal_zlib

from archive.errors import DamagedRecord
from archive.records import RECORD_END, Block

LEVEL = 2
"""isal's: 374 MB/s, members 10 % larger than warcio's own gzip at 70 MB/s."""

_GZIP = 31
"""wbits: a gzip header and a checksum."""

AT_ONCE = 1024 * 1024
"""A record up to this many bytes is compressed in one call, a larger one streamed."""

MAX_RECORD_BYTES = 192 * 1024 * 1024
"""Of a decompressed member, head included: three times the largest download. What holds more is
not written, and on reading is taken for a bomb."""


def write_member(head: bytes, block: Block, sink: Callable[[bytes], None]) -> None:
    """Hands one record, head and block and its end, to ``sink`` as one gzip member."""
    if block.length <= AT_ONCE:
        sink(isal_zlib.compress(b"".join((head, block.read(), RECORD_END)), LEVEL, _GZIP))
        return
    compressor = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, _GZIP)
    sink(compressor.compress(head))
    for piece in block.pieces():
        if packed := compressor.compress(piece):
            sink(packed)
    sink(compressor.compress(RECORD_END) + compressor.flush())


def read_member(packed: bytes) -> tuple[bytes, int]:
    """Decompresses the member at the start of ``packed``: its content, and where it ends.

    Raises DamagedRecord for a torn member, a wrong checksum, or content above MAX_RECORD_BYTES.
    """
    decompressor = isal_zlib.decompressobj(wbits=_GZIP)
    try:
        content = decompressor.decompress(packed, MAX_RECORD_BYTES)
    except isal_zlib.error as error:  # type: ignore[misc]  # declared as an instance
        raise DamagedRecord(f"not a whole gzip member ({error})") from error
    if not decompressor.eof:
        raise DamagedRecord(
            f"the gzip member is larger than {MAX_RECORD_BYTES} bytes"
            if len(content) >= MAX_RECORD_BYTES
            else "the gzip member is torn"
        )
    return content, len(packed) - len(decompressor.unused_data)
