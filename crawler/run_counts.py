"""The counts of a run's record, and its outcome, from what happened at each of its portals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.capture import RunOutcome

if TYPE_CHECKING:  # what is looked at needs no Scrapy
    from crawler.services import PortalTally


def outcome_of(tallies: list[PortalTally]) -> RunOutcome:
    """How a run ended that got to its end: failed when it asked and gained nothing."""
    asked = any(tally.asked for tally in tallies)
    gained = any(
        tally.rows or tally.documents + tally.unchanged > tally.blocked for tally in tallies
    )
    if asked and not gained:
        return RunOutcome.FAILED
    troubled = any(tally.failed or tally.problems or tally.left for tally in tallies)
    return RunOutcome.PARTIAL if troubled else RunOutcome.COMPLETE


UNFINISHED = "unfinished."
"""What the name of a count begins with that tells a portal, its id behind: of what is left."""


def counts_of(tallies: dict[str, PortalTally]) -> dict[str, int]:
    """The counts of a run's record, over its portals, and which of these it did not go over from
    begin to end: what these left, and at least 1.
    """
    names = ["asked", "extra", "listings_read", "entries", "documents", "unchanged", "failed"]
    names += ["blocked", "requisites", "requisites_failed", "left", "resumed"]
    all_of = list(tallies.values())
    counts = {name: sum(getattr(tally, name) for tally in all_of) for name in names}
    unfinished = {
        UNFINISHED + portal_id: max(tally.left, 1)
        for portal_id, tally in tallies.items()
        if tally.left or tally.resumed
    }
    return counts | {"problems": sum(len(tally.problems) for tally in all_of)} | unfinished


def unfinished_portals(counts: dict[str, int]) -> frozenset[str] | None:
    """The portals that a run did not go over from begin to end; None when they are not known."""
    named = frozenset(
        name.removeprefix(UNFINISHED) for name in counts if name.startswith(UNFINISHED)
    )
    unknown = not named and (counts.get("left", 0) or counts.get("resumed", 0))
    return None if unknown else named
