"""The index of a WACZ: CDXJ lines in gzip members of many, and a list of where each member begins.

``index.idx`` begins with ``!meta 0 {"format": "cdxj-gzip-1.0", "filename": …}``; each line after it
is key and time of a member's first line, and JSON with offset, length and digest of the member. So
a replay tool looks an address up by one small list and one member.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

FORMAT = "cdxj-gzip-1.0"
LINES = 1024
"""CDXJ lines of a member: about 20 KB packed."""

_GZIP = 31


def write_zipnum(
    lines: Iterable[str], *, data_name: str, data: Callable[[bytes], object]
) -> Iterator[str]:
    """Hands sorted lines, packed, to ``data``, and gives the lines of the list."""
    yield f"!meta 0 {json.dumps({'format': FORMAT, 'filename': data_name})}\n"
    offset, waiting = 0, iter(lines)
    while block := list(islice(waiting, LINES)):
        packer = zlib.compressobj(wbits=_GZIP)
        packed = packer.compress("".join(block).encode("utf-8", "surrogatepass")) + packer.flush()
        data(packed)
        digest = f"sha256:{hashlib.sha256(packed).hexdigest()}"
        place = {"offset": offset, "length": len(packed), "digest": digest}
        yield f"{block[0].partition(' {')[0]} {json.dumps(place)}\n"
        offset += len(packed)
