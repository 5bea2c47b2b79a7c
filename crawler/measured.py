"""A command that leaves a metrics file behind, however it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from archive.errors import DataFolderBusy
from archive.folder import DataFolder
from archive.whole_file import write_whole
from crawler.exit_codes import ExitCode
from crawler.metrics import checked_path, metrics_text
from crawler.portal import load_portals
from crawler.status import folder_status


@contextmanager
def measured(folder: DataFolder, path: Path | None) -> Iterator[Callable[[ExitCode], ExitCode]]:
    """Writes a metrics file once the block has said how it ended; ERROR where it broke off. What
    ended because another writes here leaves the file to that one.
    """
    if path is None:
        yield lambda code: code
        return
    checked_path(path)
    ended = [ExitCode.ERROR]

    def note(code: ExitCode) -> ExitCode:
        ended.append(code)
        return code

    try:
        yield note
    except DataFolderBusy:
        raise
    except BaseException:
        _write_metrics(folder, path, ended[-1])
        raise
    _write_metrics(folder, path, ended[-1])


def _write_metrics(folder: DataFolder, path: Path, code: ExitCode) -> None:
    status = folder_status(folder, load_portals(folder.portals), runs=1)
    write_whole(path, metrics_text(status, code=code, now=datetime.now(UTC)).encode())
