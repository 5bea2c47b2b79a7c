from __future__ import annotations

import time
from io import BytesIO

import pytest
from archive_samples import chunked, response
from hypothesis import given
from hypothesis import strategies as st

from archive.http_message import (
    MAX_HEADS_BYTES,
    DecodedBody,
    Oddity,
    decode_body,
    decode_chunked,
    parse_request,
    parse_response_head,
    split_response,
    split_response_bytes,
)


def decoded(received: bytes, method: str = "GET") -> DecodedBody:
    split = split_response(BytesIO(received))
    assert split.head is not None
    return decode_body(BytesIO(received), split.body_start, head=split.head, method=method)


def test_interim_heads_are_split_off_but_101_is_final() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    final = response(b"x")
    split = split_response(BytesIO(interim + final))
    assert split.interim == interim
    assert split.start == len(interim)
    assert split.head is not None and split.head.status == 200
    switching = split_response_bytes(
        b"HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    )
    assert switching.interim == b""
    assert switching.head is not None and switching.head.status == 101


@pytest.mark.parametrize(
    "received",
    [
        b"",
        b"garbage",
        b"HTTP/1.1 200 OK\r\nContent-Ty",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"<html>\r\n\r\n</html>",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * MAX_HEADS_BYTES + b"\r\n\r\n",
    ],
)
def test_what_has_no_whole_final_head_is_unparsable(received: bytes) -> None:
    split = split_response(BytesIO(received))
    assert split.head is None
    assert split.interim == b""


def test_headers_keep_case_order_and_repetition_and_join_folds() -> None:
    raw = (
        b"HTTP/1.0  200  Very  OK\nSet-Cookie: a=1\r\nset-COOKIE:b=2\nX-Fold: one\r\n \t two\r\n"
        b"no colon here\r\nSpace : v \r\n\r\n"
    )
    head = parse_response_head(raw)
    assert head is not None
    assert head.raw == raw
    assert head.reason == b"Very  OK"
    assert head.headers == (
        (b"Set-Cookie", b"a=1"),
        (b"set-COOKIE", b"b=2"),
        (b"X-Fold", b"one two"),
        (b"Space", b"v"),
    )
    assert head.oddities == (Oddity.FOLDED_HEADER, Oddity.LINE_WITHOUT_COLON)


def test_a_status_line_without_reason_is_accepted() -> None:
    head = parse_response_head(b"HTTP/1.1 404\r\n\r\n")
    assert head is not None
    assert (head.status, head.reason, head.headers) == (404, b"", ())


def test_chunks_with_extensions_and_trailers() -> None:
    body = decode_chunked(
        BytesIO(b'5;a="b;c"\r\nhello\r\n06 \r\n world\r\n0\r\nT: 1\r\nU: 2\r\n\r\n')
    )
    assert body.payload == b"hello world"
    assert not body.torn
    assert set(body.oddities) == {Oddity.CHUNK_EXTENSIONS, Oddity.TRAILERS}


@pytest.mark.parametrize("cut", range(len(b"5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n")))
def test_a_torn_chunked_body_gives_what_came_and_says_so(cut: int) -> None:
    whole = b"5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n"
    body = decode_chunked(BytesIO(whole[:cut]))
    assert body.torn
    assert Oddity.TORN_BODY in body.oddities
    came = len(b"hello"[: max(0, cut - 3)]) + len(b"abc"[: max(0, cut - 13)])
    assert body.payload == b"helloabc"[:came]


@pytest.mark.parametrize(
    "bad", [b"xyz\r\n", b"-5\r\nhello\r\n", b"5\r\nhelloX\r\n", b"\r\n", b"f" * 20]
)
def test_what_is_no_chunk_ends_the_body_with_a_name(bad: bytes) -> None:
    body = decode_chunked(BytesIO(b"2\r\nok\r\n" + bad + b"0\r\n\r\n"))
    assert body.payload.startswith(b"ok")
    assert body.torn
    assert Oddity.BAD_CHUNK in body.oddities


@given(st.lists(st.binary(min_size=1, max_size=50)), st.binary(max_size=9))
def test_any_chunking_decodes_to_its_parts(parts: list[bytes], behind: bytes) -> None:
    body = decoded(chunked(*parts) + behind)
    assert body.payload == b"".join(parts)
    assert not body.torn
    assert (Oddity.SURPLUS_BYTES in body.oddities) == bool(behind)


@given(st.binary(max_size=300))
def test_no_bytes_make_the_decoder_raise(received: bytes) -> None:
    split_response(BytesIO(received))
    parse_request(BytesIO(received))
    decode_chunked(BytesIO(received))


def test_chunks_of_one_byte_cost_linear_time() -> None:
    def seconds(count: int) -> float:
        stream = BytesIO(b"1\r\na\r\n" * count + b"0\r\n\r\n")
        begin = time.process_time()
        assert len(decode_chunked(stream).payload) == count
        return time.process_time() - begin

    seconds(1000)
    # ten times the bytes: a quadratic decoder takes a hundred times as long
    assert seconds(500_000) < 40 * max(seconds(50_000), 0.005)


@pytest.mark.parametrize(
    ("headers", "body", "payload", "torn", "oddity"),
    [
        ((b"Content-Length: 3",), b"abc", b"abc", False, None),
        ((b"Content-Length: 3",), b"abcd", b"abc", False, Oddity.SURPLUS_BYTES),
        ((b"Content-Length: 3",), b"ab", b"ab", True, Oddity.TORN_BODY),
        ((b"Content-Length: 3", b"content-length: 3"), b"abc", b"abc", False, None),
        ((b"Content-Length: 2", b"Content-Length: 3"), b"abc", b"abc", False, Oddity.BAD_LENGTH),
        ((b"Content-Length: many",), b"abc", b"abc", False, Oddity.BAD_LENGTH),
        ((b"Content-Length: -1",), b"abc", b"abc", False, Oddity.BAD_LENGTH),
        ((), b"to the end", b"to the end", False, None),
        ((b"Transfer-Encoding: identity",), b"abc", b"abc", False, None),
        (
            (b"Content-Length: 99", b"Transfer-Encoding: Chunked"),
            b"1\r\na\r\n0\r\n\r\n",
            b"a",
            False,
            Oddity.LENGTH_AND_CHUNKED,
        ),
        (
            (b"Transfer-Encoding: gzip, chunked",),
            b"1\r\na\r\n0\r\n\r\n",
            b"a",
            False,
            Oddity.OTHER_TRANSFER_CODING,
        ),
    ],
)
def test_framing(
    headers: tuple[bytes, ...], body: bytes, payload: bytes, torn: bool, oddity: Oddity | None
) -> None:
    result = decoded(response(body, headers=headers, length=False))
    assert result.payload == payload
    assert result.torn == torn
    assert result.oddities == (() if oddity is None else (oddity,))


def test_head_204_and_304_have_no_body() -> None:
    assert (
        decoded(response(b"", headers=(b"Content-Length: 99",), length=False), "HEAD").torn is False
    )
    for status in (b"204 No Content", b"304 Not Modified"):
        result = decoded(response(b"x", status=status))
        assert result.payload == b""
        assert result.oddities == (Oddity.SURPLUS_BYTES,)


def test_a_request_body_is_what_follows_its_head() -> None:
    parts = parse_request(BytesIO(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=1"))
    assert parts.headers == ((b"Host", b"a"), (b"Content-Length", b"3"))
    assert parts.body == b"a=1"
    chunky = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n"
    assert parse_request(BytesIO(chunky)).body == b"a=1"
    assert parse_request(BytesIO(b"GET / HT")).headers == ()
