"""Stata's file format 118 (Stata 14 and later), as data: tags, type codes, missing values.

Source: ``help dta`` of Stata. Integers are little-endian (LSF), text is UTF-8 and ends with NUL
where it is shorter than its place.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

STR_MOST = 2045
"""Bytes of a fixed string; longer ones are strL, kept apart from the rows."""
STRL, DOUBLE, LONG, BYTE = 32768, 65526, 65528, 65530
"""Codes of types; 1 to 2045 are fixed strings of so many bytes."""

NAME_BYTES, FORMAT_BYTES, LABEL_BYTES = 129, 57, 321
"""Places of names (32 characters of 4 bytes), formats and variable labels (80 characters)."""
LABEL_CHARS = 80

_LONG_MISSING = 2147483621
_BYTE_MISSING = 101
_DOUBLE_MISSING = 0x7FE0000000000000
_DOUBLE_STEP = 0x0000010000000000


def _letter(letter: str) -> int:
    """0 for ``.``, then .a is 1 to .z, 26."""
    return 0 if letter == "." else ord(letter) - ord("a") + 1


def long_missing(letter: str) -> int:
    """A missing value of a long, also in value labels: ``.`` or .a to .z."""
    return _LONG_MISSING + _letter(letter)


def byte_missing(letter: str) -> int:
    """The same of a byte."""
    return _BYTE_MISSING + _letter(letter)


def double_missing(letter: str) -> float:
    """The same of a double: above the greatest that Stata has, 8.988e307."""
    bits = _DOUBLE_MISSING + _letter(letter) * _DOUBLE_STEP
    (value,) = struct.unpack("<d", struct.pack("<Q", bits))
    return float(value)


def fixed(text: str, size: int) -> bytes:
    """Text in a place of so many bytes that ends with NUL; cut between characters, never in one."""
    encoded = text.encode("utf-8", "replace")
    if len(encoded) >= size:
        encoded = encoded[: size - 1].decode("utf-8", "ignore").encode()
    return encoded.ljust(size, b"\0")


def tagged(name: str, content: bytes) -> bytes:
    """An element of the file."""
    return f"<{name}>".encode() + content + f"</{name}>".encode()


def header(variables: int, rows: int, label: str) -> bytes:
    """The header; the time stamp is left out, as the format allows."""
    named = label[:LABEL_CHARS].encode()
    return tagged(
        "header",
        tagged("release", b"118")
        + tagged("byteorder", b"LSF")
        + tagged("K", struct.pack("<H", variables))
        + tagged("N", struct.pack("<Q", rows))
        + tagged("label", struct.pack("<H", len(named)) + named)
        + tagged("timestamp", b"\0"),
    )


def value_label(name: str, words: Mapping[int, str] | Sequence[tuple[int, str]]) -> bytes:
    """A value label: what the numbers (or missing values of a long) stand for."""
    pairs = sorted(dict(words).items())
    texts, offsets = b"", []
    for _, word in pairs:
        offsets.append(len(texts))
        texts += word.encode() + b"\0"
    count = len(pairs)
    table = struct.pack("<II", count, len(texts))
    table += struct.pack(f"<{count}I", *offsets)
    table += struct.pack(f"<{count}i", *(number for number, _ in pairs))
    table += texts
    named = struct.pack("<I", len(table)) + fixed(name, NAME_BYTES) + bytes(3)
    return tagged("lbl", named + table)


def long_string(variable: int, row: int, text: bytes) -> bytes:
    """A strL (GSO): what rows of a variable refer to by (variable, row), both from 1."""
    return b"GSO" + struct.pack("<IQBI", variable, row, 130, len(text) + 1) + text + b"\0"


def reference(variable: int, row: int) -> bytes:
    """What stands in a row for a strL; (0, 0) is the empty one."""
    return struct.pack("<H", variable) + row.to_bytes(6, "little")
