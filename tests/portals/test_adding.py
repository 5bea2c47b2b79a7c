"""``portals add``: from any address of a portal to its listing, and a file that crawls it."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import pytest
from all_portals import every_imitation
from imitation import Imitation, served
from judging_portals import faults, nianbao

from crawler.exit_codes import ExitCode

KINDS = every_imitation()
SEED = 1


def test_every_home_page_leads_to_its_listing(tmp_path: Path) -> None:
    """All imitations in one list of places; each file then crawls what is there."""
    with served(*(cls(SEED) for cls in KINDS)) as imitations:
        places = tmp_path / "places.csv"
        with places.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["name", "url"])
            writer.writerows([one.site_name, one.origin + "/"] for one in imitations)
        nianbao(tmp_path, "portals", "add", "--from", str(places), "--allow-private")
        asked = {one.origin: len(one.counted()) for one in imitations}
        with (tmp_path / "places.results.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = {row["url"]: row for row in csv.DictReader(file)}
        wrong = {}
        for one in imitations:
            row = rows[one.origin + "/"]
            if row["outcome"] != "found" or row["listing"] != one.listing:
                wrong[type(one).__name__] = (row["outcome"], row["listing"], row["why"])
        assert not wrong
        assert max(asked.values()) <= 15, asked
        for one in imitations:
            one.log.clear()
        said = nianbao(tmp_path, "update")
        assert f"{len(imitations)} of {len(imitations)} portals were due and crawled" in said
        found = {type(one).__name__: list(_but_delay(tmp_path, one)) for one in imitations}
        assert not {name: said for name, said in found.items() if said}
        before = len(rows)
        said = nianbao(tmp_path, "portals", "add", "--from", str(places), "--allow-private")
        assert f"{before} of {before} stand in" in said, "a list that was done is not done again"


def _but_delay(data: Path, imitation: Imitation) -> list[str]:
    """The files that are written ask once a second: a slow crawl breaks no delay."""
    return [said for said in faults(data, imitation) if "a gap of" not in said]


@pytest.mark.parametrize("where", ["home", "listing"])
def test_one_address(where: str, tmp_path: Path) -> None:
    cls = next(one for one in KINDS if one.__name__ == "TrsStatic")
    with served(cls(2)) as (imitation,):
        url = imitation.origin + "/" if where == "home" else imitation.listing
        said = nianbao(tmp_path, "portals", "add", url, "--id", "mine", "--allow-private")
        text = (tmp_path / "portals" / "mine.toml").read_text(encoding="utf-8")
        portal = tomllib.loads(text)
        assert portal["listings"] == [imitation.listing]
        assert portal["family"] == "trs_static"
        assert portal["division"] == imitation.place.code
        assert portal["status"] == "unverified"
        assert str(max(a.year for a in imitation.articles)) in said
        nianbao(tmp_path, "portals", "check", "mine", "--live", "--allow-private")


def test_a_place_without_reports_fails_with_the_reason(tmp_path: Path) -> None:
    cls = next(one for one in KINDS if one.__name__ == "TrsStatic")
    with served(cls(3)) as (imitation,):
        del imitation.articles[:]
        url = imitation.origin + "/"
        said = nianbao(
            tmp_path, "portals", "add", url, "--allow-private", "--json", codes=(ExitCode.FAILED,)
        )
        told = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
        assert told["verdict"] == "failed"
        assert told["why"]
        assert not list((tmp_path / "portals").glob("*.toml"))


def test_a_moved_family_is_proposed(tmp_path: Path) -> None:
    cls = next(one for one in KINDS if one.__name__ == "HanwebJpage")
    with served(cls(2)) as (imitation,):
        (tmp_path / "portals").mkdir()
        (tmp_path / "portals" / "old.toml").write_text(
            f'name = "x"\nlistings = ["{imitation.listing}"]\nfamily = "trs_static"\n'
            'status = "unverified"\n',
            encoding="utf-8",
        )
        arguments = ("portals", "check", "old", "--live", "--allow-private")
        said = nianbao(tmp_path, *arguments, codes=(ExitCode.FAILED,))
        assert 'change it to family = "hanweb_jpage"' in said


@pytest.mark.parametrize(
    "text", ["", "name,address\nx,http://127.0.0.1/\n", "name,url\nx,\n", "\x00\x01"]
)
def test_bad_lists_of_places_are_refused_by_name(text: str, tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text(text, encoding="utf-8")
    said = nianbao(tmp_path, "portals", "add", "--from", str(places), codes=(ExitCode.BAD_INPUT,))
    assert "places.csv" in said
    assert "Traceback" not in said


def test_what_places_say_is_no_formula_and_no_toml(tmp_path: Path) -> None:
    cls = next(one for one in KINDS if one.__name__ == "TrsStatic")
    with served(cls(4)) as (imitation,):
        places = tmp_path / "places.csv"
        with places.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["name", "url"])
            writer.writerow(['=1+1"\nstatus = "active"', imitation.origin + "/"])
        nianbao(tmp_path, "portals", "add", "--from", str(places), "--allow-private")
        (path,) = (tmp_path / "portals").glob("*.toml")
        portal = tomllib.loads(path.read_text(encoding="utf-8"))
        assert portal["status"] == "unverified"
        assert portal["name"].startswith("=1+1")
        with (tmp_path / "places.results.csv").open(encoding="utf-8-sig", newline="") as file:
            (row,) = csv.DictReader(file)
        assert row["name"].startswith("'=")
