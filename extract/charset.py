"""Which charset a body is in, and its text.

The order is design section 9's: byte order mark, a label that decodes strictly, strict UTF-8,
detection. faust-cchardet is not used (it calls GB18030 Big5).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from extract.sentences import say

META_BYTES = 4096
"""Where a meta charset is looked for; HTML says 1024, portals put long comments before it."""

DETECTION_BYTES = 64 * 1024
"""A sample for detection, which is slow."""

FEW_BAD = 0.01
"""Share of replaced characters under which a label is still believed (a cut or spliced page)."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.I)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHINESE = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gb_2312": "gb18030", "csgb2312": "gb18030",
    "x-gbk": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "cp936": "gb18030",
    "ms936": "gb18030", "gb-2312": "gb18030", "gb": "gb18030", "chinese": "gb18030",
    "big5": "big5hkscs", "big-5": "big5hkscs", "x-x-big5": "big5hkscs", "cp950": "cp950",
    "utf8": "utf-8", "utf-8": "utf-8", "unicode-1-1-utf-8": "utf-8",
}  # fmt: skip
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他政府信息公开工作主动请年度报告部门行法"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedText:
    """Text, the codec that gave it, how that was found, and what was odd."""

    text: str
    charset: str
    evidence: str
    notes: tuple[str, ...] = ()


def decode_text(body: bytes, *, content_type: str | None, is_html: bool) -> DecodedText:
    """Decodes a body; never raises. Bytes that no charset explains are replaced and noted."""
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return _lenient(body[len(bom) :], codec, "bom", [])
    notes: list[str] = []
    labels = _labels(body, content_type, is_html, notes)
    text: str | None
    for codec, evidence in labels:
        if codec == "gb18030" and _surely_utf8(body):
            notes.append(say("note_is_utf8", evidence=evidence, codec=codec))
            continue
        if (text := _strict(body, codec)) is not None:
            return _found(text, codec, evidence, notes)
        notes.append(say("note_not_codec", evidence=evidence, codec=codec))
    if (text := _strict(body, "utf-8")) is not None:
        return _found(text, "utf-8", "utf-8", notes)
    for codec, evidence in [*labels, ("utf-8", "utf-8")]:
        candidate = _lenient(body, codec, evidence, notes)
        if candidate.text.count("\ufffd") <= FEW_BAD * len(candidate.text):
            return candidate
    return _lenient(body, _detect(body), "detected", notes)


def _labels(
    body: bytes, content_type: str | None, is_html: bool, notes: list[str]
) -> list[tuple[str, str]]:
    """Codecs that the header and the markup name, in that order, unknown ones noted."""
    found: list[tuple[str, str]] = []
    header = _HEADER_CHARSET.search(content_type or "")
    if header:
        _add_label(found, header[1], "header", notes)
    if is_html:
        head = body[:META_BYTES]
        meta = _XML_CHARSET.search(head) or _META_CHARSET.search(head)
        if meta:
            _add_label(found, meta[1].decode("ascii", "replace"), "meta", notes)
    utf16 = _utf16(body)
    return [
        (utf16 or codec, evidence)
        for codec, evidence in found
        if utf16 or not codec.startswith("utf-16")
    ]


def _add_label(found: list[tuple[str, str]], label: str, evidence: str, notes: list[str]) -> None:
    name = label.strip().lower()
    codec = _CHINESE.get(name)
    if codec is None:
        try:
            codec = codecs.lookup(name).name
        except LookupError:
            notes.append(say("note_unknown_charset", evidence=evidence, label=repr(label)))
            return
        if not getattr(codecs.lookup(codec), "_is_text_encoding", True):
            notes.append(say("note_unknown_charset", evidence=evidence, label=repr(label)))
            return
    if codec in ("iso8859-1", "cp1252", "ascii", "latin-1"):
        # a server's default that decodes any bytes: no evidence at all
        return
    found.append((codec, evidence))


def _utf16(body: bytes) -> str | None:
    """UTF-16 without a mark: markup shows as every second byte being NUL."""
    sample = body[:512]
    if sample.count(0) * 4 < len(sample) or not sample:
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"


def _surely_utf8(body: bytes) -> bool:
    """Valid UTF-8 with several long sequences: GBK text cannot be that by chance."""
    text = _strict(body, "utf-8")
    return text is not None and sum(character > "\u07ff" for character in text) >= 8


def _strict(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _found(text: str, codec: str, evidence: str, notes: list[str]) -> DecodedText:
    return DecodedText(text=text, charset=codec, evidence=evidence, notes=tuple(notes))


def _lenient(body: bytes, codec: str, evidence: str, notes: list[str]) -> DecodedText:
    text = body.decode(codec, "replace")
    bad = text.count("\ufffd")
    more = [say("note_replaced", count=bad)] if bad else []
    return DecodedText(text=text, charset=codec, evidence=evidence, notes=(*notes, *more))


def _detect(body: bytes) -> str:
    """The codec of a body without a usable label.

    Nearly every Big5 text also decodes as GB18030, into rare characters: the candidate with more
    of the commonest characters wins, and charset-normalizer is asked when neither has them.
    """
    sample = body[:DETECTION_BYTES]
    scores = {}
    for codec in ("gb18030", "big5hkscs"):
        text = sample.decode(codec, "replace")
        traditional = sum(text.count(character) for character in "開會為與報請動門這個國")
        common = sum(character in _COMMON for character in text) + traditional
        scores[codec] = common - 3 * text.count("\ufffd")
    best = max(scores, key=lambda codec: scores[codec])
    if scores[best] > len(sample) // 200:
        return best
    from charset_normalizer import from_bytes  # seldom needed

    guess = from_bytes(sample).best()
    return guess.encoding if guess is not None else "utf-8"
