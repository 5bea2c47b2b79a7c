"""TUTORIAL.md is walked as it is printed: from places.csv, of imitated portals here, to panel.dta.

What the imitations serve is known, so the panel is held to it.
"""

from __future__ import annotations

import csv
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pandas
import pytest
from imitation import Imitation, served
from trs_static import TrsStatic
from vsb import Vsb

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = (ROOT / "TUTORIAL.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", TUTORIAL, flags=re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines()]
SEED = 5
SECONDS_A_COMMAND = 300


class Walked:
    """A folder in which the tutorial was followed, and what each command said."""

    def __init__(self, folder: Path, imitations: list[Imitation]) -> None:
        self.folder = folder
        self.imitations = imitations
        self.said: dict[str, str] = {}
        self.seconds: dict[str, float] = {}

    def run(self, command: str, *, codes: tuple[int, ...] = (0,)) -> None:
        began = monotonic()
        done = subprocess.run(
            ["bash", "-c", f"set -e; {command}"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=SECONDS_A_COMMAND,
            env=os.environ
            | {
                "NIANBAO_ALLOW_PRIVATE": "1",
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            },
            check=False,
        )
        self.seconds[command] = monotonic() - began
        assert done.returncode in codes, f"{command}: {done.returncode}\n{done.stderr}"
        self.said[command] = done.stdout + done.stderr


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """All commands of the page, in its order. The imitations' traps may leave a crawl partial."""
    folder = tmp_path_factory.mktemp("tutorial")
    with served(TrsStatic(SEED), Vsb(SEED + 1)) as imitations:
        with (folder / "places.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["name", "url"])
            writer.writerows([one.site_name, f"{one.origin}/"] for one in imitations)
        walk = Walked(folder, list(imitations))
        for command in COMMANDS:
            name = shlex.split(command)[:2]
            walk.run(command, codes=(0, 3) if name == ["nianbao", "update"] else (0,))
        print("\n".join(f"{took:6.1f} s  {command}" for command, took in walk.seconds.items()))
        yield walk


def test_every_command_is_one_of_the_page(walked: Walked) -> None:
    names = {shlex.split(command)[1] for command in COMMANDS if command.startswith("nianbao")}
    assert names >= {"portals", "update", "coverage", "checks", "export", "sample"}
    assert all(walked.said[command] for command in COMMANDS if command.startswith("nianbao "))


def test_the_panel_holds_what_the_portals_serve(walked: Walked) -> None:
    panel = pandas.read_stata(walked.folder / "panel" / "panel.dta", convert_categoricals=False)
    assert not panel.duplicated(["body_id", "report_year", "report_scope"]).any()
    for one in walked.imitations:
        own = f"{one.place.name}人民政府"
        reporters = {article.path: article.reporter for article in one.articles}
        wanted = {report.year for report in one.expected() if reporters[report.path] == own}
        rows = panel[panel.body_id == f"gov:{one.place.code}"]
        found = set(rows[rows.report_state == "found"].report_year)
        assert found >= wanted, (one.family, sorted(wanted - found))


def test_the_script_for_python_loads_it(walked: Walked) -> None:
    walked.run("cd panel && python load.py")
