"""Pages of an archive replayed, by nianbao and by ``wayback`` as it comes, page by page in turn.

Prints JSON: milliseconds for an answer, the median of each, of pages and of bytes that are passed
on as they are. Both are running; connections are kept, as browsers keep them.
"""

from __future__ import annotations

import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from archive.folder import DataFolder
from archive.index import ArchiveIndex

READS = 100
FORMS = ("mp_", "id_")
BEGINS = 60.0
"""Seconds in which a server answers."""

CONFIG = """collections:
  archive:
    index_paths: {cdxj}
    archive_paths: {warc}/
"""


@contextmanager
def running(command: list[str], port: int, folder: str) -> Iterator[http.client.HTTPConnection]:
    """A server of the command, and a connection to it."""
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + BEGINS
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
            except OSError:
                connection.close()
                assert time.monotonic() < end, command
                time.sleep(0.2)
            else:
                break
        yield connection
        connection.close()
    finally:
        process.terminate()
        process.wait(20)


def asked(connection: http.client.HTTPConnection, path: str) -> tuple[float, bytes]:
    """Seconds until an answer was there, and its body."""
    begin = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    taken = time.perf_counter() - begin
    assert response.status == 200, (path, response.status)
    return taken, body


def main() -> None:
    """Asks and prints."""
    folder = DataFolder(Path(sys.argv[1]).resolve())
    ports = {"nianbao": int(sys.argv[2]), "wayback": int(sys.argv[3])}
    dice = random.Random(5)
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        rows = [row for row in index.iter_captures(revisits=False) if "/t20" in row.url]
    with ExitStack() as stack:
        work = stack.enter_context(tempfile.TemporaryDirectory())
        config = CONFIG.format(cdxj=folder.cdxj, warc=folder.warc)
        (Path(work) / "config.yaml").write_text(config, encoding="utf-8")
        python = [sys.executable, "-P", "-m"]
        ours = [*python, "crawler.cli", "replay", "--data", str(folder.root), "--port"]
        theirs = [str(Path(sys.executable).with_name("wayback")), "-b", "127.0.0.1", "-p"]
        connections = {
            name: stack.enter_context(running([*command, str(ports[name])], ports[name], work))
            for name, command in (("nianbao", ours), ("wayback", theirs))
        }
        taken: dict[str, dict[str, list[float]]] = {
            form: {name: [] for name in connections} for form in FORMS
        }
        for row in dice.choices(rows, k=READS):
            title = urlsplit(row.url).path.rpartition("/")[2].encode("ascii")
            for form, name in product(FORMS, connections):
                path = f"/archive/{row.captured_at:%Y%m%d%H%M%S}{form}/{row.url}"
                seconds, body = asked(connections[name], path)
                assert title in body or form == "id_", path
                taken[form][name].append(seconds * 1000)
    medians = {
        form: {name: statistics.median(times) for name, times in names.items()}
        for form, names in taken.items()
    }
    print(json.dumps(medians))


if __name__ == "__main__":
    main()
