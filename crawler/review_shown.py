"""Verdicts of persons, for a person on the terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterable

import click
from rich.console import Console

from archive.folder import DataFolder
from crawler.terminal import json_line, out, shown
from extract.errors import ExtractError
from extract.verdicts import Judged, Standing, judge, verdict_json

_UNSOUND = (Standing.STALE, Standing.UNMATCHED)


def print_verdicts(judged: Iterable[Judged], *, as_json: bool) -> None:
    """Each verdict with its report: one JSON object a line, or a line for a person."""
    to = out()
    for one in judged:
        if as_json:
            report = {"line": one.verdict.line, "report_id": one.report_id}
            said = {"judged_report_id": one.verdict.report_id, "why": one.why}
            click.echo(json_line({**report, **said, **verdict_json(one)}))
        else:
            to.print(
                f"{shown(one.report_id or one.verdict.report_id)}: {sentence(one)}", markup=False
            )


def print_beside(to: Console, judged: Iterable[Judged], *, indent: str = "  ") -> None:
    """The verdicts beside what they are about."""
    for one in judged:
        to.print(f"{indent}verdict: {sentence(one)}", markup=False)


def sentence(judged: Judged) -> str:
    """One verdict in a line: what, who, when, and how it stands."""
    verdict = judged.verdict
    what = " at ".join(part for part in (verdict.variable, verdict.place) if part)
    value = " ".join(part for part in (verdict.value, verdict.raw) if part) or "blank"
    parts = [f"{what} ({value}) {verdict.verdict.value}"]
    if verdict.right is not None:
        parts.append(f"right is {verdict.right}")
    parts.append(f"by {verdict.by} on {verdict.on.isoformat()}")
    if verdict.note is not None:
        parts.append(verdict.note)
    told = shown(", ".join(parts))
    if judged.standing is Standing.HOLDS:
        return told
    why = f": {shown(judged.why)}" if judged.why else ""
    return f"{told} [{judged.standing.value}{why}]"


def unsound(judged: Iterable[Judged]) -> list[Judged]:
    """Those that a person should look at again: of a value that has changed, or of none."""
    return [one for one in judged if one.standing in _UNSOUND]


def tell_after_reading(folder: DataFolder, talk: Console) -> None:
    """Says which verdicts want a look now that the archive was read again. A file that is not
    understood is told as well, and stops nothing: it is no part of what was read."""
    try:
        tell_unsound(judge(folder.review_file, folder.corpus_db).iter_all(), talk)
    except ExtractError as error:
        talk.print(shown(error), markup=False)


def tell_unsound(judged: Iterable[Judged], talk: Console) -> None:
    """Says how many verdicts want a look; nothing where none does."""
    if count := len(unsound(judged)):
        talk.print(
            f"review.csv: {count} verdicts are about values that changed, or fit nothing; "
            "`nianbao review --stale` shows them"
        )
