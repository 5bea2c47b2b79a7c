"""What an export has that a former one had not: reports added and withdrawn, values changed.

Both panels are in the order of their key, so they are read side by side. A report is added when
the former panel had none for its key, withdrawn when this one has none; else each column that
differs is a change, and of a value the status that says why.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from extract.former_panel import FormerPanel, as_written
from extract.panel_columns import KEY, REPORT_STATE, Column
from extract.panel_rows import Row

COLUMNS = (*KEY, "change", "variable", "old_value", "new_value", "old_status", "new_status")
ADDED, CHANGED, WITHDRAWN, STATE = "added", "changed", "withdrawn", "state_changed"
MOST_NAMED = 50
"""Variables that the summary names; changes.csv has each change."""

_FOUND = ("found", "removed")
_OF_ANOTHER = ("_status", "_source", "_comparability")


class ExportChanges:
    """Compares rows with those of a former export while they are written to ``path``."""

    def __init__(self, former: FormerPanel, columns: Sequence[Column], path: Path) -> None:
        self.version = former.version
        self._columns = columns
        self._names = [c.name for c in columns if not c.name.endswith(_OF_ANOTHER)]
        self._rows = former.rows()
        self._former: Mapping[str, str] | None = next(self._rows, None)
        self._common = self._common_names()
        self._out = path.open("w", encoding="utf-8", newline="", errors="replace")
        self._writer = csv.writer(self._out, lineterminator="\r\n")
        self._writer.writerow(COLUMNS)
        self.counts: Counter[str] = Counter()
        self._by_variable: Counter[str] = Counter()

    def _common_names(self) -> list[str]:
        former = self._former or {}
        return [n for n in self._names if n in former and n not in KEY]

    def add(self, rows: Sequence[Row]) -> None:
        """Compares the next rows."""
        for row in rows:
            new = as_written(row, self._columns)
            for gone in self._up_to(_key(new)):
                self._write_withdrawn(gone)
            former = self._former
            if former is not None and _key(former) == _key(new):
                self._compare(former, new)
                self._former = next(self._rows, None)
            elif _has_report(new):
                self._write(new, ADDED)

    def _up_to(self, key: tuple[str, int, str]) -> Iterator[Mapping[str, str]]:
        while self._former is not None and _key(self._former) < key:
            yield self._former
            self._former = next(self._rows, None)

    def _compare(self, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        if _has_report(new) and not _has_report(old):
            self._write(new, ADDED)
        elif _has_report(old) and not _has_report(new):
            self._write_withdrawn(old)
        elif not _has_report(new):
            if old[REPORT_STATE] != new[REPORT_STATE]:
                self._write(new, STATE, (REPORT_STATE, old[REPORT_STATE], new[REPORT_STATE]))
        else:
            self._compare_values(old, new)

    def _compare_values(self, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        for name in self._common:
            status = f"{name}_status"
            before, after = old.get(status) or "", new.get(status, "")
            if old[name] != new[name] or (before and before != after):
                self._by_variable[name] += 1
                self._write(new, CHANGED, (name, old[name], new[name], before, after))

    def _write_withdrawn(self, row: Mapping[str, str]) -> None:
        if _has_report(row):
            self._write(row, WITHDRAWN)

    def _write(self, row: Mapping[str, str], change: str, told: tuple[str, ...] = ()) -> None:
        self.counts[change] += 1
        told = (*told, *("",) * (5 - len(told)))
        self._writer.writerow([*(row[name] for name in KEY), change, *told])

    def close(self) -> None:
        """Compares what is left of the former panel, and ends the file."""
        while self._former is not None:
            self._write_withdrawn(self._former)
            self._former = next(self._rows, None)
        self._out.close()

    def abandon(self) -> None:
        """Lets go of what is open, after an error."""
        self._out.close()

    def summary(self, version: str) -> str:
        """The changelog, in Markdown."""
        lines = [
            f"# Changes from data version {self.version[:16]} to {version[:16]}",
            "",
            f"- reports added: {self.counts[ADDED]}",
            f"- reports withdrawn: {self.counts[WITHDRAWN]}",
            f"- values changed: {self.counts[CHANGED]}",
            f"- body-years without report whose reason changed: {self.counts[STATE]}",
            "",
        ]
        named = sorted(self._by_variable.items(), key=lambda one: (-one[1], one[0]))
        if named:
            lines += ["| variable | changes |", "|---|---|"]
            lines += [f"| {name} | {count} |" for name, count in named[:MOST_NAMED]]
            lines.append("")
        lines.append("Each stands in changes.csv.")
        return "\n".join(lines) + "\n"


def _has_report(row: Mapping[str, str]) -> bool:
    return row[REPORT_STATE] in _FOUND and bool(row["record_id"])


def _key(row: Mapping[str, str]) -> tuple[str, int, str]:
    return row["body_id"], int(row["report_year"]), row["report_scope"]
