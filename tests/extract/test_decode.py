"""Decoding: content coding, limits, charset, media type, and markup made to do harm."""

from __future__ import annotations

import codecs
import gzip
import zlib
from pathlib import Path

import pytest

from extract import charset, content_coding, decode
from extract.document import Page
from extract.errors import Undecodable, UndecodableReason

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"
URL = "http://www.example.gov.cn/t1.html"
TEXT = "某某市人民政府2015年政府信息公开工作年度报告，朱镕基、喆、㙍。"


def markup(text: str, label: str) -> str:
    return f'<html><head><meta charset="{label}"></head><body><p>{text}</p></body></html>'


def read(body: bytes, content_type: str | None = "text/html", coding: str | None = None) -> Page:
    return decode.page_from_bytes(body, url=URL, content_type=content_type, content_encoding=coding)


def shown(page: Page) -> str:
    assert page.tree is not None
    return str(page.tree.text_content())


@pytest.mark.parametrize("label", ["gb2312", "GBK", "gb18030", "GB_2312-80", "x-gbk"])
def test_gb_labels_are_read_as_gb18030(label: str) -> None:
    page = read(markup(TEXT, label).encode("gb18030"))
    assert (page.charset, page.charset_evidence, page.notes) == ("gb18030", "meta", ())
    assert TEXT in shown(page), "characters that gb2312 lacks must not cut the page"


def test_bom_beats_every_label() -> None:
    body = codecs.BOM_UTF8 + markup(TEXT, "gb2312").encode("utf-8")
    page = read(body, "text/html; charset=big5")
    assert (page.charset, page.charset_evidence) == ("utf-8", "bom")
    assert TEXT in shown(page)


def test_header_beats_meta() -> None:
    page = read(markup("國政", "gb2312").encode("big5"), "text/html; charset=Big5")
    assert (page.charset, page.charset_evidence) == ("big5hkscs", "header")
    assert "國政" in page.text


@pytest.mark.parametrize("wrong", ["gb2312", "us-ascii", "no-such-charset", "rot13", "utf-16"])
def test_wrong_label_over_utf8(wrong: str) -> None:
    page = read(markup(TEXT, wrong).encode("utf-8"))
    assert page.charset == "utf-8"
    assert TEXT in shown(page)


def test_wrong_label_is_noted() -> None:
    assert any("gb18030" in note for note in read(markup(TEXT, "gb2312").encode("utf-8")).notes)
    page = read(markup(TEXT, "utf-8").encode("gb18030"))
    assert page.charset == "gb18030"
    assert any("utf-8" in note for note in page.notes)


def test_western_default_of_a_server_is_no_evidence() -> None:
    page = read(markup(TEXT, "gbk").encode("gb18030"), "text/html; charset=ISO-8859-1")
    assert TEXT in page.text


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("seed", sorted(path.name for path in SEEDS.glob("*.txt")))
def test_text_without_any_label(codec: str, seed: str) -> None:
    text = (SEEDS / seed).read_text("utf-8")
    assert read(text.encode(codec), None).text == text


def test_big5_without_a_label() -> None:
    text = (SEEDS / "004_6c56c39d01f2e555.txt").read_text("utf-8")
    text = "".join(c for c in text if charset._strict(c.encode("big5hkscs", "ignore"), "big5hkscs"))
    page = read(text.encode("big5hkscs"), "text/plain")
    assert page.charset == "big5hkscs"


def test_few_bad_bytes_do_not_change_the_charset() -> None:
    body = markup(TEXT * 20, "utf-8").encode("utf-8").replace("府".encode(), b"\xe5\xba", 1)
    page = read(body)
    assert page.charset == "utf-8"
    assert "\ufffd" in page.text
    assert any("replaced" in note for note in page.notes)


def test_nul_and_controls_go_and_are_noted() -> None:
    page = read(b"<html><body><p>a\x00b\x0bc</p>\x00<p>end</p></body></html>")
    assert shown(page) == "abcend"
    assert page.notes == ("3 control characters removed",)


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
        ("identity", bytes),
        (None, gzip.compress),
        ("gzip", bytes),
        ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
        ("gzip", lambda body: gzip.compress(body[:20]) + gzip.compress(body[20:])),
        ("gzip", lambda body: gzip.compress(body) + b"trailing"),
    ],
)
def test_content_codings(coding: str | None, encode) -> None:
    assert TEXT in shown(read(encode(markup(TEXT, "utf-8").encode("utf-8")), coding=coding))


def test_torn_gzip_gives_what_came_and_a_note() -> None:
    body = gzip.compress(("<html><body>" + "<p>某某</p>" * 20_000).encode(), 0)
    page = read(body[: len(body) // 2], coding="gzip")
    assert "某某" in page.text
    assert any("cut" in note for note in page.notes)


@pytest.mark.parametrize("coding", ["br", "zstd", "compress"])
def test_unsupported_coding_is_named(coding: str) -> None:
    with pytest.raises(Undecodable, match=coding) as caught:
        read(b"\x0b\x02\x80", coding=coding)
    assert caught.value.reason is UndecodableReason.UNSUPPORTED_CODING


def test_corrupt_gzip() -> None:
    with pytest.raises(Undecodable) as caught:
        read(b"\x1f\x8b\x08\x00" + b"\xff" * 40, coding="gzip")
    assert caught.value.reason is UndecodableReason.CORRUPT_CODING


def test_bomb_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_coding, "DECODED_LIMIT", 3 * 1024 * 1024)
    with pytest.raises(Undecodable) as caught:
        read(gzip.compress(bytes(8 * 1024 * 1024)), coding="gzip")
    assert caught.value.reason is UndecodableReason.TOO_LARGE


def test_too_much_text_for_a_dom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "DOM_LIMIT", 1000)
    with pytest.raises(Undecodable) as caught:
        read(markup("长" * 1000, "utf-8").encode())
    assert caught.value.reason is UndecodableReason.TOO_LARGE


@pytest.mark.parametrize(
    ("body", "declared", "found"),
    [
        (b"<!DOCTYPE html><p>x", "text/plain", "text/html"),
        (b"  <html><body>x", "application/octet-stream", "text/html"),
        (b"<div>x</div>", None, "text/html"),
        ("一、总体情况 1<2".encode(), None, "text/plain"),
        ("一、总体情况".encode(), "text/plain", "text/plain"),
        (b"%PDF-1.4 ...", "text/html", "application/pdf"),
        (b"\r\n<!-- x -->%PDF-1.7 ... startxref 9 %%EOF", "text/html", "application/pdf"),
        (b"<p>of %PDF-1.7 files</p>", "text/html", "text/html"),
        (b"<html><p>404</p></html>", "application/pdf", "text/html"),
        (b"PK\x03\x04....", "text/html", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword", "application/x-ole-storage"),
        (b"\x01\x02\x03\x04\x05\x06\x07", None, "application/octet-stream"),
        (b'{"a": 1}', "application/json", "application/json"),
    ],
)
def test_media_type(body: bytes, declared: str | None, found: str) -> None:
    page = read(body, declared)
    assert page.media_type == found
    assert (page.tree is not None) == (found == "text/html")


def test_binary_media_has_no_text() -> None:
    page = read(b"%PDF-1.4 \xff\xfe", "application/pdf")
    assert (page.text, page.charset) == ("", "binary")


def test_entities_are_not_expanded() -> None:
    declarations = "".join(
        f'<!ENTITY e{n} "{"&e" + str(n - 1) + ";" if n else "x"}{"y" * 10}">' for n in range(9)
    )
    page = read(f"<!DOCTYPE html [{declarations}]><html><body>&e8;<p>x</p></body></html>".encode())
    assert len(shown(page)) < 100


def test_xml_declaration_does_not_stop_the_parser() -> None:
    body = '<?xml version="1.0" encoding="gb2312"?><html><body><p>镕政府</p></body></html>'
    page = read(body.encode("gb18030"))
    assert shown(page) == "镕政府"


def test_unclosed_inline_elements_do_not_cut_the_page() -> None:
    page = read(("<html><body>" + "<p><span>一<font>" * 3000 + "<p>end</p>").encode())
    assert shown(page).endswith("end")
    assert page.notes


def test_depth_beyond_the_parser_is_noted() -> None:
    page = read(("<html><body>" + "<div>" * 100_000 + "x").encode())
    assert any("cut" in note for note in page.notes)


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- nothing -->", b"\x00\x00"])
def test_empty_bodies(body: bytes) -> None:
    page = read(body)
    assert page.tree is None or shown(page).strip() == ""
