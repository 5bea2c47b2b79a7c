"""The command that gives captures out as they were archived."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag

import click

from archive.errors import TakenDown
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.rows import CaptureRow
from archive.suppression import Suppression, load_suppression
from crawler.captures_shown import Form, captures_of, given_as, moment, nearest, need
from crawler.cli_folder import data_option, existing_folder
from crawler.errors import CrawlerError
from crawler.failures_shown import failure_json, failure_line
from crawler.terminal import json_line, out, shown


@click.command()
@click.argument("target", metavar="URL, RECORD-ID or DIGEST")
@data_option
@click.option("--at", help="The capture nearest to this time; default: the latest.")
@click.option(
    "--as", "form", type=click.Choice([form.value for form in Form]), help="Give one capture so."
)
@click.option("--json", "as_json", is_flag=True, help="The list, one JSON object a line.")
def capture(
    target: str, data: Path | None, at: str | None, form: str | None, as_json: bool
) -> None:
    """List the captures of an address, or give one as it was archived."""
    if at is not None and form is None:
        raise CrawlerError("--at chooses one capture: say with --as what to give of it")
    when = None if at is None else moment(at)
    folder, target = existing_folder(data), urldefrag(target).url
    suppression = load_suppression(folder.suppress_file)
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        if (failed := index.find_failure(target)) is not None:
            if form is not None:
                raise CrawlerError(f"{target} is a request that brought nothing: leave out --as")
            told = json_line(failure_json(failed)) if as_json else shown(failure_line(failed))
            click.echo(told)
            return
        if form is None:
            _list(captures_of(index, target), target, suppression, as_json=as_json)
            return
        row = need(nearest(captures_of(index, target), when), target)
        line = _line_over(row, suppression)
        if line is not None and form != Form.CITATION:
            raise TakenDown(
                f"{folder.suppress_file} line {line} takes {row.pointer.record_id} at "
                f"{row.url} down: archived, and not given"
            )
        given = given_as(ArchiveReader(folder, index), row, Form(form))
    sys.stdout.buffer.write(given)


def _line_over(row: CaptureRow, suppression: Suppression) -> int | None:
    """The line of suppress.txt that takes a capture down, or the one that it repeats."""
    return suppression.find_line(row.url, row.pointer.record_id, row.refers_to or "")


def _list(
    rows: Iterator[CaptureRow], target: str, suppression: Suppression, *, as_json: bool
) -> None:
    """The list has nothing of what was captured: what is taken down is in it, and marked."""
    to, row = out(), None
    for row in rows:
        line = _line_over(row, suppression)
        if as_json:
            click.echo(json_line(_as_json(row) | {"is_taken_down": line is not None}))
        else:
            pointer = row.pointer
            said = (  # digest and id of another tool's record may hold anything
                f"{row.captured_at:%Y-%m-%dT%H:%M:%SZ} {row.method} {row.status or '–'} "
                f"{row.record_type.value} {pointer.payload_digest or '–'} {pointer.record_id} "
                f"{pointer.file} offset {pointer.offset}"
                + ("" if line is None else f" taken down by suppress.txt line {line}")
            )
            to.print(shown(said), markup=False)
    need(row, target)


def _as_json(row: CaptureRow) -> dict[str, object]:
    pointer = row.pointer
    return {
        "url": row.url,
        "method": row.method,
        "captured_at": f"{row.captured_at:%Y-%m-%dT%H:%M:%SZ}",
        "status": row.status,
        "record_type": row.record_type.value,
        "record_id": pointer.record_id,
        "refers_to": row.refers_to,
        "payload_digest": pointer.payload_digest,
        "warc_file": pointer.file,
        "warc_offset": pointer.offset,
        "warc_length": pointer.length,
        "truncated": row.truncated.value if row.truncated else None,
    }
