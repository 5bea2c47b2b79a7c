"""Claims of years without a report in the corpus: the body's doing, or what we could not see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extract.coverage_facts import PortalFacts, Tie, Visit
from extract.coverage_model import Claim, ClaimedBody, CoverageState, Said
from extract.coverage_rows import VisitEnd
from extract.lateness import legal_date

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
        reason += f"; a known gap by expect.gaps of {known[0]}.toml"
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
        return Said(state=CoverageState.NOT_LOOKED, reason="no portal answers for this body")
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
    reason = f"the listing was captured to its end on {days} and the report was not on it"
    reason = "; ".join([reason, *since[:1]])
    return Said(state=CoverageState.NOT_LISTED, reason=reason, evidence=evidence)


def _why_blind(tie: Tie, year: int, body: ClaimedBody) -> str | None:
    """Why a portal's listings say nothing of a year, however well they were captured."""
    portal = tie.portal
    if portal.floor is None:
        return "its listings never showed a report"
    if year < portal.floor:
        return f"no listing ever showed a year before {portal.floor}"
    if portal.expected_to is not None and year > portal.expected_to:
        return f"the portal file expects no year after {portal.expected_to}"
    if portal.expected_from is not None and year < portal.expected_from:
        return f"the portal file expects no year before {portal.expected_from}"
    if tie.between is not None and not tie.between[0] <= year <= tie.between[1]:
        return "another government's portal showed its reports of other years only"
    if portal.is_open or year in portal.open_years:
        return "a row that names no year may be its report"
    if portal.is_doubtful(year, body.body_type):
        return "a row of which it cannot be told whose it is may be its report"
    return None


def _blind(portal: PortalFacts, why: str | None) -> Said:
    """What kept a portal from telling."""
    last = portal.last
    if last is None:
        return Said(state=CoverageState.NOT_LOOKED, reason="its listing was never visited")
    if last.ended in (VisitEnd.BLOCKED, VisitEnd.UNREACHABLE):
        blocked = last.ended is VisitEnd.BLOCKED
        state = CoverageState.BLOCKED if blocked else CoverageState.UNREACHABLE
        word = "was blocked" if blocked else "could not be reached"
        reason = f"its listing {word} on {last.day}: {last.detail}".rstrip(": ")
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
        yield f"since then, on {last.day}, it was not ({last.detail or last.ended.value})"


def _not_seen(portal: PortalFacts, last: Visit) -> Iterator[str]:
    if last.ended is not VisitEnd.WHOLE:
        yield f"its listing was not captured to its end on {last.day} ({last.detail})"
    if portal.whole is not None:
        yield f"last captured to its end on {portal.whole.day}, before the legal date"
