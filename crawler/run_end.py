"""The end of a run: what it came to at each portal, its record, what its captures say together."""

from __future__ import annotations

from datetime import UTC, datetime

from archive.capture import RunEnd, RunOutcome
from archive.clock import utc_now
from archive.reader import ArchiveReader
from crawler.expectations import missing_years
from crawler.listing_pages import ListingLedger
from crawler.portal import Portal
from crawler.rereading import judge_run
from crawler.run_counts import counts_of, outcome_of
from crawler.services import CrawlServices, PlannedRun, PortalTally
from crawler.visit_notes import note_visits
from extract.extraction_rows import RunFinding
from extract.store import CorpusStore
from extract.unmet_years import years_of_reports


def finish_run(
    services: CrawlServices,
    run: PlannedRun,
    ledger: ListingLedger,
    *,
    left: dict[str, int],
    interrupted: bool,
) -> None:
    """Closes a run: its record, and what its captures say together. ``left`` is what it leaves to
    later runs, by portal.
    """
    tallies = {p.portal_id: services.tally(run.run_id, p.portal_id) for p in run.portals}
    now = datetime.now(UTC)
    for portal in run.portals:
        tally = tallies[portal.portal_id]
        tally.left = left[portal.portal_id]
        pages = services.frontier.count_listing_pages_left(portal.portal_id)
        tally.is_listed = not (pages or tally.resumed or (interrupted and tally.left))
        _conclude(tally, portal, ledger, store=services.store, now=now)
    if services.writer is not None:
        ended = RunOutcome.INTERRUPTED if interrupted else outcome_of(list(tallies.values()))
        services.writer.finish_run(
            RunEnd(
                run_id=run.run_id,
                finished_at=utc_now(),
                outcome=ended,
                counts=counts_of(tallies),
            )
        )
    archived = services.index.find_run(run.run_id)
    assert archived is not None  # its start is recorded, or it is replayed from there
    store = services.store
    if services.writer is not None:
        note_visits(services.frontier, store, tallies, interrupted=interrupted, now=now)
    else:
        store.add_run(archived)
    if archived.end is not None:
        services.outcome = archived.end.outcome
    reader = ArchiveReader(services.folder, services.index)
    judge_run(archived, ledger, index=services.index, reader=reader, store=store)
    for portal_id in store.portals_with(RunFinding.LIES) - services.unconditional:
        services.frontier.call_unmodified(portal_id, now=now)


def _conclude(
    tally: PortalTally, portal: Portal, ledger: ListingLedger, *, store: CorpusStore, now: datetime
) -> None:
    """Adds to a portal's problems what is known at the end; the run's line shows the first."""
    portal_id = portal.portal_id
    if tally.blocked:
        tally.problems.append(f"{tally.blocked} answers were blocks, as {tally.first_block}")
    if tally.stopped and tally.left:
        tally.problems.append(tally.stopped)
    if not tally.is_listed:
        return
    tally.problems[:0] = ledger.drifts(portal_id, store)
    tally.problems.extend(ledger.shortfalls(portal_id))
    shown = ledger.years_shown(portal)
    missing = missing_years(portal, shown, now=now) if shown is not None else []
    if missing:
        with store.transaction() as db:
            reported = years_of_reports(db, portal_id)
        missing = [year for year in missing if year not in reported]
    if missing:
        years = ", ".join(map(str, missing))
        tally.problems.append(f"expect.years: neither a row nor a report is on {years}")
