"""A sample of reports to code by hand: stratified by form and level, blind to our values.

Forms have equal shares, so that rare ones can be judged; within a form levels have shares by their
number of reports, each at least one report. Reports are drawn by the digest of seed and report id:
the same seed draws the same reports in any order of the corpus, and most of them when it grows.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from extract.csv_table import BOM, safe
from extract.panel_columns import panel_variables
from extract.panel_rows import found_values, headlines
from extract.panel_source import SourceReport, find_source_report
from extract.value_status import ValueStatus
from extract.variables import Kind, Variable

COLUMNS = (
    *("report_id", "record_id", "form", "level", "url", "open", "variable", "label_zh"),
    *("label_en", "unit", "rule", "coded_value", "coded_missing", "coder", "note"),
)
PROSE = "prose"
"""The form of a report without statutory tables."""
NO_LEVEL = "none"

Stratum = tuple[str, str]
"""Form and level."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report of the sample, and its stratum."""

    report_id: str
    stratum: Stratum


def draw(
    db: sqlite3.Connection, *, size: int, seed: int, is_left_out: Callable[[str], bool]
) -> list[Drawn]:
    """At most ``size`` reports of all, in order of report id."""
    strata: dict[Stratum, list[str]] = defaultdict(list)
    for report_id, form, level in db.execute(STRATA):
        if not is_left_out(report_id):
            strata[form, level or NO_LEVEL].append(report_id)
    drawn: list[Drawn] = []
    for stratum, share in _shares({s: len(ids) for s, ids in strata.items()}, size).items():
        in_order = sorted(strata[stratum], key=lambda report_id: _lot(seed, report_id))
        drawn += [Drawn(report_id, stratum) for report_id in in_order[:share]]
    return sorted(drawn, key=lambda one: one.report_id)


def _lot(seed: int, report_id: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{report_id}".encode("utf-8", "replace")).digest()


def _shares(sizes: Mapping[Stratum, int], size: int) -> dict[Stratum, int]:
    """How many of each stratum."""
    forms: dict[str, dict[str, int]] = defaultdict(dict)
    for (form, level), count in sorted(sizes.items()):
        forms[form][level] = count
    of_forms = _even({form: sum(levels.values()) for form, levels in forms.items()}, size)
    return {
        (form, level): share
        for form, levels in forms.items()
        for level, share in _by_size(levels, of_forms[form]).items()
    }


def _even(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Equal shares, none above its size; what one leaves goes to the others."""
    shares = dict.fromkeys(sizes, 0)
    while total and (open_ones := [n for n in sizes if shares[n] < sizes[n]]):
        each = max(total // len(open_ones), 1)
        for name in open_ones[:total]:
            taken = min(each, sizes[name] - shares[name], total)
            shares[name] += taken
            total -= taken
    return shares


def _by_size(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Shares by size, each at least one where the total allows it (largest remainders)."""
    whole = sum(sizes.values())
    if total >= whole:
        return dict(sizes)
    exact = {name: total * size / whole for name, size in sizes.items()}
    shares = {name: int(share) for name, share in exact.items()}
    order = sorted(sizes, key=lambda name: (shares[name] > 0, shares[name] - exact[name], name))
    for name in order[: total - sum(shares.values())]:
        shares[name] += 1
    for name in [one for one in order if not shares[one]]:
        rich = max(shares, key=lambda one: (shares[one], one))
        if shares[rich] > 1:
            shares[rich] -= 1
            shares[name] += 1
    return shares


def chosen_variables(names: Sequence[str]) -> tuple[Variable, ...]:
    """Variables of the panel by name; the headline series where none is named. Raises KeyError with
    the name that is none.
    """
    known = {variable.name: variable for variable in panel_variables()}
    if not names:
        return tuple(one for one in known.values() if one.kind is Kind.HEADLINE)
    return tuple(known[name] for name in dict.fromkeys(names))


def sheet(db: sqlite3.Connection, drawn: Sequence[Drawn], variables: Sequence[Variable]) -> str:
    """The sheet: a line for each report and variable, but those that the report's form lacks.

    Nothing in it tells a value of ours. It begins with a byte order mark, for table programs.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in drawn:
        report = find_source_report(db, one.report_id)
        if report is not None:
            writer.writerows(_lines(one, report, variables))
    return BOM + out.getvalue()


def _lines(
    drawn: Drawn, report: SourceReport, variables: Sequence[Variable]
) -> Iterator[list[str]]:
    found = dict(zip(panel_variables(), found_values(report, headlines(report)), strict=True))
    record = str(report.columns["record_id"])
    for variable in variables:
        if found[variable].status is not ValueStatus.NOT_IN_FORM:
            told = (
                *(drawn.report_id, record, *drawn.stratum, str(report.columns["url"])),
                f"nianbao replay --address {record}",
                *(variable.name, variable.chinese, variable.english, variable.unit),
                variable.rule or "",
            )
            yield [*map(safe, told), "", "", "", ""]


def populations(db: sqlite3.Connection) -> dict[str, int]:
    """How many reports of each stratum the corpus has, named ``form/level``."""
    counted: dict[str, int] = defaultdict(int)
    for _, form, level in db.execute(STRATA):
        counted[f"{form}/{level or NO_LEVEL}"] += 1
    return dict(sorted(counted.items()))


STRATA = f"""
SELECT r.report_id, coalesce(r.table3_form, r.table2_form, r.appendix_form, '{PROSE}'),
       b.admin_level
FROM reports r JOIN bodies b USING (body_id) ORDER BY r.report_id
"""  # noqa: S608
