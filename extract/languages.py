"""The languages of what people read, and tables of words that have both beside each other."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path


class Lang(StrEnum):
    """Chinese and English."""

    ZH = "zh"
    EN = "en"


@cache
def pairs_of(path: Path) -> dict[str, dict[Lang, str]]:
    """The words of a TOML file by key, whatever its sections: ``key = [Chinese, English]``."""
    return {
        key: {Lang.ZH: zh, Lang.EN: en}
        for section in tomllib.loads(path.read_text(encoding="utf-8")).values()
        for key, (zh, en) in section.items()
    }
