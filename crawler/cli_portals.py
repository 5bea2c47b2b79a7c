"""The commands about portals: list, add, check."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click

from archive.folder import DataFolder
from crawler import presenting
from crawler.adding import Added, Place, append_results, read_places, results_path, settled
from crawler.cli_folder import data_option, folder_of, talk
from crawler.config import Config, load_config
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from crawler.finding import Verdict
from crawler.portal import Portal, load_portals
from crawler.terminal import json_line, shown

CHUNK = 40
"""Places of a list that are searched in one run; results are kept after each."""

_PRIVATE = click.option(
    "--allow-private", is_flag=True, help="Ask loopback and private addresses too."
)


@click.group()
def portals() -> None:
    """What is configured."""


@portals.command("list")
@data_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def portals_list(data: Path | None, as_json: bool) -> None:
    """List the portals, packaged and the user's."""
    known = load_portals(folder_of(data).portals)
    presenting.print_portals(known, as_json=as_json)
    for problem in known.problems:
        talk.print(f"refused: {problem.message}", markup=False, style="red")
    sys.exit(ExitCode.BAD_INPUT if known.problems else ExitCode.OK)


@portals.command("add")
@click.argument("url", required=False)
@data_option
@click.option("--from", "places", type=click.Path(path_type=Path), help="A CSV: name, url.")
@click.option("--id", "portal_id", help="The portal's id; default: made of its address.")
@click.option("--name", default="", help="The portal's name; default: what the site calls itself.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a place.")
@_PRIVATE
def portals_add(
    url: str | None,
    data: Path | None,
    places: Path | None,
    portal_id: str | None,
    name: str,
    as_json: bool,
    allow_private: bool,
) -> None:
    """Find the listing at an address, a listing's or a home page's, and write its portal file."""
    if (url is None) == (places is None):
        raise click.UsageError("give one address, or --from with a list of places")
    folder = folder_of(data)
    config = load_config(folder.settings_file, allow_private=allow_private)
    if places is not None:
        sys.exit(_add_many(folder, config, places, as_json=as_json))
    assert url is not None
    added = _search(folder, config, [Place(name=name, url=url)], portal_id=portal_id)
    for one in added:
        _tell(one, as_json=as_json)
    sys.exit(_exit_code(added))


def _search(
    folder: DataFolder, config: Config, places: Sequence[Place], *, portal_id: str | None = None
) -> list[Added]:
    from crawler.adding import add_places

    return list(add_places(folder, config, places, portal_id=portal_id))


def _add_many(folder: DataFolder, config: Config, path: Path, *, as_json: bool) -> ExitCode:
    """In chunks, each kept when it is done: a list that was interrupted goes on where it was."""
    places, results = read_places(path), results_path(path)
    known = settled(results)
    left = [place for place in places if place.url not in known]
    if known:
        talk.print(f"{len(places) - len(left)} of {len(places)} stand in {results} already")
    added: list[Added] = []
    for start in range(0, len(left), CHUNK):
        done = _search(folder, config, left[start : start + CHUNK])
        append_results(results, done)
        for one in done:
            _tell(one, as_json=as_json)
        added += done
    counts = {verdict: sum(a.found.verdict is verdict for a in added) for verdict in Verdict}
    told = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items())
    talk.print(f"{told}; see {results}", markup=False)
    return _exit_code(added)


def _exit_code(added: Sequence[Added]) -> ExitCode:
    if any(one.found.verdict is Verdict.FAILED for one in added):
        return ExitCode.FAILED if len(added) == 1 else ExitCode.PARTIAL
    return ExitCode.OK


def _tell(added: Added, *, as_json: bool) -> None:
    """What was found, its years, gaps and dates, and what a person should look at."""
    found = added.found
    if as_json:
        told = asdict(replace(found, reports=())) | {
            "reports": sum(found.years.values()),
            "gaps": found.gaps,
            "portal": added.portal_id,
            **asdict(added.place),
        }
        click.echo(json_line(_plain(told)))
        return
    click.echo(f"{found.verdict.value}: {shown(added.place.name or added.place.url)}")
    if found.listing:
        click.echo(f"  listing  {shown(found.listing)}")
        click.echo(f"  family   {found.family} ({shown(found.evidence)})")
        reports = sum(found.years.values())
        click.echo(f"  reports  {reports}, {found.others} other rows, {found.requests} requests")
        years = " ".join(f"{year}" + (f"x{n}" if n > 1 else "") for year, n in found.years.items())
        click.echo(f"  years    {years or 'none named'}")
        if found.gaps:
            click.echo(f"  gaps     {' '.join(map(str, found.gaps))}")
        if found.listed_from:
            click.echo(f"  dated    {found.listed_from} to {found.listed_to}")
    for why in found.why:
        click.echo(f"  look at  {shown(why)}")
    if added.path:
        click.echo(f"  written  {added.path}; crawl it: nianbao crawl {added.portal_id}")


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | None) else str(value)


@portals.command("family")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The checkout; default: the working folder.",
)
def portals_family(name: str, into: Path) -> None:
    """Begin a new family: an adapter, its imitation and a test that passes, to be changed."""
    from crawler.new_family import write_family

    paths = write_family(into, name)
    for path in paths:
        click.echo(path)
    talk.print("write the imitation from what the platform serves, run its test, then the adapter")


@portals.command("check")
@click.argument("names", nargs=-1, metavar="[PORTAL]...")
@data_option
@click.option("--live", is_flag=True, help="Ask the listings and say what they are now.")
@_PRIVATE
def portals_check(
    names: tuple[str, ...], data: Path | None, live: bool, allow_private: bool
) -> None:
    """Validate portal files; with --live ask their listings too."""
    folder = folder_of(data)
    known = load_portals(folder.portals)
    problems = [p for p in known.problems if not names or p.portal_id in names]
    checked = [known.get(name) for name in names] if names and not problems else list(known)
    for problem in problems:
        talk.print(f"refused: {problem.message}", markup=False, style="red")
    talk.print(f"{len(checked)} portal files are valid, {len(problems)} refused")
    if problems:
        sys.exit(ExitCode.BAD_INPUT)
    if live:
        if not names:
            raise CrawlerError("name the portals that are to be asked: `portals check ID --live`")
        config = load_config(folder.settings_file, allow_private=allow_private)
        sys.exit(_check_live(folder, config, checked))


def _check_live(folder: DataFolder, config: Config, checked: Sequence[Portal]) -> ExitCode:
    """Each listing as it answers now, and by which family; a change is proposed, not made."""
    from crawler.checking import check_live

    code = ExitCode.OK
    for said in check_live(folder, config, checked):
        click.echo(f"{said.portal_id}: {shown(said.listing)}")
        for line in said.lines:
            click.echo(f"  {shown(line)}")
        if not said.is_fine:
            code = ExitCode.FAILED
    return code
