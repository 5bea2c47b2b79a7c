"""The counts of a run's record, and its outcome, from what happened at each of its portals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
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

LISTED = "listed."
"""What the name of a count begins with that tells such a portal, its id behind, whose listings were
gone over from begin to end all the same: documents alone are left. Older runs say it of none."""

FAILED = "failed."
"""What the name of a count begins with that tells why requests failed or were blocked, the reason
behind: a FailureReason, ``HTTP status NNN``, or a kind of block. Requisites are not among them."""


def counts_of(tallies: dict[str, PortalTally]) -> dict[str, int]:
    """The counts of a run's record, over its portals, and which of these it did not go over from
    begin to end: what these left, and at least 1; and of which of them it saw all listings.
    """
    names = ["asked", "extra", "listings_read", "entries", "documents", "unchanged", "failed"]
    names += ["blocked", "requisites", "requisites_failed", "left", "resumed", "answered", "bytes"]
    all_of = list(tallies.values())
    counts = {name: sum(getattr(tally, name) for tally in all_of) for name in names}
    unfinished = {
        UNFINISHED + portal_id: max(tally.left, 1)
        for portal_id, tally in tallies.items()
        if tally.left or tally.resumed
    }
    counts |= {LISTED + name: 1 for name, one in tallies.items() if one.left and one.is_listed}
    counts |= {"portals": len(all_of), "problems": sum(len(tally.problems) for tally in all_of)}
    reasons = sum((tally.reasons for tally in all_of), Counter[str]())
    failed = {FAILED + reason: count for reason, count in sorted(reasons.items())}
    return counts | failed | unfinished


def counts_shown(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts that are not zero, but for what tells single portals: ``left`` sums these up."""
    return {
        name: count
        for name, count in counts.items()
        if count and not name.startswith((UNFINISHED, LISTED))
    }


def counts_of_failures(counts: Mapping[str, int]) -> dict[str, int]:
    """Requests that failed or were blocked, by reason."""
    return {
        name.removeprefix(FAILED): count
        for name, count in counts.items()
        if name.startswith(FAILED)
    }


def unlisted_portals(counts: Mapping[str, int]) -> frozenset[str] | None:
    """The portals whose listings a run did not go over from begin to end; None when they are not
    known.
    """
    named = frozenset(
        name.removeprefix(UNFINISHED) for name in counts if name.startswith(UNFINISHED)
    )
    if not named and (counts.get("left", 0) or counts.get("resumed", 0)):
        return None
    return named - {name.removeprefix(LISTED) for name in counts if name.startswith(LISTED)}
