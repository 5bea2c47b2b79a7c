"""How a data folder stands, as a Prometheus text file for node_exporter's textfile collector.

The text format 0.0.4. Series are of the folder, never of single portals: their number does not grow
with that of the portals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.capture import RunOutcome
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from crawler.run_counts import FAILED, LISTED, UNFINISHED, counts_of_failures
from crawler.status import FolderStatus, RunStatus
from crawler.visits import Came

PREFIX = "nianbao_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A gauge: its name without the prefix, what it means, and its values by label; ``label`` is
    "" for a single value under "".
    """

    name: str
    help: str
    label: str = ""
    values: Mapping[str, float]


def checked_path(path: Path) -> Path:
    """A path at which a collector finds the file. Raises CrawlerError."""
    if path.suffix != ".prom" or path.name.startswith("."):
        raise CrawlerError(f"--metrics {path}: a collector reads files whose names end in .prom")
    if not path.parent.is_dir():
        raise CrawlerError(f"--metrics {path}: {path.parent} is no folder; make it first")
    return path


def metrics_text(status: FolderStatus, *, code: ExitCode, now: datetime) -> str:
    """The file's text: the folder after a command that ended with ``code``."""
    lines: list[str] = []
    for metric in _metrics(status, code=code, now=now):
        name = PREFIX + metric.name
        lines += [f"# HELP {name} {_help(metric.help)}", f"# TYPE {name} gauge"]
        for label, value in metric.values.items():
            labels = f'{{{metric.label}="{_label(label)}"}}' if metric.label else ""
            lines.append(f"{name}{labels} {value:.17g}")
    return "".join(f"{line}\n" for line in lines)


def _metrics(status: FolderStatus, *, code: ExitCode, now: datetime) -> Iterator[Metric]:
    yield _one("written_timestamp_seconds", "When this was written.", now.timestamp())
    yield _one("exit_code", "Exit code of the command that wrote this.", float(code))
    if status.runs:
        yield from _of_run(status.runs[-1])
    yield from _of_portals(status, now)
    for name, meaning in (
        ("captures", "Captures in the archive."),
        ("failures", "Requests in the archive that brought nothing."),
        ("runs", "Runs in the archive."),
        ("reports", "Reports in the corpus."),
        ("bodies", "Public bodies in the corpus."),
    ):
        if name in status.contents:
            yield _one(name, meaning, status.contents[name])
    yield _many("documents", "Documents read, by what they are.", "outcome", status.outcomes)
    yield _many("findings", "Findings in the corpus, by kind.", "kind", status.findings)
    yield _many("size_bytes", "Bytes on disk, by part.", "part", status.sizes)


def _of_run(run: RunStatus) -> Iterator[Metric]:
    begun = _seconds(run.started_at)
    yield _one("last_run_start_timestamp_seconds", "When the last run began.", begun)
    if run.finished_at is not None:
        ended = _seconds(run.finished_at)
        yield _one("last_run_end_timestamp_seconds", "When the last run ended.", ended)
        yield _one("last_run_duration_seconds", "How long the last run took.", ended - begun)
    outcomes = {one.value: float(run.outcome == one.value) for one in RunOutcome}
    yield _many("last_run_outcome", "1 for what the last run came to.", "outcome", outcomes)
    counts = {
        name: count
        for name, count in run.counts.items()
        if not name.startswith((UNFINISHED, LISTED, FAILED))
    }
    yield _many("last_run_count", "What the last run counted.", "what", counts)
    failed = counts_of_failures(run.counts)
    yield _many("last_run_failures", "Requests of the last run that failed.", "reason", failed)


def _of_portals(status: FolderStatus, now: datetime) -> Iterator[Metric]:
    followed = [portal for portal in status.portals if portal.next_visit is not None]
    due = [one for one in followed if _seconds(str(one.next_visit)) <= now.timestamp()]
    yield _one("portals_followed", "Portals that an update crawls.", len(followed))
    yield _one("portals_due", "Portals that are due.", len(due))
    came = dict.fromkeys((one.value for one in Came), 0) | Counter(
        portal.came for portal in followed if portal.came is not None
    )
    yield _many("portals_last_visit", "Portals by what their last visit came to.", "came", came)
    never = sum(portal.came is None for portal in followed)
    yield _one("portals_never_visited", "Portals followed that were never crawled.", never)
    left = sum(portal.left for portal in status.portals)
    yield _one("requests_left", "Requests left to later runs.", left)


def _one(name: str, meaning: str, value: float) -> Metric:
    return Metric(name=name, help=meaning, values={"": value})


def _many(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    return Metric(name=name, help=meaning, label=label, values=values)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).astimezone(UTC).timestamp()


def _help(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _label(text: str) -> str:
    return _help(text).replace('"', '\\"')
