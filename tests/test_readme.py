"""The README is kept true: its commands, tables and columns are those of the program."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from crawler.adapters import ADAPTERS
from crawler.cli import main
from crawler.config import TYPES
from crawler.exit_codes import ExitCode
from crawler.portal import Expectation, FetchPolicy, Portal
from extract.schema import open_corpus

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(.*?)\n```", README, flags=re.DOTALL)


def table_after(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_ci_calls_the_second_command_as_printed() -> None:
    assert COMMANDS[2].endswith(".venv/bin/pytest -q -n 3")
    assert COMMANDS[2] in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


def test_the_first_command_runs_the_main_job() -> None:
    assert COMMANDS[0].endswith(".venv/bin/nianbao demo")


def commands(group: click.Group, prefix: str = "") -> set[str]:
    names: set[str] = set()
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            names |= commands(command, f"{prefix}{name} ")
        else:
            names.add(prefix + name)
    return names


def test_commands() -> None:
    assert {code(row[0])[0] for row in table_after("Commands")} == commands(main)


def test_exit_codes() -> None:
    printed = {(int(row[0]), row[1]) for row in table_after("Exit codes")}
    assert printed == {(member.value, member.name) for member in ExitCode}


def test_settings() -> None:
    assert [code(row[0])[0] for row in table_after("Settings")] == list(TYPES)


def test_families() -> None:
    printed = [code(row[0])[0] for row in table_after("Families of portals")]
    assert printed == [adapter.name for adapter in ADAPTERS]


def test_portal_keys() -> None:
    printed = {code(row[0])[0] for row in table_after("Portal keys")}
    known = {f.name for f in fields(Portal)} - {"portal_id", "fetch", "expect"}
    known |= {f"fetch.{f.name}" for f in fields(FetchPolicy)}
    known |= {f"expect.{f.name}" for f in fields(Expectation)}
    assert printed == known


@pytest.mark.parametrize("row", table_after("corpus.db"), ids=lambda row: row[0].strip("`"))
def test_corpus_columns(row: list[str], tmp_path: Path) -> None:
    table = code(row[0])[0]
    db = open_corpus(tmp_path / "corpus.db")
    found = [column[1] for column in db.execute(f"PRAGMA table_info({table})")]
    assert code(row[2]) == found


def test_every_table_is_in_the_readme(tmp_path: Path) -> None:
    db = open_corpus(tmp_path / "corpus.db")
    own = {name for name in [*db.table_names(), *db.view_names()] if not name.startswith("_")}
    assert {code(row[0])[0] for row in table_after("corpus.db")} == own
