"""Where a response ends, however its bytes are cut into pieces, and as the archive reads it."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.http_message import decode_body, split_response
from crawler.response_framing import ResponseFraming, UnreadableResponse

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
WHOLE = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 204 None\r\n\r\n",
    CHUNKED + b'3;a="b"\r\nabc\r\n a \t\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n',
    CHUNKED + b"1\na\n0\n\n",
]
UNREADABLE = [
    b"SSH-2.0-OpenSSH\r\n",
    b"\r\n",
    b"HTTP/1.1 abc OK\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    CHUNKED + b"zz\r\n",
    CHUNKED + b"1\r\nab\r\n",
    CHUNKED + b"1" * 20_000,
    CHUNKED + b"0\r\n" + b"X: y\r\n" * 20_000,
]


def framed(octets: bytes, sizes: list[int], method: str = "GET") -> ResponseFraming:
    framing, start = ResponseFraming(method), 0
    for size in [*sizes, len(octets)]:
        if piece := octets[start : start + size]:
            framing.feed(piece)
        start += size
    return framing


@given(st.sampled_from(WHOLE), st.lists(st.integers(1, 20)), st.binary(max_size=9))
def test_the_end_is_found_in_any_pieces(octets, sizes, behind):
    framing = framed(octets, sizes)
    assert framing.headed
    assert framing.ended, "the response is whole"
    assert framing.persistent
    assert not framed(octets[:-1], sizes).ended, "without its last byte it is not"
    followed = framed(octets + behind, [])
    assert followed.excess == len(behind)
    assert followed.persistent is not bool(behind)
    split = split_response(BytesIO(octets))
    body = decode_body(BytesIO(octets), split.body_start, head=split.head, method="GET")
    assert not body.torn, "the archive agrees"


@given(st.sampled_from(UNREADABLE), st.lists(st.integers(1, 3000), max_size=30))
def test_what_is_no_response_is_said_to_be_none(octets, sizes):
    with pytest.raises(UnreadableResponse):
        framed(octets, sizes)


@pytest.mark.parametrize(
    ("octets", "method"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "HEAD"),
        (b"HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n", "GET"),
        (b"HTTP/1.1 304 No\r\nTransfer-Encoding: chunked\r\n\r\n", "GET"),
        (b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 1\r\n\r\na", "GET"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "GET"),
    ],
)
def test_connections_that_carry_nothing_more(octets, method):
    framing = framed(octets, [], method)
    assert (framing.ended, framing.persistent) == (True, False)


def test_a_body_until_close_has_no_end_of_its_own():
    for head in (b"", b"Transfer-Encoding: gzip\r\n"):
        framing = framed(b"HTTP/1.1 200 OK\r\n" + head + b"\r\nabc" * 9, [])
        assert (framing.ended, framing.ends_with_connection) == (False, True)
        assert not framing.persistent
