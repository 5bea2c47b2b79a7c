"""Claims of years without a report in the corpus: the body's doing, or what we could not see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extract.coverage_facts import PortalFacts, Tie, Visit
from extract.coverage_model import Claim, ClaimedBody, CoverageState, Said
from extract.coverage_rows import VisitEnd
from extract.lateness import legal_date
from extract.sentences import say

_ORDER = (CoverageState.BLOCKED, CoverageState.UNREACHABLE, CoverageState.NOT_LOOKED)
"""Of several portals that could not tell that which says most of why."""


def gap(
    body: ClaimedBody, year: int, tied: Sequence[Tie], row: Said | None, *, is_covered: bool
) -> Claim:
    """The claim of a body and a year of which the corpus has no report. ``row`` is what a listing's
    row on that year says, None where there never was one.
    """
    said = row or _of_portals(body, year, tied)
    known = [one.portal.portal for one in tied if year in one.portal.gaps]
    reason = said.reason
    if known:
        reason = "; ".join([reason, say("known_gap", file=f"{known[0]}.toml")])
    return Claim(
        body_id=body.body_id,
        body_name=body.name,
        body_type=body.body_type,
        admin_level=body.admin_level,
        division=body.division_today,
        report_year=year,
        state=said.state,
        evidence=said.evidence,
        reason=reason,
        known_gap=bool(known),
        is_covered=is_covered,
    )


def _of_portals(body: ClaimedBody, year: int, tied: Sequence[Tie]) -> Said:
    """What the visits of the portals say that answer for the body."""
    if not tied:
        return Said(state=CoverageState.NOT_LOOKED, reason=say("no_portal_answers"))
    due = legal_date(year, body.body_type, body.admin_level).day
    blind: list[Said] = []
    supports: list[Visit] = []
    since: list[str] = []
    for tie in tied:
        why = _why_blind(tie, year, body)
        whole = tie.portal.whole
        if why is None and whole is not None and whole.day > due:
            supports.append(whole)
            since += _since(tie.portal, whole)
        else:
            blind.append(_blind(tie.portal, why))
    if blind:
        return min(blind, key=lambda said: _ORDER.index(said.state))
    days = ", ".join(sorted({visit.day.isoformat() for visit in supports}))
    evidence = tuple(one for visit in supports for one in visit.evidence)
    reason = "; ".join([say("not_on_listing", days=days), *since[:1]])
    return Said(state=CoverageState.NOT_LISTED, reason=reason, evidence=evidence)


def _why_blind(tie: Tie, year: int, body: ClaimedBody) -> str | None:
    """Why a portal's listings say nothing of a year, however well they were captured."""
    portal = tie.portal
    if portal.floor is None:
        return say("listing_never_showed")
    if year < portal.floor:
        return say("no_year_before", year=portal.floor)
    if portal.expected_to is not None and year > portal.expected_to:
        return say("expects_none_after", year=portal.expected_to)
    if portal.expected_from is not None and year < portal.expected_from:
        return say("expects_none_before", year=portal.expected_from)
    if tie.between is not None and not tie.between[0] <= year <= tie.between[1]:
        return say("other_years_elsewhere")
    if portal.is_open or year in portal.open_years:
        return say("row_of_any_year")
    if portal.is_doubtful(year, body.body_type):
        return say("row_of_unknown_body")
    return None


def _blind(portal: PortalFacts, why: str | None) -> Said:
    """What kept a portal from telling."""
    last = portal.last
    if last is None:
        return Said(state=CoverageState.NOT_LOOKED, reason=say("never_visited"))
    if last.ended in (VisitEnd.BLOCKED, VisitEnd.UNREACHABLE):
        blocked = last.ended is VisitEnd.BLOCKED
        state = CoverageState.BLOCKED if blocked else CoverageState.UNREACHABLE
        key = "was_blocked" if blocked else "not_reached"
        key = f"{key}_by" if last.detail else key
        reason = say(key, day=last.day, said=last.detail)
        return Said(state=state, reason=reason, evidence=last.evidence)
    if why is not None:
        return Said(state=CoverageState.NOT_LOOKED, reason=why, evidence=last.evidence)
    return Said(
        state=CoverageState.NOT_LOOKED,
        reason="; ".join(_not_seen(portal, last)),
        evidence=last.evidence,
    )


def _since(portal: PortalFacts, whole: Visit) -> Iterator[str]:
    """That a portal could not be seen so well any more."""
    last = portal.last
    if last is not None and last.ordered_at > whole.ordered_at:
        yield say("since_then_not", day=last.day, said=last.detail or last.ended.value)


def _not_seen(portal: PortalFacts, last: Visit) -> Iterator[str]:
    if last.ended is not VisitEnd.WHOLE:
        yield say("not_to_its_end", day=last.day, said=last.detail)
    if portal.whole is not None:
        yield say("last_to_its_end", day=portal.whole.day)
