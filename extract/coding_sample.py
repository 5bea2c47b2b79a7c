"""A sample of reports to code by hand: stratified by form and level, blind to our values.

Forms have equal shares, so that rare ones can be judged; within a form levels have shares by their
number of reports, each at least one report. Reports are drawn by the digest of seed and report id:
the same seed draws the same reports in any order of the corpus, and most of them when it grows.
Each line says of its stratum how many reports the corpus has and how many were drawn, so that a
score weights strata that were drawn at different rates.
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
    *("report_id", "record_id", "form", "level", "stratum_reports", "stratum_drawn"),
    *("url", "open", "variable", "label_zh", "label_en", "unit", "rule"),
    *("coded_value", "coded_missing", "coder", "note"),
)
PROSE = "prose"
"""The form of a report without statutory tables."""
NO_LEVEL = "none"

Stratum = tuple[str, str]
"""Form and level."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The reports drawn, by id and stratum in order of id; of each stratum of the corpus how many
    reports it has and how many of them were drawn.
    """

    reports: Sequence[tuple[str, Stratum]]
    sizes: Mapping[Stratum, int]
    shares: Mapping[Stratum, int]


def draw(
    db: sqlite3.Connection, *, size: int, seed: int, is_left_out: Callable[[str], bool]
) -> Sample:
    """At most ``size`` reports of all that are not left out."""
    strata: dict[Stratum, list[str]] = defaultdict(list)
    for report_id, form, level in db.execute(STRATA):
        if not is_left_out(report_id):
            strata[form, level or NO_LEVEL].append(report_id)
    sizes = {stratum: len(ids) for stratum, ids in sorted(strata.items())}
    shares = _shares(sizes, size)
    drawn: list[tuple[str, Stratum]] = []
    for stratum, share in shares.items():
        in_order = sorted(strata[stratum], key=lambda report_id: _lot(seed, report_id))
        drawn += [(report_id, stratum) for report_id in in_order[:share]]
    return Sample(sorted(drawn), sizes, shares)


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


def sheet(db: sqlite3.Connection, sample: Sample, variables: Sequence[Variable]) -> str:
    """The sheet: a line for each report and variable, but those that the report's form lacks.

    Nothing in it tells a value of ours. It begins with a byte order mark, for table programs.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for report_id, stratum in sample.reports:
        report = find_source_report(db, report_id)
        if report is not None:
            counts = (str(sample.sizes[stratum]), str(sample.shares[stratum]))
            writer.writerows(_lines((report_id, *stratum), counts, report, variables))
    return BOM + out.getvalue()


def _lines(
    drawn: tuple[str, str, str],
    counts: tuple[str, str],
    report: SourceReport,
    variables: Sequence[Variable],
) -> Iterator[list[str]]:
    found = dict(zip(panel_variables(), found_values(report, headlines(report)), strict=True))
    record = str(report.columns["record_id"])
    for variable in variables:
        if found[variable].status is not ValueStatus.NOT_IN_FORM:
            told = (
                *(drawn[0], record, *drawn[1:], *counts, str(report.columns["url"])),
                f"nianbao replay --address {record}",
                *(variable.name, variable.chinese, variable.english, variable.unit),
                variable.rule or "",
            )
            yield [*map(safe, told), "", "", "", ""]


STRATA = f"""
SELECT r.report_id, coalesce(r.table3_form, r.table2_form, r.appendix_form, '{PROSE}'),
       b.admin_level
FROM reports r JOIN bodies b USING (body_id) ORDER BY r.report_id
"""  # noqa: S608
