"""The metrics file, as Prometheus's own parser reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from crawler.metrics import checked_path, metrics_text
from crawler.status import FolderStatus, PortalState, RunStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTILE = 'a"b\\c\nd\\n} 1\nnianbao_exit_code 7\n年\u202e'


def status(portals: int = 3, **given: object) -> FolderStatus:
    states = tuple(
        PortalState(
            portal=f"p{n}",
            name="某县",
            status="active",
            last_run=None,
            came=(None, "failed", "complete")[n % 3],
            left=n,
            next_visit="2026-03-01T11:00Z" if n % 2 else "2026-04-01T00:00Z",
        )
        for n in range(portals)
    )
    run = RunStatus(
        run="20260301090000-00000000",
        started_at="2026-03-01T09:00:00.000000Z",
        finished_at="2026-03-01T09:10:00.500000Z",
        outcome="partial",
        portals=tuple(one.portal for one in states),
        counts={"asked": 20, "failed": 2, "failed.timeout": 2, "unfinished.p1": 1},
    )
    values: dict[str, object] = {
        "folder": "data",
        "writer": None,
        "portals": states,
        "runs": (run,),
        "contents": {"captures": 5, "failures": 1, "runs": 2, "reports": 3, "bodies": 4},
        "findings": {HOSTILE: 3},
        "outcomes": {"report": 3},
        "files": {},
        "sizes": {"warc": 12_345_678_901_234},
        "problems": (),
        "is_readable": True,
    }
    return FolderStatus(**(values | given))  # type: ignore[arg-type]


def parsed(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Values by name and labels; each family has its HELP and TYPE, each series stands once."""
    found: dict[tuple[str, tuple[str, ...]], float] = {}
    for family in text_string_to_metric_families(text):
        assert family.type == "gauge" and family.documentation, family.name
        for sample in family.samples:
            key = (sample.name.removeprefix("nianbao_"), tuple(sample.labels.values()))
            assert key not in found, key
            found[key] = sample.value
    return found


def test_what_the_parser_reads() -> None:
    found = parsed(metrics_text(status(), code=ExitCode.PARTIAL, now=NOW))
    wanted = {
        ("written_timestamp_seconds", ()): NOW.timestamp(),
        ("exit_code", ()): 3,
        ("last_run_start_timestamp_seconds", ()): NOW.timestamp() - 3 * 3600,
        ("last_run_duration_seconds", ()): 600.5,
        ("last_run_outcome", ("partial",)): 1,
        ("last_run_outcome", ("complete",)): 0,
        ("last_run_count", ("asked",)): 20,
        ("last_run_failures", ("timeout",)): 2,
        ("portals_followed", ()): 3,
        ("portals_due", ()): 1,
        ("portals_last_visit", ("failed",)): 1,
        ("portals_last_visit", ("blocked",)): 0,
        ("portals_never_visited", ()): 1,
        ("requests_left", ()): 3,
        ("captures", ()): 5,
        ("documents", ("report",)): 3,
        ("size_bytes", ("warc",)): 12_345_678_901_234,
        ("findings", (HOSTILE,)): 3,
    }
    for key, value in wanted.items():
        assert found.get(key) == value, key
    assert ("last_run_count", ("unfinished.p1",)) not in found, "no series of a portal"


def test_there_are_no_more_series_for_more_portals() -> None:
    few, many = (
        parsed(metrics_text(status(number), code=ExitCode.OK, now=NOW)) for number in (3, 3000)
    )
    assert set(few) == set(many)


def test_a_run_that_did_not_end_has_no_end() -> None:
    run = status().runs[0]
    stopped = RunStatus(
        run=run.run,
        started_at=run.started_at,
        finished_at=None,
        outcome="interrupted",
        portals=(),
        counts={},
    )
    found = parsed(metrics_text(status(runs=(stopped,)), code=ExitCode.ERROR, now=NOW))
    assert ("last_run_end_timestamp_seconds", ()) not in found
    assert found["last_run_outcome", ("interrupted",)] == 1
    assert parsed(metrics_text(status(runs=()), code=ExitCode.ERROR, now=NOW))["exit_code", ()] == 1


@pytest.mark.parametrize("name", ["metrics.txt", ".prom", ".hidden.prom", "none/metrics.prom"])
def test_a_file_that_no_collector_reads_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CrawlerError, match="--metrics"):
        checked_path(tmp_path / name)
    assert checked_path(tmp_path / "nianbao.prom")
