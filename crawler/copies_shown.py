"""Reports that repeat an earlier one, for a person on the terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import click

from crawler.terminal import json_line, out, shown
from extract.found_copies import FoundCopy
from extract.withheld import Withheld


def print_copies(copies: Iterable[FoundCopy], withheld: Withheld, *, as_json: bool) -> int:
    """Prints each, one JSON object a line or as sentences; returns how many suppress.txt takes
    down, by the report itself or by the earlier one."""
    to, taken_down = out(), 0
    for one in copies:
        down = withheld.find_report(one.report), withheld.find_named(one.message)
        if down != (None, None):
            taken_down += 1
        elif as_json:
            click.echo(json_line(asdict(one)))
        else:
            place = f" ({one.division})" if one.division else ""
            who = f"{shown(one.reporting_for)}{place} {one.report_year}"
            to.print(f"{who}: {shown(one.message)} [{one.kind}]", markup=False)
    return taken_down
