"""Whether a record still holds the bytes that its digests were taken of."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator

from archive.capture import spool
from archive.http_message import decode_body, iter_pieces, parse_request, split_block
from archive.records import Block, RecordHeaders, RecordType

ALGORITHMS = frozenset({"md5", "sha1", "sha256", "sha512"})


def find_wrong_digests(headers: RecordHeaders, block: Block) -> Iterator[str]:
    """What is wrong with a record's digests, in words; nothing when all hold.

    The payload of a response is its transfer-decoded body (WARC 1.1 §5.9); the digest over the
    body as it crossed the wire, which some tools write, is taken too: the block digest guards
    those bytes. A revisit's payload digest is that of another record, and not looked at here.
    """
    stated = headers.get("warc-block-digest")
    if stated is not None and not _holds(stated, block.pieces()):
        yield f"the block does not have the digest {stated}"
    stated = headers.get("warc-payload-digest")
    if stated is None or headers.record_type == RecordType.REVISIT:
        return
    if not any(_holds(stated, pieces) for pieces in _payloads(headers, block)):
        yield f"the payload does not have the digest {stated}"


def _payloads(headers: RecordHeaders, block: Block) -> Iterator[Iterable[bytes]]:
    """What the payload of a block may be, the likeliest first."""
    content_type = headers.get("content-type") or ""
    if not content_type.startswith("application/http"):
        yield block.pieces()
        return
    source = _alone(block)
    if headers.record_type == RecordType.REQUEST:
        yield (parse_request(source.source).body,)
        return
    split = split_block(block.read())
    if split.head is None:
        yield source.pieces()
        return
    for method in ("GET", "HEAD"):
        body = decode_body(source.source, split.body_start, head=split.head, method=method)
        yield (body.payload,)
    yield iter_pieces(source.source, split.body_start, source.length)


def _alone(block: Block) -> Block:
    """The block as a file of its own, without what stands before and behind it in the record."""
    alone = spool()
    for piece in block.pieces():
        alone.write(piece)
    return Block(alone, 0, block.length)


def _holds(stated: str, pieces: Iterable[bytes]) -> bool:
    """Whether bytes have a digest, written in Base32 or Base16. One of an unknown algorithm cannot
    be judged, and holds.
    """
    algorithm, _, value = stated.partition(":")
    algorithm = algorithm.lower().replace("-", "")
    if algorithm not in ALGORITHMS:
        return True
    hasher = hashlib.new(algorithm, usedforsecurity=False)
    for piece in pieces:
        hasher.update(piece)
    return hasher.digest() in _decoded(value)


def _decoded(value: str) -> Iterator[bytes]:
    for decode in (base64.b32decode, bytes.fromhex, base64.b64decode):
        try:
            yield decode(value)
        except (ValueError, binascii.Error):
            continue
