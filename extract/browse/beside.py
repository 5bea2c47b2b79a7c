"""The replay that runs beside the pages, as far as they need to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """OFF: none was started, or it is being ended. STARTING: one is, for the first time or again.
    GIVEN_UP: it ended again and again and is not started any more.
    """

    OFF = "off"
    STARTING = "starting"
    RUNS = "runs"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Beside:
    """How replay stands; ``origin`` is where it answers, None unless it RUNS."""

    standing: Standing
    origin: str | None = None


NO_REPLAY = Beside(Standing.OFF)
