"""What wget and warcprox write of the sample portal is imported, and yields its reports: without a
portal file and whatever the packing.
"""

from __future__ import annotations

import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fetched_files import get_fetched
from nianbao_process import Nianbao, copy_site, served

from archive.folder import DataFolder
from archive.importable import packing_of
from archive.importing import import_file
from archive.index import ArchiveIndex
from archive.rebuild import IndexingReport

LISTING = "zfxxgk/zfxxgknb/"
REPORTS = "SELECT url, report_year FROM reports JOIN documents USING (record_id) ORDER BY url"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_site(tmp_path_factory.mktemp("tools"))


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, site: Path) -> dict[str, int]:
    """Path and year of each report that nianbao's own crawl finds on a page."""
    nianbao = Nianbao(tmp_path_factory.mktemp("crawled") / "data")
    with served(site, "127.0.4.81") as portal:
        nianbao.configure("p", f"{portal.url.rstrip('/')}/{LISTING}")
        nianbao.run("crawl", "p", "--jobs", "1")
    return reports(nianbao)


def reports(nianbao: Nianbao) -> dict[str, int]:
    return {str(url).split("/", 3)[3]: int(str(year)) for url, year in nianbao.query(REPORTS)}


def wget(url: str, target: Path, *options: str) -> None:
    """Fetches a site as wget does, into WARC files."""
    pages = str(target.parent / "pages")
    options = (f"--warc-file={target}", "--delete-after", "-P", pages, *options)
    done = subprocess.run(
        ["wget", "-q", "--recursive", "--level=4", "--no-parent", *options, url],
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 8), "8: some page was not there, as the sample portal has it"


@pytest.mark.skipif(shutil.which("wget") is None, reason="no wget on this machine")
def test_what_wget_writes(site: Path, crawled: dict[str, int], tmp_path: Path) -> None:
    nianbao, captures = Nianbao(tmp_path / "data"), []
    with served(site, "127.0.4.82") as portal:
        for name, options in (("packed", ()), ("plain", ("--no-warc-compression",))):
            wget(f"{portal.url.rstrip('/')}/{LISTING}", tmp_path / name, *options)
    folder = DataFolder(tmp_path / "plain_data")
    folder.prepare()
    with ArchiveIndex.open(folder.archive_db) as index:
        plain, report = tmp_path / "plain.warc", IndexingReport()
        taken = import_file(folder, index, plain, packing=packing_of(plain), report=report)
        captures = [(row.url, row.status) for row in index.iter_captures()]
    assert taken.is_whole
    assert report.is_sound
    nianbao.run("import", str(tmp_path / "packed.warc.gz"), "--jobs", "1")
    packed = nianbao.query("SELECT url, status FROM captures", "archive.db")
    assert sorted(captures) == sorted((str(url), status) for url, status in packed), "either way"
    fetched = {url.split("/", 3)[3] for url, status in captures if status == 200}
    wanted = {path: year for path, year in crawled.items() if path in fetched}
    assert len(wanted) >= 2, "wget runs no script, and so misses what a listing's script links"
    assert reports(nianbao) == wanted, "each report that a crawl finds, of those that wget fetched"
    nianbao.run("verify")


@contextmanager
def warcprox(folder: Path) -> Iterator[str]:
    """warcprox as it is installed, writing to a folder; its address."""
    program = get_fetched("warcprox/bin/warcprox")
    command = [str(program), "-b", "127.0.4.83", "-p", "0", "-d", str(folder), "-z"]
    with (folder / "log").open("w") as log:
        running = subprocess.Popen(
            [*command, "--stats-db-file=/dev/null"],
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        yield _address(folder / "log", running)
    finally:
        running.terminate()
        running.wait(30)


def _address(log: Path, running: subprocess.Popen[bytes]) -> str:
    for _ in range(300):
        for line in log.read_text().splitlines():
            if "listening on" in line:
                return line.rpartition("listening on ")[2].split()[0].strip("('),").strip()
        assert running.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_what_warcprox_writes(site: Path, crawled: dict[str, int], tmp_path: Path) -> None:
    folder = tmp_path / "warcs"
    folder.mkdir()
    with served(site, "127.0.4.84") as portal, warcprox(folder) as address:
        handler = urllib.request.ProxyHandler({"http": f"http://{address}"})
        opener = urllib.request.build_opener(handler)
        for _ in range(2):  # the second time it writes revisits
            for path in crawled:
                with opener.open(f"{portal.url.rstrip('/')}/{path}", timeout=20) as answer:
                    answer.read()
    files = sorted(str(path) for path in folder.rglob("*.warc*"))
    assert files, (folder / "log").read_text()
    nianbao = Nianbao(tmp_path / "data")
    nianbao.run("import", *files, "--jobs", "1")
    assert reports(nianbao) == crawled
    nianbao.run("verify")
