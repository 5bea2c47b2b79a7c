"""The command that checks what is archived, and what was read of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from crawler.cli_folder import corpus_option, data_option, existing_folder, talk
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from crawler.terminal import json_line, shown

ALONE_BYTES = 32 * 1024 * 1024
"""An archive up to this size is checked as fast by one process as others take to start."""


@click.command()
@click.argument(
    "packages",
    nargs=-1,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="[FILE.wacz]...",
)
@data_option
@corpus_option
@click.option("--sample", "part", metavar="N or P%", help="Read only so many, chosen by the seed.")
@click.option("--seed", type=int, default=1, show_default=True, help="Chooses the sample.")
@click.option("--ledger-head", "noted", metavar='"N CHAIN"', help="A head that was noted before.")
@click.option("--jobs", type=click.IntRange(1), help="Worker processes; default: all cores.")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
def verify(
    packages: tuple[Path, ...],
    data: Path | None,
    part: str | None,
    seed: int,
    noted: str | None,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Check the ledger, every record, the index, and the values of the corpus.

    Of packages (WACZ), by whomever, every rule of the standard, and that they are safe to open.
    """
    if packages:
        sys.exit(_verify_packages(packages))
    from archive.ledger import parse_head
    from archive.sample import Sample
    from archive.suppression import load_suppression
    from archive.verify import verify as verify_archive
    from extract.former_corpus import check_former
    from extract.verify_values import check_provenance

    try:
        sample = None if part is None else Sample.parse(part, seed=seed)
    except ValueError as error:
        raise CrawlerError(f"--sample {error}") from error
    head = None if noted is None else parse_head(noted)
    if noted is not None and head is None:
        raise CrawlerError(
            f"--ledger-head {noted!r} is no head: the number of lines and the chain, as `verify` "
            "prints them and ledger-head.txt holds them"
        )
    folder = existing_folder(data)
    suppression = load_suppression(folder.suppress_file)  # before all is read
    stored = sum(path.stat().st_size for path in folder.warc.rglob("*.gz*"))
    jobs = jobs or (1 if stored <= ALONE_BYTES else os.cpu_count() or 1)
    report = verify_archive(folder, jobs=jobs, sample=sample, noted=head)
    check_provenance(folder, report, jobs=jobs, sample=sample, suppression=suppression)
    check_former(folder, report)
    if as_json:
        click.echo(json_line(report.as_json()))
    else:
        for line in report.lines():
            talk.print(shown(line), markup=False)
    sys.exit(ExitCode.OK if report.is_sound else ExitCode.DAMAGED)


def _verify_packages(packages: tuple[Path, ...]) -> ExitCode:
    from archive.wacz_check import check_package

    is_sound = True
    for path in packages:
        checked = check_package(path)
        is_sound = is_sound and checked.is_sound
        for line in checked.lines():
            talk.print(shown(f"{path}: {line}"), markup=False)
    return ExitCode.OK if is_sound else ExitCode.DAMAGED
