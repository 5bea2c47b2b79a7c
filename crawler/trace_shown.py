"""What became of an address that gave no report, for a person and for programs."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.console import Console

from archive.folder import DataFolder
from crawler.replaying import opened_at
from crawler.terminal import json_line, out, shown
from extract.traces import Trace


def print_trace(trace: Trace, folder: DataFolder, talk: Console, *, as_json: bool) -> None:
    """Captures with their outcomes, findings, listing rows; near addresses of one never seen."""
    if as_json:
        click.echo(json_line(asdict(trace) | {"report": None}))
        return
    if not trace.is_known:
        _say_unknown(trace, talk)
        return
    talk.print(f"no report was read at {shown(trace.url)}", markup=False)
    to = out()
    for capture in trace.captures:
        to.print(
            f"captured {capture.captured_at}, status {capture.status}: {capture.outcome}"
            + (f" ({shown(capture.detail)})" if capture.detail else ""),
            markup=False,
        )
        if capture.url != trace.url:
            to.print(f"  at {shown(capture.url)}", markup=False)
        path = folder.warc / capture.warc_file
        to.print(f"  in {path} offset {capture.warc_offset}", markup=False)
        opened = opened_at(folder, capture.url, capture.captured_at)
        to.print(f"  replayed at {opened}", markup=False)
    for row in trace.listed:
        on = f", dated {row.listed_on}" if row.listed_on else ""
        became = shown(row.outcome, "not settled")
        to.print(f"listed by {row.portal} as {shown(row.title)}{on}: {became}", markup=False)
        seen = f"first seen {row.first_seen}, last {row.last_seen}"
        to.print(f"  on {shown(row.via)}, {seen}", markup=False)
    if trace.rows:
        counts = ", ".join(f"{shown(outcome)} {count}" for outcome, count in trace.rows.items())
        to.print(f"a page of a listing; its rows came to: {counts}", markup=False)
    for finding in trace.findings:
        to.print(f"finding {finding.kind}: {shown(finding.message)}", markup=False)


def _say_unknown(trace: Trace, talk: Console) -> None:
    talk.print(f"nothing is known of {shown(trace.url)}", markup=False)
    if not trace.near:
        talk.print("no address of its host either; see `nianbao status` for the portals crawled")
        return
    talk.print("known on its host, the most alike first:")
    for url in trace.near:
        talk.print(f"  {shown(url)}", markup=False)
