"""The captures of pywb's own sample archives, imported and replayed, beside what pywb itself gives
from the original files: status, headers and body.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import pytest
from fetched_files import get_fetched
from nianbao_process import Nianbao
from replaying import Response, RunningReplay, replaying
from test_import_samples import ARCHIVES

BEGINS = 60
REPLAYED = re.compile(r"\d{14}id_/")
COMPARED = ("Content-Type", "Memento-Datetime")
CONFIG = """
collections:
  all:
    index_paths: {root}/cdxj/
    archive_paths: {root}/files/
"""


@contextmanager
def wayback(root: Path) -> Iterator[RunningReplay]:
    """pywb in its default configuration over files and their index."""
    (root / "config.yaml").write_text(CONFIG.format(root=root), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("wayback")
    with (root / "log").open("w") as log:
        process = subprocess.Popen(
            [program, "-b", "127.0.0.1", "-p", str(port)], cwd=root, stdout=log, stderr=log
        )
    running = RunningReplay(f"http://127.0.0.1:{port}", process)
    try:
        end = time.monotonic() + BEGINS
        while True:
            try:
                running.get("/")
                break
            except OSError:
                assert time.monotonic() < end, (root / "log").read_text()
                time.sleep(0.2)
        yield running
    finally:
        process.kill()
        process.wait()


def said(given: Response, url: str, collection: str) -> tuple[object, ...]:
    """Status, body, where it leads to, media type and time. pywb lets the redirects of archived
    bytes lead to the live site; ours stay in the archive.
    """
    location = given.header("Location")
    where = urljoin(url, REPLAYED.sub("", location.partition(collection)[2] or location))
    return (given.status, given.body, where, *(given.header(name) for name in COMPARED))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pywb's samples, flat, and the index that pywb's own indexer makes of them."""
    root = tmp_path_factory.mktemp("samples")
    (root / "files").mkdir()
    (root / "cdxj").mkdir()
    with tarfile.open(get_fetched("pywb-2.10.*.tar.gz")) as source:
        wanted = [m for m in source if m.isfile() and ARCHIVES.fullmatch(m.name)]
        source.extractall(root / "source", members=wanted, filter="data")
    for path in sorted((root / "source").rglob("*")):
        if path.is_file() and not path.name.endswith(".bad"):
            shutil.copy(path, root / "files" / path.name)
    indexer = Path(sys.executable).with_name("cdx-indexer")
    for path in sorted((root / "files").iterdir()):
        made = subprocess.run(
            [indexer, "-j", "-s", path], capture_output=True, text=True, check=False, cwd=root
        )
        (root / "cdxj" / f"{path.name}.cdxj").write_text(made.stdout, encoding="utf-8")
    return root


def test_replay_gives_what_pywb_gives_of_the_originals(files: Path, tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    imported = sorted((files / "files").iterdir())
    nianbao.run("import", *map(str, imported), code=None)
    asked = sorted(set(_captures(files / "cdxj")))
    assert len(asked) > 150
    other = {}
    with replaying(nianbao.data) as ours, wayback(files) as theirs:
        for url, timestamp in asked:
            given = said(ours.get(f"{timestamp}id_/{url}"), url, "/archive/")
            wanted = said(theirs.get(f"/all/{timestamp}id_/{url}"), url, "/all/")
            if given != wanted:
                other[timestamp, url] = (given[:1] + given[2:], wanted[:1] + wanted[2:])
    assert other == {}, f"{len(other)} of {len(asked)} differ"


def _captures(folder: Path) -> Iterator[tuple[str, str]]:
    """Address and time of what a GET asks for. Those of bad.arc are left out: pywb fails there."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("bad.arc"):
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            _, timestamp, fields = (*line.split(" ", 2), "", "")[:3]
            url = json.loads(fields)["url"] if fields.startswith("{") else ""
            if url.startswith(("http://", "https://")) and "httpbin.org/post" not in url:
                yield url, timestamp
