"""The corpus made from the archive: after a crash what is missing, for ``extract`` all of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path

from archive.capture import RequestFailure, Role, RunOutcome
from archive.database import remove_database
from archive.folder import DataFolder
from archive.index import ArchiveIndex, CaptureRow, Run
from archive.reader import ArchiveReader
from crawler.expectations import year_rows
from crawler.listing_pages import ListingLedger, is_listing_page, listing_page
from crawler.listing_visits import answer_rows, away_rows, portal_rows, visit_rows
from crawler.portal import Portal, portal_from_toml
from crawler.run_counts import unlisted_portals
from crawler.run_findings import REDIRECT_REASONS, run_findings
from extract.coverage_rows import put_answers, put_portals, put_visits
from extract.document import READ_ROLES, is_document
from extract.former_corpus import keep_if_other_extractor
from extract.listing_changes import derive_listing_changes
from extract.report import Finding
from extract.rows import Columns, Extraction, finding_row
from extract.sentences import say
from extract.split_articles import pages_of_parts
from extract.store import CorpusStore
from extract.unmet_years import replace_unmet_years
from extract.workers import BATCH, ExtractorPool

STORED_TOGETHER = 64
"""Captures in one transaction: of 8 the full-text index takes 1.4 times as long; a capture has some
150 kB of rows and terms."""

Progress = Callable[[int], None]
"""Called with the number of captures read so far."""


def portals_of(run: Run) -> dict[str, Portal]:
    """The portals of a run, from the files that its start record holds, by id."""
    return {
        portal_id: portal_from_toml(portal_id, text, f"run {run.start.run_id}")
        for portal_id, text in run.start.portal_files.items()
    }


def failure_findings(failure: RequestFailure) -> Iterator[Columns]:
    """A request that brought nothing, as a finding on the address that was asked for: of the
    listing's row or of the page's link. That of a file is told at its report's address too.

    A redirect may have led from there to the address that failed, which the message then names.
    """
    context = failure.context
    if context.role is Role.REQUISITE:
        return  # the report is whole without; the run's record counts them
    entry = context.entry_url or failure.url
    url = context.link_url or entry
    said = failure.text
    if url != failure.url:
        said = say("about", named=failure.url, said=said)
    said = say("about", named=failure.reason.value, said=said).strip()
    redirect = failure.reason in REDIRECT_REASONS
    finding = Finding(
        kind=failure.reason.value if redirect else "request_failed",
        message=failure.text if redirect else said,
    )
    yield finding_row(finding, url=url, record_id=failure.record_id, context=context)
    if context.role is Role.ATTACHMENT:
        named = f"{url} ({context.link_text})" if context.link_text else url
        unread = Finding(kind="attachment_unread", message=say("about", named=named, said=said))
        yield finding_row(unread, url=entry, record_id=failure.record_id, context=context)


def derive_run(run: Run, *, index: ArchiveIndex, reader: ArchiveReader, store: CorpusStore) -> None:
    """Stores what a run's listing pages and failures say; the same as while it ran. The run's own
    row comes last, from the caller: one that the corpus lacks is derived again.
    """
    portals, ledger = portals_of(run), ListingLedger()
    for row in index.iter_captures(run_id=run.start.run_id, roles=(Role.LISTING,)):
        portal = portals.get(row.context.portal_id)
        if portal is None:
            continue
        capture = reader.capture(row)
        if is_listing_page(capture):
            page = listing_page(capture, portal)
            store.add_listing_page(page.rows)
            ledger.add(page)
    judge_run(run, ledger, index=index, reader=reader, store=store, portals=portals)


def judge_run(
    run: Run,
    ledger: ListingLedger,
    *,
    index: ArchiveIndex,
    reader: ArchiveReader,
    store: CorpusStore,
    portals: Mapping[str, Portal] | None = None,
) -> None:
    """Stores a run's failures, what its listings lack, how they were visited, and what its
    captures say together. ``portals`` are those of its start record.
    """
    failures = list(index.iter_failures(run_id=run.start.run_id))
    ledger.add_failures(failures)
    looked_at = portals_of(run) if portals is None else portals
    visits = list(visit_rows(run, looked_at, ledger, failures=failures, store=store))
    run_id = run.start.run_id
    with store.transaction() as db:
        put_portals(db.conn, portal_rows(looked_at), run=run_id, ordered_at=run.start.ordered_at)
        put_visits(db.conn, visits, run=run_id)
        put_answers(db.conn, answer_rows(run_id, index))
        for visit in visits:
            shows = partial(ledger.shows, visit.portal, visit.listing)
            derive_listing_changes(db.conn, visit, run=run_id, is_there=shows)
        put_answers(db.conn, away_rows(failures))
    store.add_findings(row for failure in failures for row in failure_findings(failure))
    store.add_findings(ledger.judge(store, run, index))
    for portal_id, rows in _year_rows(run, looked_at, ledger):
        with store.transaction() as db:
            replace_unmet_years(db, portal_id, rows)
    store.add_findings(run_findings(run, index=index, reader=reader, failures=failures))


def _year_rows(
    run: Run, portals: Mapping[str, Portal], ledger: ListingLedger
) -> Iterator[tuple[str, list[Columns]]]:
    """What a run says of the years of each portal whose listings it saw to their end."""
    unlisted = unlisted_portals(run.end.counts) if run.end is not None else None
    if unlisted is None:
        return
    for portal_id, portal in portals.items():
        shown = None if portal_id in unlisted else ledger.years_shown(portal)
        if shown is not None:
            yield portal_id, year_rows(run, portal, shown)


def catch_up(
    *, index: ArchiveIndex, reader: ArchiveReader, store: CorpusStore, pool: ExtractorPool
) -> int:
    """Reads what a crash left archived and unread; returns the number of captures read."""
    known = {row["run"]: row["outcome"] for row in store.db.table("runs").rows}
    portals: set[str] = set()
    derived: list[Run] = []
    for run_id in index.run_ids():
        if known.get(run_id) not in (None, RunOutcome.INTERRUPTED.value):
            continue
        if (run := index.find_run(run_id)) is not None:
            derive_run(run, index=index, reader=reader, store=store)
            portals.update(run.start.portal_files)
            derived.append(run)
    read = read_unread(index=index, store=store, pool=pool)
    for portal_id in sorted(portals):
        store.settle_listing(portal_id)
    for run in derived:
        store.add_run(run)
    return read


def read_unread(
    *,
    index: ArchiveIndex,
    store: CorpusStore,
    pool: ExtractorPool,
    progress: Progress | None = None,
) -> int:
    """Reads every document of the archive that the corpus lacks, in order of capture."""
    rows = (
        index.get(record_id)
        for page in index.iter_payload_ids(READ_ROLES)
        for record_id in store.without_document(page)
    )
    unread = (row for row in rows if is_document(row.context.role, row.status))
    read, whole = 0, set[str]()
    for extractions in _stored_together(_read_in_order(unread, pool)):
        whole.update(one.record_id for one in extractions if one.attachments)
        pages = pages_of_parts(index, (one.part_of for one in extractions))
        again = [row for row in pages if row.pointer.record_id not in whole]
        store.add_extractions([*extractions, *(pool.read(again) if again else ())])
        read += len(extractions)
        if progress:
            progress(read)
    return read


def _read_in_order(rows: Iterator[CaptureRow], pool: ExtractorPool) -> Iterator[list[Extraction]]:
    """Batches read by the workers, in order: twice as many under way as there are workers."""
    ahead = 2 * pool.jobs
    waiting: deque[Future[list[Extraction]]] = deque()
    with ThreadPoolExecutor(ahead, thread_name_prefix="reading") as threads:
        while batch := list(islice(rows, BATCH)):
            waiting.append(threads.submit(pool.read, batch))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _stored_together(batches: Iterable[list[Extraction]]) -> Iterator[list[Extraction]]:
    together: list[Extraction] = []
    for batch in batches:
        together += batch
        if len(together) >= STORED_TOGETHER:
            yield together
            together = []
    if together:
        yield together


def reread(
    folder: DataFolder,
    *,
    index: ArchiveIndex,
    jobs: int | None = None,
    progress: Progress | None = None,
    into: Path | None = None,
) -> int:
    """Makes corpus.db again from the archive alone, or another file ``into`` which it is read;
    returns the number of captures read.

    It is made beside and copied over in one transaction: a stop half way leaves the old corpus.
    What another extractor had read is kept as a former corpus first.
    """
    reader = ArchiveReader(folder, index)
    building = folder.root / "corpus.building.db"
    remove_database(building)
    pool = ExtractorPool(folder, jobs=jobs)
    store = CorpusStore(building, scratch=True)
    try:
        runs = list(index.iter_runs())
        for run in runs:
            derive_run(run, index=index, reader=reader, store=store)
            store.add_run(run)
        read = read_unread(index=index, store=store, pool=pool, progress=progress)
        settle_all(store, runs)
        if into is None:
            keep_if_other_extractor(folder)
        store.backup_into(into or folder.corpus_db)
        if into is None:
            folder.unread.unlink(missing_ok=True)
    finally:
        pool.close(wait=False)
        store.close()
        remove_database(building)
    return read


def settle_all(store: CorpusStore, runs: Iterable[Run]) -> None:
    """Says of every listing entry what became of it."""
    for portal_id in sorted({portal for run in runs for portal in run.start.portal_files}):
        store.settle_listing(portal_id)
