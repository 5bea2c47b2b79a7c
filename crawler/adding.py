"""Portals from addresses: searches run, portal files written, results of many places kept."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.clock import utc_now
from archive.folder import DataFolder
from crawler.adapters import by_name
from crawler.config import Config, require_contact
from crawler.errors import CrawlerError, InvalidPortal
from crawler.finding import Found, Search, Verdict
from crawler.portal import portal_for_url
from crawler.portal_toml import portal_from_toml

RESULT_COLUMNS = (
    "name", "url", "outcome", "portal", "listing", "family", "reports", "years", "gaps", "why",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
PLAIN_FAMILY = "generic"
"""Not written into a portal file: it is what reads a page that no family knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A row of a list of places: a name for people, and any address of its portal."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A place with what was found, and the portal file that was written for it; None for none."""

    place: Place
    found: Found
    portal_id: str | None
    path: Path | None


def read_places(path: Path) -> list[Place]:
    """The rows of a CSV file with the columns ``name`` and ``url``, blank ones left out.

    Raises CrawlerError that names the file and the line for a file that cannot be used.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"name", "url"} <= set(reader.fieldnames or ()):
                raise CrawlerError(f"{path} needs the columns name and url in its first line")
            rows = [(reader.line_num, row["name"] or "", row["url"] or "") for row in reader]
    except OSError as error:
        raise CrawlerError(f"cannot read {path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise CrawlerError(f"{path} is no CSV in UTF-8: {error}; save it as CSV UTF-8") from error
    places = []
    for line, name, url in rows:
        if not url.strip():
            if name.strip():
                raise CrawlerError(f"{path} line {line}: {name!r} has no url")
            continue
        places.append(Place(name=name.strip(), url=url.strip()))
    return places


def add_places(
    folder: DataFolder, config: Config, places: Sequence[Place], *, portal_id: str | None = None
) -> Iterator[Added]:
    """Searches each place's listing, writes a portal file for each found or unsure one.

    Yields in order of the places, after the run. ``portal_id`` names the file of a single place.
    Raises ContactMissing, DataFolderBusy, CrawlerError before anything is asked.
    """
    require_contact(config, [place.url for place in places], folder.settings_file)
    searches: dict[str, Search] = {}
    refused: dict[str, Found] = {}
    for place in places:
        try:
            searches.setdefault(place.url, Search(place.url))
        except InvalidPortal as error:
            refused[place.url] = Found(verdict=Verdict.FAILED, why=(str(error),))
    found = refused | (search_all(folder, config, searches) if searches else {})
    for place in places:
        result = found.get(place.url)
        if result is None:  # interrupted before its turn
            continue
        path = write_portal(folder, place, result, portal_id=portal_id) if result.listing else None
        yield Added(place=place, found=result, portal_id=path.stem if path else None, path=path)


def search_all(
    folder: DataFolder,
    config: Config,
    searches: dict[str, Search],
    on_done: Callable[[str, Found], None] | None = None,
    *,
    wakes: bool = False,
) -> dict[str, Found]:
    """Runs searches in one archived run; the results of those that ended, by their keys. ``wakes``
    asks hosts too that an earlier run left to rest.
    """
    from crawler.listing_pages import ListingLedger
    from crawler.run import live_services, run_spider
    from crawler.run_end import finish_run
    from crawler.spiders.finder import FinderSpider

    found: dict[str, Found] = {}

    def done(place: str, result: Found) -> None:
        found[place] = result
        if on_done is not None:
            on_done(place, result)

    with live_services(folder, (), config, wakes=wakes) as services:
        finished = run_spider(services, FinderSpider, searches=searches, done=done)
        finish_run(services, services.runs[0], ListingLedger(), left={}, interrupted=not finished)
    return found


def write_portal(
    folder: DataFolder, place: Place, found: Found, *, portal_id: str | None = None
) -> Path:
    """Writes ``data/portals/ID.toml``, whole or not at all; an existing file is never replaced.

    Raises CrawlerError when a file of this id is there and says something else.
    """
    assert found.listing is not None
    made, _ = portal_for_url(found.listing)
    name = portal_id or made.portal_id
    text = portal_text(place, found)
    portal_from_toml(name, text, f"{name}.toml")  # what is written can be read
    folder.portals.mkdir(parents=True, exist_ok=True)
    path = folder.portals / f"{name}.toml"
    if path.exists():
        return _unchanged(path, found)
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return path


def _unchanged(path: Path, found: Found) -> Path:
    known = portal_from_toml(path.stem, path.read_text(encoding="utf-8"), str(path))
    listed = [one.url + (f"#{one.fragment}" if one.fragment else "") for one in known.listings]
    if found.listing not in listed:
        raise CrawlerError(f"{path} is another portal's; give this one another --id")
    return path


def portal_text(place: Place, found: Found) -> str:
    """The TOML text of a found portal: what is evidenced, and the evidence as comments."""
    assert found.listing is not None
    day = utc_now().date().isoformat()
    reports = sum(found.years.values())
    lines = [f"# Found on {day} from {_comment(place.url)}"]
    lines.append(f"# {reports} rows titled like reports; {_comment(found.evidence)}")
    lines += [f"# to be looked at: {_comment(why)}" for why in found.why]
    lines.append(f"name     = {_text(place.name or found.site_name or place.url)}")
    if found.division:
        lines.append(f"division = {_text(found.division)}  # the site's own code (网站标识码)")
    lines.append(f"listings = [{_text(found.listing)}]")
    if found.family and found.family != PLAIN_FAMILY:
        lines.append(f"family   = {_text(by_name(found.family).name)}")
    lines += ['status   = "unverified"', ""]
    return "\n".join(lines)


def _text(value: str) -> str:
    return json.dumps("".join(c for c in value if c.isprintable()), ensure_ascii=False)


def _comment(value: str) -> str:
    return "".join(c for c in value if c.isprintable())[:300]


def result_row(added: Added) -> dict[str, str]:
    """A row of the results file; no cell is a formula to a spreadsheet."""
    found = added.found
    row = {
        "name": added.place.name,
        "url": added.place.url,
        "outcome": found.verdict.value,
        "portal": added.portal_id or "",
        "listing": found.listing or "",
        "family": found.family or "",
        "reports": str(sum(found.years.values())),
        "years": " ".join(map(str, found.years)),
        "gaps": " ".join(map(str, found.gaps)),
        "why": "; ".join(found.why),
    }
    return {key: f"'{value}" if value.startswith(_FORMULA) else value for key, value in row.items()}


def results_path(places: Path) -> Path:
    """Where the results of a list of places stand: beside it."""
    return places.with_name(f"{places.stem}.results.csv")


def settled(path: Path) -> set[str]:
    """Addresses that a results file has already; those that failed are asked again."""
    if not path.exists():
        return set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("outcome") != Verdict.FAILED.value]
    return {(row.get("url") or "").lstrip("'") for row in rows}


def append_results(path: Path, rows: Sequence[Added]) -> None:
    """Adds rows to a results file, which is made with its head where it is not there."""
    fresh = not path.exists()
    with path.open("a", encoding="utf-8-sig" if fresh else "utf-8", newline="") as file:
        writer = csv.DictWriter(file, RESULT_COLUMNS)
        if fresh:
            writer.writeheader()
        for added in rows:
            writer.writerow(result_row(added))
        file.flush()
        os.fsync(file.fileno())
