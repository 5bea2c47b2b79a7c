"""Every WARC and ARC file in pywb's sources is imported: what is whole is taken, byte for byte as
warcio gives it, the rest is named; packages that `wacz create` makes of them too.
"""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fetched_files import get_fetched
from nianbao_process import Nianbao
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader

from archive.errors import NotImportable
from archive.folder import DataFolder
from archive.importable import packing_of
from archive.importing import Imported, import_file
from archive.index import ArchiveIndex
from archive.package_import import check_package, import_package
from archive.reader import ArchiveReader
from archive.rebuild import IndexingReport
from archive.verify import Problem, verify
from crawler.captures_shown import Form, given_as
from crawler.exit_codes import ExitCode

NAMED = {
    "bad.arc": ["offset 134: 68 bytes", "offset 262: 69 bytes"],
    "example.warc": ["offset 4061: 710 bytes"],  # a request one byte longer than it says
    "example-extra.warc": ["the response record has no HTTP status"],  # "HTTPX/1.1 200 OK"
}
"""What in which file is no whole record, as read by eye; all else is taken."""

WRONG = {
    "dupes.warc.gz": {Problem.ORIGINAL_MISSING},  # its originals are in iana.warc.gz
    "example-url-agnostic-revisit.warc.gz": {Problem.ORIGINAL_MISSING},  # in the other of the two
    # two records of it have one id
    "example-extra.warc": {Problem.WRONG_DIGEST, Problem.NOT_UNDERSTOOD, Problem.INDEX_DIFFERS},
}
"""What verify finds in an archive of that file alone."""

ARCHIVES = re.compile(r".*\.w?arc(\.gz)?(\.bad)?")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The WARC and ARC files of pywb's source package."""
    target = tmp_path_factory.mktemp("pywb")
    with tarfile.open(get_fetched("pywb-2.10.*.tar.gz")) as source:
        wanted = [m for m in source if m.isfile() and ARCHIVES.fullmatch(m.name)]
        source.extractall(target, members=wanted, filter="data")
    found = sorted(path for path in target.rglob("*") if path.is_file())
    assert len(found) >= 17, "as many as pywb 2.10.0 has"
    return found


def taken(path: Path, folder: DataFolder) -> tuple[Imported, list[str]]:
    """A file imported, and what was said of it."""
    folder.prepare()
    report = IndexingReport()
    with ArchiveIndex.open(folder.archive_db) as index:
        imported = import_file(folder, index, path, packing=packing_of(path), report=report)
    return imported, [*imported.left_out_lines(), *report.damage_lines()]


def by_warcio(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Address, record id (of ARC none) and payload of each capture as warcio gives it."""
    content = path.read_bytes()
    if path.name.endswith(".bad"):  # packed as one, which warcio wants unpacked
        content = gzip.decompress(content)
    for record in ArchiveIterator(BytesIO(content)):
        headers = record.rec_headers
        url = headers.get_header("WARC-Target-URI") or headers.get_header("uri") or ""
        if record.rec_type not in ("response", "resource") or not url.startswith("http"):
            continue
        stream = record.raw_stream
        if record.http_headers is not None:
            if not record.http_headers.protocol.startswith("HTTP/"):
                continue
            if record.http_headers.get_header("Transfer-Encoding") == "chunked":
                stream = ChunkedDataReader(stream)
        yield url, (headers.get_header("WARC-Record-ID") or "").strip("<>"), stream.read()


def ids(path: Path) -> set[str]:
    """Record ids of the captures in a WARC file, revisits too."""
    content = path.read_bytes()
    if path.name.endswith(".bad"):
        content = gzip.decompress(content)
    return {
        record.rec_headers.get_header("WARC-Record-ID").strip("<>")
        for record in ArchiveIterator(BytesIO(content), no_record_parse=True)
        if record.rec_type in ("response", "resource", "revisit")
        and (record.rec_headers.get_header("WARC-Target-URI") or "").startswith("http")
    }


def payloads(folder: DataFolder) -> dict[tuple[str, str], bytes]:
    """As `nianbao capture --as payload` gives them, by address and record id."""
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        reader = ArchiveReader(folder, index)
        return {
            (row.url, row.pointer.record_id): given_as(reader, row, Form.PAYLOAD)
            for row in index.iter_captures(revisits=False)
        }


def test_every_sample_is_taken_as_warcio_gives_it(samples: list[Path], tmp_path: Path) -> None:
    compared = 0
    for path in samples:
        folder = DataFolder(tmp_path / path.name)
        _, told = taken(path, folder)
        wanted = NAMED.get(path.name, [])
        assert len(told) == len(wanted), f"{path.name}: {told}"
        assert all(any(part in line for line in told) for part in wanted), f"{path.name}: {told}"
        ours = payloads(folder)
        if path.name == "bad.arc":
            assert list(ours.values()) == [b"\n"], "the one record that is whole"
            continue
        theirs = {(url, name): payload for url, name, payload in by_warcio(path)}
        if ".arc" in path.name:
            assert [(url, got) for (url, _), got in ours.items()] == [
                (url, got) for (url, _), got in theirs.items()
            ], path.name
        else:
            assert ours == theirs, path.name
        found = {finding.problem for finding in verify(folder).found.kept}
        assert found <= WRONG.get(path.name, set()), path.name
        compared += len(theirs)
    assert compared > 60, "payloads compared"


def test_revisits_of_other_files_give_their_originals(samples: list[Path], tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    for name in ("example-url-agnostic-revisit.warc.gz", "example-url-agnostic-orig.warc.gz"):
        taken(next(path for path in samples if path.name == name), folder)
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        reader = ArchiveReader(folder, index)
        rows = list(index.iter_captures())
        bodies = {reader.capture(row).response.body for row in rows}
    assert len(rows) == 2
    assert len({row.url for row in rows}) == 2, "of two addresses"
    assert len(bodies) == 1, "one payload"


def test_all_at_once_by_the_command(samples: list[Path], tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    done = nianbao.run("import", *map(str, samples), "--jobs", "1", code=ExitCode.PARTIAL)
    for name, parts in NAMED.items():
        for part in parts:
            assert re.search(rf"{re.escape(Path(name).stem)}.*{part}", done.stderr), (
                f"{name} {part}"
            )
    captured = {name for path in samples if ".warc" in path.name for name in ids(path)}
    have = nianbao.query("SELECT record_id FROM captures", "archive.db")
    assert len(captured - {name for (name,) in have}) == 0, "every capture of every WARC file"
    assert len(have) == len(captured) + 2, "and the two that the three ARC files hold"
    again = nianbao.run("import", *map(str, samples), "--jobs", "1")
    assert again.stderr.count("was there already") == len(samples)
    assert "nothing new" in again.stderr


@pytest.mark.parametrize("name", ["iana.warc.gz", "example.warc.gz", "post-test.warc.gz"])
def test_a_package_made_by_wacz(name: str, samples: list[Path], tmp_path: Path) -> None:
    sample = next(path for path in samples if path.name == name)
    package = tmp_path / "made.wacz"
    subprocess.run(
        [str(Path(sys.executable).with_name("wacz")), "create", "-o", str(package), str(sample)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    check_package(package)
    alone, packed = DataFolder(tmp_path / "alone"), DataFolder(tmp_path / "packed")
    taken(sample, alone)
    packed.prepare()
    with ArchiveIndex.open(packed.archive_db) as index:
        list(import_package(packed, index, package, report=IndexingReport()))
    assert payloads(packed) == payloads(alone), "as its WARC file alone"

    content = bytearray(package.read_bytes())
    content[content.index(sample.read_bytes()[:200]) + 150] ^= 1
    package.write_bytes(content)
    with pytest.raises(NotImportable, match=rf"made\.wacz.*archive/{re.escape(name)}"):
        check_package(package)
