"""Reads single captures of an archive at random places, by nianbao and by warcio in turn.

Prints JSON: microseconds for one capture, the median of each. Both begin with file and offset, as
an index gives them, and end with the payload; both files lie in the page cache.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from archive.folder import DataFolder
from archive.index import ArchiveIndex, CaptureRow
from archive.reader import ArchiveReader

READS = 400


def by_warcio(folder: DataFolder, row: CaptureRow) -> bytes:
    """The payload as warcio's own example of random access reads it."""
    with (folder.warc / row.pointer.file).open("rb") as stream:
        stream.seek(row.pointer.offset)
        body: bytes = next(iter(ArchiveIterator(stream))).content_stream().read()
        return body


def main() -> None:
    """Reads and prints."""
    folder = DataFolder(Path(sys.argv[1]))
    dice = random.Random(5)
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        reader = ArchiveReader(folder, index)
        rows = [row for row in index.iter_captures(revisits=False) if "/t20" in row.url]
        taken: dict[str, list[float]] = {"nianbao": [], "warcio": []}
        for row in dice.choices(rows, k=READS):
            begin = time.perf_counter()
            ours = reader.response(row).body
            between = time.perf_counter()
            theirs = by_warcio(folder, row)
            end = time.perf_counter()
            assert ours == theirs, row.url
            taken["nianbao"].append(between - begin)
            taken["warcio"].append(end - between)
    print(json.dumps({name: statistics.median(all_) * 1e6 for name, all_ in taken.items()}))


if __name__ == "__main__":
    main()
