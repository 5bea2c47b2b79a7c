"""Every imitation there is: found by their modules, so that a new one is in every test of all."""

from __future__ import annotations

import importlib
from pathlib import Path

from imitation import Imitation

NO_FAMILY = ("imitation", "all_portals", "judging_portals", "shields", "splitting")


def every_imitation() -> list[type[Imitation]]:
    """The concrete subclasses, in order of family."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in NO_FAMILY and not path.stem.startswith("test_"):
            importlib.import_module(path.stem)
    found = [one for one in _below(Imitation) if hasattr(one, "family")]
    return sorted(found, key=lambda one: (one.family, one.__name__))


def _below(cls: type[Imitation]) -> list[type[Imitation]]:
    return [deeper for one in cls.__subclasses__() for deeper in (one, *_below(one))]
