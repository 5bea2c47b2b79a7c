"""How a folder of many portals is shown: trouble by name, the rest by numbers, and fast."""

from __future__ import annotations

import json
import time

import pytest
from rich.console import Console

from crawler.status import FolderStatus, LastRun, PortalState, RunStatus
from crawler.status_shown import FEW, print_status

MANY = 3000
SECONDS = 5
"""For what takes a tenth of a second; a table that measures every cell twice took a minute."""


def folder_status(portals: list[PortalState]) -> FolderStatus:
    run = RunStatus(
        run="20260101000000-00000000",
        started_at="2026-01-01T00:00:00Z",
        finished_at=None,
        outcome="interrupted",
        portals=tuple(portal.portal for portal in portals),
        counts={"left": 7, "unfinished.p0001": 7},
    )
    return FolderStatus(
        folder="data",
        writer=None,
        portals=tuple(portals),
        runs=(run,),
        contents={},
        findings={},
        outcomes={},
        files={},
        sizes={},
        problems=(),
        is_readable=True,
    )


def portals(number: int, **troubled: PortalState) -> list[PortalState]:
    last = LastRun(run="r", started_at="2026-01-01T00:00:00Z", finished_at=None, outcome="complete")
    return [
        troubled.get(f"p{n:04}")
        or PortalState(
            portal=f"p{n:04}",
            name="某县",
            status="active",
            last_run=last,
            came="complete",
            next_visit="2026-02-01T00:00Z" if n % 2 else "9999-01-01T00:00Z",
            why="monthly",
        )
        for n in range(number)
    ]


def state(name: str, **given: object) -> PortalState:
    return PortalState(portal=name, name="某县", status="active", last_run=None, **given)  # type: ignore[arg-type]


TROUBLED = {
    "p0100": state("p0100", came="left", left=7, round_open=True),
    "p0200": state("p0200", came="blocked"),
    "p0300": state("p0300", came="complete", failed={"timeout": 3}),
    "p0400": state("p0400", came="failed"),
}


def printed(status: FolderStatus, capsys: pytest.CaptureFixture[str], **given: bool) -> list[str]:
    begun = time.monotonic()
    print_status(status, Console(stderr=True), **({"as_json": False} | given))
    assert time.monotonic() - begun < SECONDS
    return capsys.readouterr().out.splitlines()


def test_of_many_portals_those_of_trouble_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(folder_status(portals(MANY, **TROUBLED)), capsys)
    named = [line.split()[0] for line in lines[2:6]]
    assert named == ["p0200", "p0400", "p0100", "p0300"]
    assert lines[6] == f"{MANY - 4} more portals are not shown; `nianbao status --all` shows each"
    assert lines[7].startswith(f"portals: {MANY}, complete {MANY - 3}, ")
    assert lines[7].endswith(
        f"followed {MANY - 4}, due now {MANY // 2}, the next at 9999-01-01T00:00Z"
    )
    (run,) = (line for line in lines if line.startswith("run "))
    assert run.endswith("interrupted; left 7"), "not one count for each portal"
    assert "and 2995 more" in run


def test_all_of_them_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(folder_status(portals(MANY, **TROUBLED)), capsys, every=True)
    assert [line.split()[0] for line in lines[2 : MANY + 2]] == [f"p{n:04}" for n in range(MANY)]


def test_few_portals_are_all_shown(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(folder_status(portals(FEW)), capsys)
    assert [line.split()[0] for line in lines[2 : FEW + 2]] == [f"p{n:04}" for n in range(FEW)]
    assert not [line for line in lines if "not shown" in line]


def test_no_more_than_some_where_all_are_in_trouble(capsys: pytest.CaptureFixture[str]) -> None:
    all_failed = {f"p{n:04}": state(f"p{n:04}", came="failed") for n in range(MANY)}
    lines = printed(folder_status(portals(MANY, **all_failed)), capsys)
    assert lines[FEW + 2].startswith(f"{MANY - FEW} more portals are not shown")


def test_json_has_each_and_none_has_all_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = printed(folder_status(portals(MANY)), capsys, as_json=True)
    told = json.loads(line)["portals"]
    assert len(told) == MANY
    assert set(told[0]["last_run"]) == {"run", "started_at", "finished_at", "outcome"}


def test_what_is_not_followed_and_was_never_crawled_is_only_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    packaged = [PortalState(portal="z", name="某县", status="unverified", last_run=None)]
    lines = printed(folder_status([*portals(2), *packaged]), capsys)
    assert [line.split()[0] for line in lines[1:4]] == ["portal", "p0000", "p0001"]
    assert lines[4] == "1 more portals are not shown; `nianbao status --all` shows each"
