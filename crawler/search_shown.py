"""What a search found, for a person on the terminal and for programs."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.console import Console
from rich.text import Text

from crawler.terminal import json_line, out, shown
from extract.search import Found, SearchResult
from extract.snippet import Snippet

HIT = "bold reverse"
OPENING, CLOSING = "«", "»"
"""Around a hit where there is no colour: in a pipe or a file."""


def print_found(result: SearchResult, *, as_json: bool) -> None:
    """The reports found: one JSON object a line, or title, body, year, address and passage."""
    if as_json:
        for found in result.found:
            click.echo(json_line(found_json(found)))
        return
    to = out()
    for found in result.found:
        to.print(Text(f"{found.report_year}  {shown(found.title)}", style="bold"))
        place = f"{shown(found.division)} {shown(found.division_name, '')}".rstrip()
        to.print(Text(f"      {shown(found.reporting_for)} ({place})"))
        to.print(Text(f"      {shown(found.url)}"))
        if found.snippet is not None:
            to.print(Text("      ") + marked(found.snippet, to))


def found_json(found: Found) -> dict[str, object]:
    """One report as printed by ``--json``; ``hits`` are offsets in the snippet's ``text``."""
    fields = asdict(found) | {"snippet": None}
    if found.snippet is not None:
        hits = [[hit.start, hit.end] for hit in found.snippet.hits]
        fields["snippet"] = {"text": found.snippet.text, "hits": hits}
    return fields


def marked(snippet: Snippet, to: Console) -> Text:
    """The passage with its hits marked, by colour where there is one."""
    line, done = Text("" if snippet.begins_text else "…"), 0
    for hit in snippet.hits:
        line.append(shown(snippet.text[done : hit.start]))
        words = shown(snippet.text[hit.start : hit.end])
        line.append(words if to.is_terminal else f"{OPENING}{words}{CLOSING}", HIT)
        done = hit.end
    line.append(shown(snippet.text[done:]))
    return line.append("" if snippet.ends_text else "…")
