"""What suppress.txt takes down, now: the file may change while pages are shown."""

from __future__ import annotations

import logging
from pathlib import Path

from archive.errors import InvalidSuppression
from archive.suppression import Suppression, load_suppression

logger = logging.getLogger(__name__)


class TakenDown:
    """The rules of a data folder's suppress.txt, as of its last change.

    Raises InvalidSuppression when it cannot be understood at first; a later fault changes nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state = self._stamp()
        self._rules = load_suppression(path)

    def rules(self) -> Suppression:
        """What is taken down now."""
        state = self._stamp()
        if state != self._state:
            try:
                self._rules = load_suppression(self._path)
            except InvalidSuppression as error:
                logger.warning("%s; what it said before still holds", error)
            self._state = state  # last: who asks meanwhile reads the file too
        return self._rules

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size
