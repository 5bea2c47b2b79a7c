"""No seed is known to the program: the sample portal with every number, year and body replaced
gives the replaced values, end to end.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from gold import faults
from nianbao_process import Nianbao, served

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crawler"))
from sample_shuffle import shuffled_site

SEEDS = range(1, 6)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shuffled_portal_gives_the_shuffled_values(seed: int, tmp_path: Path) -> None:
    site, gold = shuffled_site(seed, tmp_path)
    nianbao = Nianbao(tmp_path / "data")
    with served(site, f"127.0.0.{40 + seed}") as portal:
        nianbao.run("crawl", f"{portal.url.rstrip('/')}/zfxxgk/zfxxgknb/")
    nianbao.run("export", "--format", "jsonl", str(tmp_path / "export"))
    lines = (tmp_path / "export/reports.jsonl").read_text(encoding="utf-8").splitlines()
    reports = {report["title"]: report for report in map(json.loads, lines)}
    assert set(reports) == {values["title"] for values in gold.values()}
    found = [fault for v in gold.values() for fault in faults(reports[v["title"]], v)]
    assert found == []
