"""How much of two texts is the same."""

from __future__ import annotations

import pytest

from extract.moves import SAME_TEXT, shared

LINES = [f"第{number}段，全市各级行政机关主动公开政府信息{number}条。" for number in range(30)]
TEXT = "\n".join(LINES)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (TEXT, True),
        (TEXT.replace("，", "， ").replace("\n", "\n\n"), True),
        (TEXT.replace("信息7条", "信息8条"), True),
        (f"浏览次数：4711次\n{TEXT}\n网站地图", True),
        ("\n".join(LINES[:20]), False),
        (TEXT.replace("全市", "全县"), False),
        ("", False),
    ],
)
def test_shared(other: str, is_same: bool) -> None:
    assert (shared(TEXT, other) >= SAME_TEXT) is is_same
    assert shared(TEXT, other) == shared(other, TEXT)


def test_nothing_is_not_the_same_as_nothing() -> None:
    assert shared("", "") == 0.0
