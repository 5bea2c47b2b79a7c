"""Files of every kind, in any order and twice: the same rows of the index, and the same files."""

from __future__ import annotations

import gzip
import itertools
from datetime import UTC, datetime
from pathlib import Path

from loose_samples import ARC_HEAD, BLOCK, PAGE, arc_record, record_id, warc_record
from test_package_import import packed

from archive.folder import DataFolder
from archive.importable import packing_of
from archive.importing import import_file
from archive.index import ArchiveIndex
from archive.package_import import import_package
from archive.rebuild import IndexingReport, rebuild_index
from archive.rows import CaptureRow
from archive.saved_file import SavedFile, import_saved

WHOLE = [warc_record(number, BLOCK + b"!" * number) for number in range(1, 6)]
FILES = {
    "plain.warc": b"".join(WHOLE),
    "by_record.warc.gz": b"".join(gzip.compress(record, mtime=0) for record in WHOLE[2:]),
    "one_member.warc.gz": gzip.compress(WHOLE[0] + warc_record(7), mtime=0),
    "damaged.warc": WHOLE[1] + WHOLE[2][:-40],
    "old.arc.gz": gzip.compress(ARC_HEAD, mtime=0) + gzip.compress(arc_record(), mtime=0),
}
"""Several hold the same records."""

SAVED = SavedFile(
    content=b"<p>saved</p>",
    name="a.html",
    media_type="text/html",
    url=PAGE,
    captured_at=datetime(2024, 1, 2, tzinfo=UTC),
)


def imported(folder: DataFolder, paths: list[Path | SavedFile]) -> list[CaptureRow]:
    folder.prepare()
    with ArchiveIndex.open(folder.archive_db) as index:
        for path in paths:
            report = IndexingReport()
            if isinstance(path, SavedFile):
                import_saved(folder, index, path, report=report)
            elif path.suffix == ".wacz":
                list(import_package(folder, index, path, report=report))
            else:
                import_file(folder, index, path, packing=packing_of(path), report=report)
        return list(index.iter_captures())


def test_every_order_gives_the_same(tmp_path: Path) -> None:
    paths: list[Path | SavedFile] = [packed(tmp_path / "package.wacz"), SAVED]
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
        paths.append(tmp_path / name)
    orders = [
        list(order) for order in itertools.islice(itertools.permutations(paths), 0, 5040, 420)
    ]
    orders += [[*paths, *reversed(paths)]]
    found = []
    for number, order in enumerate(orders):
        folder = DataFolder(tmp_path / str(number))
        rows = imported(folder, order)
        stored = {p.name: p.read_bytes() for p in (folder.warc / "imported").iterdir()}
        found.append((rows, stored))
    ids = {row.pointer.record_id for row in found[0][0]}
    assert {record_id(number) for number in (1, 2, 3, 4, 5, 7)} < ids
    assert len(found[0][0]) == 8, "six of WARC, one of ARC, one saved"
    assert len(found[0][1]) == 9, "files: those of the package too"
    for number, other in enumerate(found[1:], 1):
        assert other == found[0], f"order {number}"
    rebuild_index(folder)
    with ArchiveIndex.open(folder.archive_db) as index:
        assert list(index.iter_captures()) == found[0][0], "and rebuilt"
