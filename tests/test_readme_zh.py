"""The Chinese README and tutorial tell of the same commands, codes and keys as the English ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "TUTORIAL.md").read_text(encoding="utf-8")
TUTORIAL_ZH = (ROOT / "TUTORIAL.zh.md").read_text(encoding="utf-8")

TABLES = {
    "Commands": "命令",
    "Exit codes": "退出码",
    "Settings": "设置",
    "Portal keys": "门户文件的键",
}


def names(text: str, heading: str) -> list[str]:
    """The first cells of a section's first table."""
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [row.strip("|").split("|")[0].strip() for row in rows]


@pytest.mark.parametrize("english", TABLES)
def test_same_rows(english: str) -> None:
    expected = names(ENGLISH, english)
    assert expected
    assert names(CHINESE, TABLES[english]) == expected


def test_same_first_commands() -> None:
    def blocks(text: str) -> list[str]:
        return re.findall(r"```sh\n(.*?)\n```", text, flags=re.DOTALL)[:5]

    assert blocks(CHINESE) == blocks(ENGLISH)


def test_links_lead_somewhere() -> None:
    for text in (ENGLISH, CHINESE, TUTORIAL, TUTORIAL_ZH):
        for target in re.findall(r"\]\(([^)#]+)[)#]", text):
            assert "://" in target or (ROOT / target).exists(), target


def test_the_tutorial_has_the_same_blocks_and_names() -> None:
    """The English one is walked by a test; this one has its commands, block by block and in its
    order, and within each step the same names of files, commands and columns.
    """
    steps, steps_zh = (re.split(r"^\*\*\d\.", text, flags=re.M) for text in (TUTORIAL, TUTORIAL_ZH))
    assert len(steps) == len(steps_zh) == 8
    for english, chinese in zip(steps, steps_zh, strict=True):
        blocks, blocks_zh = (re.findall(r"```.*?```", text, re.S) for text in (english, chinese))
        assert blocks_zh == blocks
        prose, prose_zh = (
            re.sub(r"```.*?```", "", text, flags=re.S) for text in (english, chinese)
        )
        named, named_zh = (re.findall(r"`([^`]+)`", text) for text in (prose, prose_zh))
        assert sorted(" ".join(one.split()) for one in named) == sorted(named_zh)


def test_each_leads_to_the_other_language() -> None:
    assert "(TUTORIAL.zh.md)" in CHINESE and "(TUTORIAL.md)" in ENGLISH
    assert "(TUTORIAL.zh.md)" in TUTORIAL and "(TUTORIAL.md)" in TUTORIAL_ZH
