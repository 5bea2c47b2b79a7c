"""What benchmarks found, as JSON and as a Markdown table."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One contender in one benchmark: medians over its rounds.

    ``rate`` in units a second (pages, records); CPU in milliseconds a unit; memory in MB: the
    command's own process, the largest of those it started, all at one moment.
    """

    name: str
    rate: float
    cpu_ms: float | None = None
    own_mb: float | None = None
    child_mb: float | None = None
    tree_mb: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """nianbao against a peer. ``ratio`` is the median of the rounds' ratios of rates, ``aim`` the
    least that is aimed at, None where there is none; ``spread`` the least and the greatest ratio.
    """

    benchmark: str
    unit: str
    ours: Side
    peer: Side
    ratio: float
    spread: tuple[float, float]
    aim: float | None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without one."""
        return None if self.aim is None else self.ratio >= self.aim


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A figure that stands for itself: what, how much, in which unit, the aim in words."""

    benchmark: str
    what: str
    value: float
    unit: str
    aim: str | None = None
    met: bool | None = None


@dataclass(slots=True)
class Results:
    """All that a run found."""

    comparisons: list[Comparison] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Writes results.json and results.md."""
        folder.mkdir(parents=True, exist_ok=True)
        content = asdict(self) | {"machine": machine()}
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (folder / "results.json").write_text(text + "\n", encoding="utf-8")
        (folder / "results.md").write_text(self.markdown(), encoding="utf-8")

    def markdown(self) -> str:
        """Both tables and the remarks."""
        lines = [f"{machine()}; medians, ratios round by round.", ""]
        if self.comparisons:
            lines += [
                "| benchmark | against | nianbao | peer | ratio (least to most) | aim | "
                "CPU ms a unit | MB: own, worker |",
                "|---|---|---|---|---|---|---|---|",
            ]
        for one in self.comparisons:
            low, high = one.spread
            lines.append(
                f"| {one.benchmark} | {one.peer.name} | {one.ours.rate:.0f} {one.unit}/s "
                f"| {one.peer.rate:.0f} {one.unit}/s "
                f"| **{one.ratio:.2f}** ({low:.2f} to {high:.2f}) "
                f"| {_aim(one.aim, one.met)} | {_number(one.ours.cpu_ms, 1)} against "
                f"{_number(one.peer.cpu_ms, 1)} | {_number(one.ours.own_mb)}, "
                f"{_number(one.ours.child_mb)} |"
            )
        if self.facts:
            lines += ["", "| benchmark | figure | value | aim |", "|---|---|---|---|"]
        for fact in self.facts:
            aim = fact.aim or "–"
            said = aim if fact.met is None else f"{aim}: {'met' if fact.met else 'not met'}"
            lines.append(
                f"| {fact.benchmark} | {fact.what} | {fact.value:.4g} {fact.unit} | {said} |"
            )
        lines += ["", *(f"- {remark}" for remark in self.remarks)]
        return "\n".join(lines).rstrip() + "\n"


def ratio_of(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, tuple[float, float]]:
    """The median of the rounds' ratios, with the least and the greatest."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return statistics.median(ratios), (min(ratios), max(ratios))


def machine() -> str:
    """What it ran on, without a date."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def _aim(aim: float | None, met: bool | None) -> str:
    return "–" if aim is None else f"{aim:g}: {'met' if met else 'not met'}"


def _number(value: float | None, digits: int = 0) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
