"""What the user knows of bodies: the types of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SOURCE = "bodies.csv"
"""As it stands in evidence and in ``body_names``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBody:
    """All that the file says of one body; None where it says nothing. ``division`` is today's."""

    body_id: str
    aliases: tuple[str, ...] = ()
    name: str | None = None
    division: str | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    predecessor: str | None = None


@dataclass(frozen=True, slots=True)
class KnownBodies:
    """The file. ``digest`` is None where there is none, or where it says nothing."""

    bodies: Mapping[str, KnownBody] = field(default_factory=dict)
    same_as: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    digest: str | None = None

    def resolve(self, body_id: str, *, names: tuple[str, ...]) -> str:
        """The id of the body meant: by the id itself, else by one of the names it is called."""
        if body_id in self.same_as or body_id in self.bodies:
            return self.same_as.get(body_id, body_id)
        found = {self.aliases[name] for name in map(plain, names) if name in self.aliases}
        return found.pop() if len(found) == 1 else body_id

    def about(self, body_id: str) -> KnownBody | None:
        """What is said of a body; None if nothing."""
        return self.bodies.get(body_id)


NONE_KNOWN = KnownBodies()


def plain(name: str) -> str:
    """A name as it is compared: without white space and brackets' kinds."""
    return "".join(name.split()).replace("（", "(").replace("）", ")")
