"""Pictures as files: an SVG as it is, a PNG with Chinese in it, or a reason."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from chinese_font import needs_chinese_font

from extract import picture_files
from extract.picture_files import PictureRefused, as_png, write_picture

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">'
    '<text x="4" y="30" font-size="24" font-family="sans-serif">{}</text></svg>'
)


def test_svg_is_written_as_drawn(tmp_path: Path) -> None:
    write_picture(tmp_path / "new" / "one.svg", SVG.format("年报"), width=60, height=40)
    assert (tmp_path / "new" / "one.svg").read_text(encoding="utf-8") == SVG.format("年报")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["one.svg"]


def test_png_shows_chinese(tmp_path: Path) -> None:
    needs_chinese_font()
    write_picture(tmp_path / "one.PNG", SVG.format("年"), width=60, height=40)
    written = (tmp_path / "one.PNG").read_bytes()
    assert written.startswith(b"\x89PNG\r\n")
    assert struct.unpack(">II", written[16:24]) == (120, 80), "two pixels for a unit"
    assert written != as_png(SVG.format("报"), width=60, height=40), "each character is drawn"


def test_without_a_chinese_font_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_files, "FAMILIES", ("No Such Family",))
    picture_files._chinese_family.cache_clear()
    try:
        with pytest.raises(PictureRefused, match="no font of this machine has Chinese"):
            as_png(SVG.format("年"), width=60, height=40)
    finally:
        picture_files._chinese_family.cache_clear()


def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PictureRefused, match=r"ends in \.svg or \.png"):
        write_picture(tmp_path / "one.gif", SVG, width=60, height=40)
    with pytest.raises(PictureRefused, match="too large"):
        write_picture(tmp_path / "one.png", SVG, width=100_000, height=3_000)
    assert list(tmp_path.iterdir()) == []
