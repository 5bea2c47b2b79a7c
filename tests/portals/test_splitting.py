"""Portals crawled into two folders and merged by import give the rows of one crawl of them all."""

from __future__ import annotations

from pathlib import Path

from splitting import compare, differences


def test_two_folders_merged_say_what_one_crawl_says(tmp_path: Path) -> None:
    whole, both = compare(3, tmp_path, seed=7)
    assert sum(whole["reports"].values()) > 30, "reports of three portals"
    assert differences(whole, both) == []
