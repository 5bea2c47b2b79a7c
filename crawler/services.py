"""What the parts of one crawl share: archive, corpus, frontier, workers and the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex

from archive.capture import RunOutcome
from archive.clock import utc_now
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.writer import ArchiveWriter
from crawler.capturing import Capturing
from crawler.config import Config
from crawler.frontier import Frontier
from crawler.handover import Handover
from crawler.portal import Portal
from crawler.replayed import ArchivedRuns
from extract.store import CorpusStore
from extract.workers import ExtractorPool


def new_run_id(now: datetime | None = None) -> str:
    """A run id that sorts by time: its 14 digits in UTC and eight random hex digits."""
    moment = now or utc_now()
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}-{token_hex(4)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """One run: live there is one, from the archive each that is replayed, in order.

    ``tolerant`` marks an archived run that did not get to its end: what it did not ask is left
    for the next one, as it was.
    """

    run_id: str
    portals: tuple[Portal, ...]
    tolerant: bool = False


@dataclass(slots=True, kw_only=True)
class PortalTally:
    """What happened at one portal in one run; becomes its log line and the run's counts.

    ``asked`` counts documents, listing pages and requisites, ``extra`` their retries, redirects and
    robots.txt, ``answered`` the responses, ``bytes`` those of their bodies. ``stopped`` says why
    no more may be asked; ``reasons`` counts what failed by why;
    ``blocked`` counts answers that stood in a page's place, ``first_block``
    tells one; ``rows`` counts what listing pages show, ``entries`` what of it is new
    in the round; ``resumed`` is 1 when the run went on with an open round; ``is_listed`` says that
    no page of its listings is left, of ``left`` in all.
    """

    asked: int = 0
    extra: int = 0
    answered: int = 0
    bytes: int = 0
    listings_read: int = 0
    rows: int = 0
    entries: int = 0
    documents: int = 0
    requisites: int = 0
    requisites_failed: int = 0
    unchanged: int = 0
    failed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    blocked: int = 0
    first_block: str = ""
    problems: list[str] = field(default_factory=list)
    left: int = 0
    resumed: int = 0
    is_listed: bool = False
    stopped: str | None = None

    def note_block(self, what: str) -> None:
        """Counts a block."""
        self.blocked += 1
        self.first_block = self.first_block or what


@dataclass(slots=True, kw_only=True)
class CrawlServices:
    """Everything the spider, the handlers and the pipeline need; made by ``crawler.run``.

    ``writer`` is None and ``replayed`` is set when ``capturing`` gives archived captures. ``limit``
    is the number of requests a run may make, None for no limit; ``full`` asks what is not due
    too; ``unconditional`` are the portals whose 304 is not believed. ``not_archived`` counts
    requests that a replayed run made and the archive does not hold; ``unread`` captures whose
    rows could not be stored; ``handover`` is between spider and pipeline. ``finished`` says that
    the spider got to its end; ``outcome`` is that of the last run, once it ended.
    """

    folder: DataFolder
    config: Config
    index: ArchiveIndex
    store: CorpusStore
    pool: ExtractorPool
    frontier: Frontier
    runs: tuple[PlannedRun, ...]
    capturing: Capturing
    writer: ArchiveWriter | None = None
    replayed: ArchivedRuns | None = None
    limit: int | None = None
    full: bool = False
    unconditional: frozenset[str] = frozenset()
    not_archived: int = 0
    unread: int = 0
    handover: Handover = field(default_factory=Handover)
    finished: bool = False
    outcome: RunOutcome = RunOutcome.INTERRUPTED
    tallies: dict[tuple[str, str], PortalTally] = field(default_factory=dict)
    on_progress: Callable[[PortalTally], None] | None = None

    def commit(self) -> None:
        """Has on disk what archive and frontier gathered, records and their rows first."""
        if self.writer is not None:
            self.writer.commit()
        self.frontier.commit()

    def tally(self, run_id: str, portal_id: str) -> PortalTally:
        """The tally of a portal in a run."""
        return self.tallies.setdefault((run_id, portal_id), PortalTally())
