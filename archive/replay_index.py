"""The index that replay reads: one sorted CDXJ over closed and open WARC files, without what
suppress.txt takes down.

``python -m archive.replay_index DATA TARGET`` makes it anew in a process of its own, so that a
replay which runs goes on answering meanwhile.
"""

from __future__ import annotations

import errno
import heapq
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from archive.cdxj import SUFFIX, cdxj_lines
from archive.cdxj_files import current_cdxj, write_cdxj
from archive.errors import ArchiveError
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.suppression import Suppression, load_suppression
from archive.urlkey import url_key
from archive.walk import OPEN_SUFFIX, WARC_SUFFIX, find_warc, warc_names

INDEX = "index.cdxj"
ABOUT = "about.json"

AT_ONCE = 200
"""Files merged at a time: below any limit of open files."""

_POST = "__wb_method="


@dataclass(frozen=True, slots=True)
class ReplayIndex:
    """The files that replay reads, in a folder of its own."""

    folder: Path

    @property
    def lines(self) -> Path:
        """The CDXJ."""
        return self.folder / INDEX

    @property
    def about(self) -> Path:
        """JSON: how many captures are in it, and which ones record ids of suppress.txt took out of
        it (``taken_down``: pairs of URL key and 14-digit time).
        """
        return self.folder / ABOUT


def state_of(folder: DataFolder) -> tuple[tuple[str, int, int], ...]:
    """What the index depends on, as far as names, sizes and times tell: for comparison."""
    paths = [*folder.warc.rglob(f"*{WARC_SUFFIX}*"), folder.suppress_file]
    found = []
    for path in sorted(paths):
        try:
            stat = path.stat()
        except OSError:  # renamed or removed between the two looks
            continue
        found.append((str(path), stat.st_size, stat.st_mtime_ns))
    return tuple(found)


def write_replay_index(folder: DataFolder, index: ReplayIndex) -> int:
    """Makes ``data/cdxj`` current and writes the index over it; returns how many captures it has.

    Both files are replaced whole. Raises InvalidSuppression, and ArchiveError when a record id is
    to be taken down and archive.db cannot be asked where it lies.
    """
    suppression = load_suppression(folder.suppress_file)
    places = _places(folder, suppression)
    _make_current(folder)
    taken_down: list[tuple[str, str]] = []
    unfinished = index.lines.with_name(f"{INDEX}.tmp")
    count = 0
    with current_cdxj(folder) as covering, unfinished.open("wb") as out:
        for line in _merged(_sources(folder, index.folder, covering), index.folder):
            if suppression and _is_taken_down(line, suppression, places, taken_down):
                continue
            out.write(line)
            count += 1
    for made in index.folder.glob(f"*-*{SUFFIX}"):  # parts and open files' lines: as large again
        made.unlink()
    about = {"captures": count, "taken_down": taken_down}
    _replace(index.about, json.dumps(about).encode("utf-8"))
    unfinished.replace(index.lines)
    return count


def _make_current(folder: DataFolder) -> None:
    """On a medium that is read only the lines are made for this replay alone."""
    try:
        write_cdxj(folder)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.tmp")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _places(folder: DataFolder, suppression: Suppression) -> frozenset[tuple[str, int]]:
    """File and offset of the records that are taken down, with the revisits that show the same."""
    if not suppression.record_ids:
        return frozenset()
    found = set()
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        for record_id in suppression.record_ids:
            row = index.find(record_id)
            if row is None:
                continue
            for other in index.iter_captures(url=row.url):
                if record_id in (other.pointer.record_id, other.refers_to):
                    found.add((other.pointer.file, other.pointer.offset))
    return frozenset(found)


def unknown_records(folder: DataFolder) -> list[str]:
    """Record ids of suppress.txt that the archive has no capture of: nothing is shown of them, but
    a person may have meant another.
    """
    wanted = load_suppression(folder.suppress_file).record_ids
    if not wanted:
        return []
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        return sorted(record_id for record_id in wanted if index.find(record_id) is None)


def _sources(folder: DataFolder, work: Path, covering: Mapping[str, Path]) -> list[Path]:
    """Sorted files of lines: those that cover closed files, and the others' made now."""
    sources: dict[Path, None] = {}
    for number, name in enumerate(warc_names(folder.warc)):
        path, lines = find_warc(folder.warc, name), covering.get(name)
        if path is None:
            continue
        if lines is None or path.name.endswith(OPEN_SUFFIX):
            lines = work / f"made-{number}{SUFFIX}"
            with lines.open("w", encoding="utf-8", newline="") as file:
                file.writelines(cdxj_lines(path, name=name))
        sources[lines] = None
    return list(sources)


def _merged(sources: list[Path], work: Path) -> Iterator[bytes]:
    """All lines in order of their bytes; never more than AT_ONCE files are open."""
    round_of = 0
    while len(sources) > AT_ONCE:
        part = work / f"part-{round_of}{SUFFIX}"
        round_of += 1
        with part.open("wb") as out:
            out.writelines(_merge(sources[:AT_ONCE]))
        sources = [*sources[AT_ONCE:], part]
    yield from _merge(sources)


def _merge(sources: list[Path]) -> Iterator[bytes]:
    with ExitStack() as stack:
        yield from heapq.merge(*(stack.enter_context(path.open("rb")) for path in sources))


def _is_taken_down(
    line: bytes,
    suppression: Suppression,
    places: frozenset[tuple[str, int]],
    taken_down: list[tuple[str, str]],
) -> bool:
    """Whether a line must not be shown; notes in ``taken_down`` what a record id took down."""
    key, timestamp, fields = line.decode("utf-8").split(" ", 2)
    if key in suppression.keys or key.startswith(suppression.beginnings):
        return True
    if _POST in key and suppression.covers(json.loads(fields)["url"]):
        return True
    if places:
        told = json.loads(fields)
        if (told["filename"], int(told["offset"])) in places:
            taken_down.append((url_key(told["url"]), timestamp))
            return True
    return False


def main(data: str, target: str) -> int:
    """The process beside a running replay; what is wrong goes to stderr in one line."""
    try:
        write_replay_index(DataFolder(Path(data)), ReplayIndex(Path(target)))
    except (ArchiveError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
