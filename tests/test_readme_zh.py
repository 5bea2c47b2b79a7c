"""The Chinese README tells of the same commands, codes and keys as the English one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")

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
    for text in (ENGLISH, CHINESE):
        for target in re.findall(r"\]\(([^)#]+)[)#]", text):
            assert "://" in target or (ROOT / target).exists(), target
