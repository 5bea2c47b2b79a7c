"""Tables for researchers from a crawled folder: by command, after a rebuild, and when killed."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest
from nianbao_process import Nianbao, copy_site, served

from extract.variables import panel_name

HOST = "127.0.0.91"
FORMATS = ("--format", "csv", "--format", "parquet", "--format", "dta")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """The sample portal, crawled."""
    folder = tmp_path_factory.mktemp("tables")
    nianbao = Nianbao(folder / "data")
    with served(copy_site(folder), HOST) as portal:
        nianbao.configure("sample", portal.url.rstrip("/") + "/zfxxgk/zfxxgknb/")
        nianbao.run("crawl", "sample")
    return nianbao


@pytest.fixture(scope="module")
def exported(crawled: Nianbao, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("exported") / "out"
    said = crawled.run("export", str(target), *FORMATS)
    assert "wrote 5 reports and " in said.stderr
    assert said.stdout == ""
    return target


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_values_are_those_that_the_seeds_print(exported: Path, shared: Path) -> None:
    gold = json.loads((shared / "seeds/gold.json").read_text(encoding="utf-8"))
    panel = pd.read_csv(exported / "panel.csv", low_memory=False).set_index("title")
    compared = 0
    for seed in gold.values():
        row = panel.loc[seed["title"]]
        assert row["report_state"] == "found"
        for field, value in (seed.get("cells") or {}).items():
            found = row[panel_name(field)]
            assert found == value or (value is None and pd.isna(found)), field
            compared += 1
    assert compared > 160
    rows = panel[panel["table3_form"].notna()]
    assert len(rows) == 1
    total = rows.iloc[0]
    parts = ("nat", "biz", "res", "ngo", "law", "oth")
    assert total["new_received_tot"] == sum(total[f"new_received_{part}"] for part in parts)
    assert total["requests_received"] == total["new_received_tot"]
    assert total["requests_received_source"] == "cell"


def test_a_rebuilt_corpus_gives_the_same_bytes(
    crawled: Nianbao, exported: Path, tmp_path: Path
) -> None:
    again = Nianbao(tmp_path / "data")
    shutil.copytree(crawled.data, again.data)
    (again.data / "corpus.db").unlink()
    again.run("rebuild")
    again.run("export", str(tmp_path / "out"), *FORMATS)
    assert contents(tmp_path / "out") == contents(exported)


def test_choices(crawled: Nianbao, tmp_path: Path) -> None:
    crawled.run("export", str(tmp_path / "a"), "--format", "csv", "--year", "2012")
    frame = pd.read_csv(tmp_path / "a/panel.csv", low_memory=False)
    assert set(frame["report_year"]) == {2012}
    crawled.run("export", str(tmp_path / "b"), "--format", "csv", "--portal", "no-such")
    assert len(pd.read_csv(tmp_path / "b/panel.csv", low_memory=False)) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--format", "jsonl", "--format", "csv"), "export twice"),
        (("--format", "wacz", "--bom"), "export twice"),
        (("--format", "dta", "--bom"), "--bom is for --format csv"),
        (("--format", "csv", "--record", "urn:uuid:1"), "--format wacz alone"),
    ],
)
def test_options_that_do_not_go_together(
    crawled: Nianbao, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    said = crawled.run("export", str(tmp_path / "out"), *words, code=2)
    assert message in said.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("begun", ["panel.csv.part", "codebook.json.part"])
def test_killed_while_it_writes_it_leaves_the_former_export(
    crawled: Nianbao, exported: Path, tmp_path: Path, begun: str
) -> None:
    target = tmp_path / "out"
    shutil.copytree(exported, target)
    words = ("export", str(target), *FORMATS, "--year", "2012")
    with subprocess.Popen(crawled.command(*words), stderr=subprocess.DEVNULL) as process:
        while not (target / begun).exists() and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    manifest = target / "manifest.json"
    if manifest.exists():  # else it was killed while files were put in place
        named = json.loads(manifest.read_text(encoding="utf-8"))
        sizes = {file["name"]: file["bytes"] for file in named["files"]}
        assert sizes == {name: (target / name).stat().st_size for name in sizes}
    crawled.run("export", str(target), *FORMATS)
    assert contents(target) == contents(exported)
