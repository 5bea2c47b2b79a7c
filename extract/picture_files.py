"""Pictures as files: SVG as it is drawn, PNG of it with a font of this machine that has Chinese."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from archive.whole_file import write_whole
from extract.errors import ExtractError

FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "SimHei",
    "DejaVu Sans",
    "Arial",
)
"""Tried in turn; of the last two a glyph that they lack is taken from any other font."""

ZOOM = 2
"""Pixels of a PNG for one of the drawing: sharp in print at its own size."""

MOST_PIXELS = 40_000_000
"""Of a PNG: at 4 bytes each 160 MB while it is drawn. A map beyond it is chosen narrower."""


class PictureRefused(ExtractError):
    """A picture that cannot be written: the ending, a font, or a library that is not there."""


def write_picture(path: Path, svg: str, *, width: int, height: int) -> None:
    """Writes a drawing of so many units to a file whose name ends in .svg or .png; a file of that
    name is replaced once the new one is whole. Raises PictureRefused.
    """
    ending = path.suffix.lower()
    if ending == ".svg":
        written = svg.encode()
    elif ending == ".png":
        written = as_png(svg, width=width, height=height)
    else:
        raise PictureRefused(f"{path}: a picture's name ends in .svg or .png")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, written)


def as_png(svg: str, *, width: int, height: int) -> bytes:
    """The PNG of a drawing of so many units, on white. Raises PictureRefused."""
    if width * height * ZOOM**2 > MOST_PIXELS:
        raise PictureRefused(
            f"a PNG of {width * ZOOM} × {height * ZOOM} pixels is too large: choose fewer rows, "
            "or write an SVG"
        )
    try:
        from resvg_py import svg_to_bytes
    except ImportError as missing:
        raise PictureRefused(
            "PNG needs the extra browse: `pip install 'nianbao[browse]'`; or write an SVG"
        ) from missing
    drawn: bytes = svg_to_bytes(
        svg_string=svg,
        zoom=ZOOM,
        background="#ffffff",
        sans_serif_family=_chinese_family(),
        font_dirs=_font_folders(),
    )
    return drawn


def _font_folders() -> list[str]:
    """Folders with fonts that the machine does not know of itself: NIANBAO_FONTS."""
    return [folder for folder in os.environ.get("NIANBAO_FONTS", "").split(os.pathsep) if folder]


@cache
def _chinese_family() -> str:
    """A family in which two Chinese characters look different: in none, both are the same box."""
    for family in FAMILIES:
        if _drawn("中", family) != _drawn("国", family):
            return family
    raise PictureRefused(
        "no font of this machine has Chinese characters: install one "
        "(`apt-get install fonts-noto-cjk`), name a folder that holds one in NIANBAO_FONTS, or "
        "write an SVG"
    )


def _drawn(character: str, family: str) -> bytes:
    from resvg_py import svg_to_bytes

    text = f'<text x="2" y="30" font-size="30" font-family="{escape(family)}">{character}</text>'
    drawn: bytes = svg_to_bytes(
        svg_string=f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{text}</svg>',
        font_dirs=_font_folders(),
    )
    return drawn
