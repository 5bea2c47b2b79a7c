"""nianbao's index made again from the WARC files, without reading what they hold."""

from __future__ import annotations

import sys
from pathlib import Path

from archive.folder import DataFolder
from archive.rebuild import rebuild_index


def main() -> None:
    """Rebuilds archive.db of a data folder."""
    folder = DataFolder(Path(sys.argv[1]))
    with folder.writer_lock():
        report = rebuild_index(folder)
    if not report.is_sound or not report.captures:
        sys.exit(f"unsound: {report.lines()}")


if __name__ == "__main__":
    main()
