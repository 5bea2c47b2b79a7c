"""One crawl from lock to exit: opens the data folder, runs the spider, closes what it opened."""

from __future__ import annotations

import gc
import logging
import platform
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.capture import RunOutcome, RunStart
from archive.cdxj_files import write_cdxj
from archive.clock import utc_now
from archive.database import remove_database
from archive.errors import ArchiveError
from archive.folder import DataFolder
from archive.index import ArchiveIndex, Run
from archive.mend import mend
from archive.reader import ArchiveReader
from archive.soundness import set_aside_unsound
from archive.writer import ArchiveWriter
from crawler.addresses import AddressPolicy
from crawler.capturing import CAPTURING_SETTING, Capturing
from crawler.config import Config, default_data_folder, load_config, require_contact
from crawler.errors import CrawlerError, CrawlStopped
from crawler.frontier import Frontier
from crawler.host_store import StoredHosts
from crawler.hosts import HostPaces, policies_of
from crawler.loader import DATA_SETTING
from crawler.news_feed import write_feed
from crawler.portal import Portal, load_portals
from crawler.replayed import ArchivedRuns
from crawler.rereading import catch_up, portals_of, reread, settle_all
from crawler.services import CrawlServices, PlannedRun, new_run_id
from extract.errors import ExtractError
from extract.extraction_rows import RunFinding
from extract.rows import READERS
from extract.store import CorpusStore
from extract.workers import ExtractorPool

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

LEAST_REQUESTS, MOST_REQUESTS = 16, 512
"""Bounds of the requests under way at a time, waiting ones included; a process may have 1,024 files
and connections open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPortal:
    """A portal with the text of its file, which the run's record keeps."""

    portal: Portal
    text: str


@contextmanager
def live_services(
    folder: DataFolder,
    portals: Sequence[PlannedPortal],
    config: Config,
    *,
    jobs: int | None = None,
    limit: int | None = None,
    full: bool = False,
    wakes: bool = False,
) -> Iterator[CrawlServices]:
    """Opens everything for one live run, under the folder's lock; closes it at the end.

    Mends what a killed run left, reads what it archived and did not read, then starts the run.
    Raises DataFolderBusy, NewerSchema, ContactMissing before anything is asked.
    """
    urls = [listing.url for planned in portals for listing in planned.portal.listings]
    require_contact(config, urls, folder.settings_file)
    with ExitStack() as stack:
        stack.enter_context(folder.writer_lock())
        folder.prepare()
        index = stack.enter_context(ArchiveIndex.open(folder.archive_db))
        for line in mend(folder, index).lines():
            logger.warning("%s", line)
        store, pool = _ready_corpus(stack, folder, index, jobs)
        _lose_unsound_state(folder)
        frontier = Frontier(folder.state_db, gathers=True)
        stack.callback(frontier.close)
        hosts = StoredHosts(folder.state_db, make_way=frontier.commit)
        stack.callback(hosts.close)
        run = PlannedRun(run_id=new_run_id(), portals=tuple(p.portal for p in portals))
        stack.callback(write_cdxj, folder)  # once the writer has closed its file
        writer = stack.enter_context(_writer(folder, index, config))
        writer.start_run(_run_start(run, portals, config))
        _tell_of_clock(writer)
        yield CrawlServices(
            folder=folder,
            config=config,
            index=index,
            store=store,
            pool=pool,
            frontier=frontier,
            runs=(run,),
            writer=writer,
            capturing=_capturing(run, writer, config=config, hosts=hosts, wakes=wakes),
            limit=limit,
            full=full,
            unconditional=store.portals_with(RunFinding.LIES),
        )
        for planned in portals:
            store.settle_listing(planned.portal.portal_id)
        if (archived := index.find_run(run.run_id)) is not None:
            store.add_run(archived)  # last of all: a run that the corpus lacks is derived again
        _tell_news(folder, config)


def _tell_news(folder: DataFolder, config: Config) -> None:
    """What cannot be told now is told after the next run: the crawl is none the worse."""
    try:
        write_feed(folder, config)
    except (OSError, ArchiveError, ExtractError) as error:
        logger.error("%s is as it was: %s", folder.feed, error)


def _lose_unsound_state(folder: DataFolder) -> None:
    """state.db may be lost: then everything is due."""
    if (aside := set_aside_unsound(folder.state_db)) is not None:
        logger.warning("%s was no database and is now %s: all is due", folder.state_db, aside)


def _capturing(
    run: PlannedRun, writer: ArchiveWriter, *, config: Config, hosts: StoredHosts, wakes: bool
) -> Capturing:
    return Capturing(
        run_id=run.run_id,
        recorder=writer,
        addresses=AddressPolicy(
            allow_private=config.allow_private,
            networks=tuple(ip_network(text) for text in config.networks),
            anonymous=config.contact is None,
        ),
        hosts=HostPaces(policies_of(run.portals), store=hosts, wakes=wakes),
        robots=hosts,
    )


def _ready_corpus(
    stack: ExitStack, folder: DataFolder, index: ArchiveIndex, jobs: int | None
) -> tuple[CorpusStore, ExtractorPool]:
    """The corpus in this extractor's version, with everything read that is archived."""
    pool = ExtractorPool(folder, jobs=jobs)
    stack.callback(pool.close, wait=False)
    store = CorpusStore(folder.corpus_db)
    if foreign := store.foreign_version(pool.version):
        logger.warning("the corpus was read by %s; reading the archive again", foreign)
        store.close()
        reread(folder, index=index, jobs=jobs)
        store = CorpusStore(folder.corpus_db)
    stack.callback(store.close)
    read = catch_up(index=index, reader=ArchiveReader(folder, index), store=store, pool=pool)
    if read:
        logger.warning("read %d captures that an interrupted run had left", read)
    return store, pool


def _writer(folder: DataFolder, index: ArchiveIndex, config: Config) -> ArchiveWriter:
    return ArchiveWriter(
        folder,
        index,
        software=f"nianbao/{version('nianbao')}",
        settings_digest=config.digest(),
        operator=config.operator,
        prefix=config.warc_prefix,
        max_bytes=config.warc_bytes,
        gathers=True,
    )


def _tell_of_clock(writer: ArchiveWriter) -> None:
    if writer.shift:
        logger.warning(
            "the clock of this machine is %s behind the newest capture of the archive: put it "
            "right. What is captured now is dated by it, and counts as later than what is there",
            writer.shift,
        )


def _run_start(run: PlannedRun, portals: Sequence[PlannedPortal], config: Config) -> RunStart:
    versions = {name: version(name) for name in (*READERS, "scrapy", "twisted", "warcio")}
    return RunStart(
        run_id=run.run_id,
        started_at=utc_now(),
        portal_files={planned.portal.portal_id: planned.text for planned in portals},
        versions=versions | {"python": platform.python_version()},
        settings_digest=config.digest(),
    )


@contextmanager
def archived_services(
    folder: DataFolder, *, run_id: str | None = None, jobs: int | None = None
) -> Iterator[CrawlServices]:
    """Opens the archive to run its runs again, network off, into an empty corpus.

    The result replaces corpus.db when every run was replayed to its end and nothing was missing;
    else (Ctrl-C too) it stands in ``corpus.replayed.db``. Raises CrawlerError for an unknown run.
    """
    with ExitStack() as stack:
        stack.enter_context(folder.writer_lock())
        index = stack.enter_context(ArchiveIndex.open(folder.archive_db))
        for line in mend(folder, index).lines():
            logger.warning("%s", line)
        runs = [run for run in index.iter_runs() if run_id in (None, run.start.run_id)]
        if not runs:
            what = f"no run {run_id}" if run_id else "no run"
            raise CrawlerError(f"{folder.archive_db} holds {what}; see `nianbao status`")
        replayed = folder.root / "corpus.replayed.db"
        remove_database(replayed)
        store = CorpusStore(replayed)
        stack.callback(store.close)
        pool = ExtractorPool(folder, jobs=jobs)
        stack.callback(pool.close, wait=False)
        frontier = Frontier(None)
        stack.callback(frontier.close)
        archived = ArchivedRuns(index, ArchiveReader(folder, index))
        services = CrawlServices(
            folder=folder,
            config=load_config(folder.settings_file),
            index=index,
            store=store,
            pool=pool,
            frontier=frontier,
            runs=tuple(_planned(run) for run in runs),
            capturing=Capturing(
                run_id=runs[0].start.run_id,
                archived=archived,
            ),
            replayed=archived,
        )
        yield services
        settle_all(store, runs)
        if run_id is None and services.finished and not services.not_archived:
            store.backup_into(folder.corpus_db)
            stack.callback(remove_database, replayed)


def _planned(run: Run) -> PlannedRun:
    complete = run.end is not None and (
        run.end.outcome is RunOutcome.COMPLETE
        or (run.end.outcome is RunOutcome.FAILED and not run.end.counts.get("left"))
    )
    return PlannedRun(
        run_id=run.start.run_id, portals=tuple(portals_of(run).values()), tolerant=not complete
    )


def scrapy_settings(services: CrawlServices) -> dict[str, Any]:
    """The settings of this crawl beside crawler.settings: handler, agent, timeout."""
    if services.writer is None:
        handler = "crawler.handlers.ArchiveDownloadHandler"
        return {
            CAPTURING_SETTING: services.capturing,
            "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
            "DOWNLOAD_DELAY": 0,
        }
    wanted = 2 * sum(portal.fetch.concurrency for run in services.runs for portal in run.portals)
    return {
        CAPTURING_SETTING: services.capturing,
        # hosts that answer slowly must leave room for the others; each keeps to its own
        "CONCURRENT_REQUESTS": min(max(wanted, LEAST_REQUESTS), MOST_REQUESTS),
        "USER_AGENT": services.config.user_agent,
        "DOWNLOAD_TIMEOUT": services.config.timeout,
    }


def services_for_scrapy(crawler: Crawler, portal_ids: Sequence[str]) -> CrawlServices:
    """Services for ``scrapy crawl <portal id>``, closed when the engine has stopped."""
    from scrapy import signals  # here: `nianbao show` needs no Scrapy

    folder = DataFolder(Path(crawler.settings.get(DATA_SETTING) or default_data_folder()))
    known = load_portals(folder.portals)
    planned = [PlannedPortal(portal=known.get(name), text=known.text(name)) for name in portal_ids]
    stack = ExitStack()
    services = stack.enter_context(
        live_services(folder, planned, load_config(folder.settings_file))
    )
    for name, value in scrapy_settings(services).items():
        crawler.settings.set(name, value, priority="cmdline")
    crawler.signals.connect(stack.close, signals.engine_stopped, weak=False)
    return services


def _was_forced(before: object) -> bool:
    """Whether a second signal ended the reactor: Scrapy then ignores all further ones."""
    now = signal.getsignal(signal.SIGINT)
    return now == signal.SIG_IGN and before != signal.SIG_IGN


def run_spider(
    services: CrawlServices,
    spider: type[Spider] | None = None,
    **arguments: Any,  # noqa: ANN401
) -> bool:
    """Runs a spider to its end, by default the one that crawls portals; returns False when it was
    interrupted (Ctrl-C, SIGTERM). ``arguments`` are the spider's beside ``services``.

    Raises CrawlerError when the spider could not do its work for a reason of ours.
    """
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawler.spiders.portal import PortalSpider

    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.update(scrapy_settings(services), priority="cmdline")
    before = signal.getsignal(signal.SIGINT)
    # what is loaded stays: not looked through again by each collection, nor at the exit (0.1 s)
    gc.freeze()
    process = AsyncCrawlerProcess(settings)
    # Scrapy opens its loggers to everything: two records a page are made that no handler wants
    logging.getLogger("scrapy").setLevel(logging.getLogger().getEffectiveLevel())
    crawler = process.create_crawler(spider or PortalSpider)
    process.crawl(crawler, services=services, **arguments)
    process.start()
    reason = crawler.stats.get_value("finish_reason") if crawler.stats else None
    errors = crawler.stats.get_value("spider_exceptions/count") if crawler.stats else 0
    if reason == "shutdown" or (reason is None and _was_forced(before)):
        return False
    if services.unread:
        raise CrawlStopped(
            f"{services.unread} captures are archived and could not be read or stored; see the log "
            "above. The next run, or `nianbao extract`, reads them"
        )
    if reason == "archive_failed":
        raise CrawlStopped(
            "the data folder could not be written, as said above: put that right (room on the "
            "disk?) and run the same command again; what was captured is archived"
        )
    if reason != "finished" or errors:
        raise CrawlStopped(
            f"the crawl ended with {reason or 'no spider'} and {errors or 0} errors of the program;"
            " see the log above. What was captured is archived; the next run goes on"
        )
    services.finished = True
    return True
