"""The feed of a data folder: what of its news is told, and ``feed.atom`` at the end of each run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice

from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.whole_file import write_whole
from crawler.atom import Feed, feed_document
from crawler.changes_shown import is_hidden, statement_lines
from crawler.config import Config
from extract.news import (
    News,
    WantedNews,
    find_troubles,
    iter_new_reports,
    iter_news_of_changes,
    iter_news_of_rows,
)
from extract.rows import utc_text
from extract.withheld import Withheld

MOST_NEWS = 200
"""Entries of a feed: a reader that comes daily misses nothing but in the first crawls."""


def news_feed(
    folder: DataFolder, config: Config, wanted: WantedNews, *, most: int = MOST_NEWS
) -> bytes:
    """The newest news as an Atom feed. Raises ExtractError, and InvalidSuppression: what a person
    wanted taken down must not be told.
    """
    with closing(Withheld(folder)) as withheld:
        told = newest(folder, wanted, withheld, most=most)
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        first = next(iter(index.run_ids()), "")
    operator = config.operator or "nianbao"
    feed = Feed(
        key=hashlib.sha256(first.encode("ascii")).hexdigest()[:32],
        title=f"{operator}: annual reports on information disclosure",
        author=operator,
        updated=utc_text(datetime.fromtimestamp(0, UTC)),
        news=[(one, words_of(one)) for one in told],
    )
    return feed_document(feed)


def newest(folder: DataFolder, wanted: WantedNews, withheld: Withheld, *, most: int) -> list[News]:
    """The newest news of which suppress.txt takes nothing down."""
    sources: tuple[Iterable[News], ...] = (
        iter_new_reports(folder.corpus_db, wanted),
        iter_news_of_changes(folder.corpus_db, wanted),
        iter_news_of_rows(folder.corpus_db, wanted),
        find_troubles(folder.corpus_db, folder.archive_db, wanted),
    )
    found: list[News] = []
    for source in sources:
        found += islice(_shown(source, withheld), most)
    found.sort(key=lambda news: (news.at, news.key), reverse=True)
    return found[:most]


def _shown(source: Iterable[News], withheld: Withheld) -> Iterator[News]:
    for news in source:
        lines = (
            withheld.find_capture(news.url),
            withheld.find_records(news.records),
            None if news.report_id is None else withheld.find_report(news.report_id),
            withheld.find_named(" ".join(news.lines)),
        )
        is_down = news.change is not None and is_hidden(news.change, withheld)
        if not is_down and all(line is None for line in lines):
            yield news


def words_of(news: News) -> Sequence[str]:
    """What a piece of news says beside its title."""
    return news.lines if news.change is None else list(statement_lines(news.change))


def write_feed(folder: DataFolder, config: Config) -> None:
    """Puts ``feed.atom`` there anew. Raises as ``news_feed``, and OSError."""
    write_whole(folder.feed, news_feed(folder, config, WantedNews()))
