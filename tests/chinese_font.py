"""Whether pictures can be drawn here: they need a font with Chinese characters."""

from __future__ import annotations

import pytest

from extract.picture_files import PictureRefused, as_png


def needs_chinese_font() -> None:
    """Skips a test where there is none (`bash .ci/browser` fetches one); in CI that fails."""
    try:
        as_png('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', width=9, height=9)
    except PictureRefused as refused:
        pytest.skip(str(refused))
