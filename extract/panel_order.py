"""Reports and claims of body-years without one, in the order of the panel's key."""

from __future__ import annotations

from collections.abc import Iterator

from extract.coverage_model import Claim, CoverageState
from extract.panel_source import SourceReport


def in_order(
    reports: Iterator[SourceReport], claims: Iterator[Claim]
) -> Iterator[tuple[SourceReport, CoverageState] | Claim]:
    """Reports with the state that is claimed of them, and body-years without one, by body and
    year; a body-year whose report is not chosen, or taken down, is neither."""
    claim = next(claims, None)
    for report in reports:
        key = (report.columns["body_id"], report.columns["report_year"])
        while claim is not None and _key(claim) < key:
            if not claim.report_ids:
                yield claim
            claim = next(claims, None)
        of_it = claim is not None and _key(claim) == key
        yield report, claim.state if claim is not None and of_it else CoverageState.FOUND
        if claim is not None and of_it and not claim.report_ids:
            claim = next(claims, None)
    while claim is not None:
        if not claim.report_ids:
            yield claim
        claim = next(claims, None)


def _key(claim: Claim) -> tuple[str, int]:
    return claim.body_id, claim.report_year
