"""Portals: where their files lie, which one counts (packaged or the user's), and their types."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from crawler.errors import InvalidPortal, UnknownPortal
from crawler.portal_model import (
    Expectation,
    FetchPolicy,
    HourRange,
    Listing,
    Portal,
    PortalStatus,
    RobotsPolicy,
    TlsPolicy,
    YearRange,
)
from crawler.portal_toml import portal_from_toml
from crawler.portal_values import split_listing_url

__all__ = [
    "Expectation",
    "FetchPolicy",
    "HourRange",
    "Listing",
    "Portal",
    "PortalProblem",
    "PortalSet",
    "PortalStatus",
    "RobotsPolicy",
    "TlsPolicy",
    "YearRange",
    "load_portals",
    "portal_for_url",
    "portal_from_toml",
]

PORTAL_PACKAGE = "crawler.portals"
_PACKAGED = "packaged "


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalFile:
    """A portal file as found; ``source`` names it in messages.

    ``text`` is the file's TOML text; "" where ``problem`` says that it cannot be read.
    """

    portal_id: str
    source: str
    text: str
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalProblem:
    """A portal file that is refused; the other portals are not touched by it."""

    portal_id: str
    source: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSet:
    """All portals that are configured, by id, in order of id.

    ``texts`` is each portal's TOML text, verbatim: what a run's start record keeps. ``sources``
    is where each was read. ``problems`` are the files that were refused. An alias leads to its
    portal unless a portal has that id itself.
    """

    portals: Mapping[str, Portal]
    texts: Mapping[str, str]
    sources: Mapping[str, str]
    problems: tuple[PortalProblem, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Portal]:
        return iter(self.portals.values())

    def __len__(self) -> int:
        return len(self.portals)

    def get(self, name: str) -> Portal:
        """The portal of an id or alias.

        Raises InvalidPortal when its file was refused, UnknownPortal, with near names, when
        there is none.
        """
        for problem in self.problems:
            if problem.portal_id == name and name not in self.portals:
                raise InvalidPortal(problem.message)
        found = self.portals.get(self.aliases.get(name, name))
        if found is None:
            raise UnknownPortal(self._unknown(name))
        return found

    def text(self, name: str) -> str:
        """The TOML text of an id or alias, verbatim; raises as ``get`` does."""
        return self.texts[self.get(name).portal_id]

    def is_packaged(self, portal_id: str) -> bool:
        """Whether a portal's file came with the program, as opposed to the user's own."""
        return self.sources[portal_id].startswith(_PACKAGED)

    def _unknown(self, name: str) -> str:
        known = [*self.portals, *self.aliases]
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "see `nianbao portals list`"
        return f"there is no portal {name!r}; {hint}"


def load_portals(user_folder: Path | None) -> PortalSet:
    """The packaged portals and those of ``user_folder``, whose file wins for the same id.

    A folder that is not there holds none. Raises nothing for a bad file: it becomes a problem of
    the set, and asking for that portal raises. A user's bad file hides the packaged one of its
    id, for the user meant to override it.
    """
    found = {file.portal_id: file for file in _packaged_files()}
    found |= {file.portal_id: file for file in _user_files(user_folder)}
    portals: dict[str, Portal] = {}
    problems: list[PortalProblem] = []
    for portal_id, file in sorted(found.items()):
        try:
            portals[portal_id] = _read(file)
        except InvalidPortal as refused:
            problems.append(
                PortalProblem(portal_id=portal_id, source=file.source, message=str(refused))
            )
    aliases = _aliases(portals, problems)
    return PortalSet(
        portals=portals,
        texts={portal_id: found[portal_id].text for portal_id in portals},
        sources={portal_id: found[portal_id].source for portal_id in portals},
        problems=tuple(problems),
        aliases=aliases,
    )


def _read(file: PortalFile) -> Portal:
    if file.problem is not None:
        raise InvalidPortal(f"{file.source}: {file.problem}")
    return portal_from_toml(file.portal_id, file.text, file.source)


def _packaged_files() -> Iterator[PortalFile]:
    for entry in files(PORTAL_PACKAGE).iterdir():
        if entry.name.endswith(".toml"):
            yield PortalFile(
                portal_id=entry.name.removesuffix(".toml"),
                source=f"{_PACKAGED}{entry.name}",
                text=entry.read_text(encoding="utf-8"),
            )


def _user_files(folder: Path | None) -> Iterator[PortalFile]:
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.glob("*.toml")):
        text, problem = "", None
        try:
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as failed:
            problem = f"cannot be read as UTF-8 text: {failed}"
        yield PortalFile(portal_id=path.stem, source=str(path), text=text, problem=problem)


def _aliases(portals: Mapping[str, Portal], problems: list[PortalProblem]) -> dict[str, str]:
    """Alias to id; an alias that two portals claim leads nowhere and is a problem."""
    claims: dict[str, list[str]] = {}
    for portal in portals.values():
        for alias in portal.aliases:
            claims.setdefault(alias, []).append(portal.portal_id)
    for alias, owners in claims.items():
        if len(owners) > 1 and alias not in portals:
            message = f"alias {alias!r} is claimed by {', '.join(owners)}; leave it to one of them"
            problems.append(PortalProblem(portal_id=alias, source=owners[-1], message=message))
    return {
        alias: owners[0]
        for alias, owners in claims.items()
        if len(owners) == 1 and alias not in portals
    }


def portal_for_url(url: str) -> tuple[Portal, str]:
    """The portal for a bare listing address, and the TOML text that would describe it.

    The id is made from host and path with eight hex digits of the address's SHA-256, so it is
    the same in every run. Raises InvalidPortal for an address that is none.
    """
    try:
        bare, fragment = split_listing_url(url)
    except ValueError as problem:
        raise InvalidPortal(f"{url!r} cannot be crawled: {problem}") from None
    whole = f"{bare}#{fragment}" if fragment else bare
    parts = urlsplit(bare)
    words = re.sub(r"[^a-z0-9]+", "-", f"{parts.hostname}{parts.path}".lower()).strip("-")
    digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
    portal_id = f"{words[:60].strip('-') or 'portal'}-{digest}"
    text = "\n".join(
        [
            f"name     = {_toml_string(parts.hostname or bare)}",
            f"listings = [{_toml_string(whole)}]",
            'status   = "unverified"',
            "",
        ]
    )
    return portal_from_toml(portal_id, text, url), text


def _toml_string(text: str) -> str:
    """A TOML basic string: JSON's escapes are among TOML's, and the text has no controls."""
    return json.dumps(text, ensure_ascii=False)
