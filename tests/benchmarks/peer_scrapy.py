"""The peer crawl: a stock Scrapy spider that follows links and writes WARC by warcio, inline.

With ``--read`` it also runs trafilatura on every article, inline: the naive spider.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import HtmlResponse
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


class LinkSpider(CrawlSpider):
    """Follows every link below the listing, as `scrapy genspider -t crawl` gives it."""

    name = "links"
    rules = (Rule(LinkExtractor(allow="/zfxxgk/"), callback="keep", follow=True),)

    def __init__(self, listing: str, warc: Path, texts: Path | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start_urls = [listing]
        self._file = warc.open("wb")
        self._writer = WARCWriter(self._file, gzip=True)
        self._texts = texts.open("w", encoding="utf-8") if texts else None

    def parse_start_url(self, response: HtmlResponse, **kwargs: Any) -> Iterator[Any]:
        yield from self.keep(response)

    def keep(self, response: HtmlResponse) -> Iterator[Any]:
        head = StatusAndHeaders(
            f"{response.status} OK",
            [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, values in response.headers.items()
                for value in values
            ],
            protocol="HTTP/1.1",
        )
        self._writer.write_record(
            self._writer.create_warc_record(
                response.url, "response", payload=BytesIO(response.body), http_headers=head
            )
        )
        if self._texts is not None:
            import trafilatura

            self._texts.write(f"{response.url}\t{trafilatura.extract(response.text)!r}\n")
        yield from ()

    def closed(self, reason: str) -> None:
        self._file.close()
        if self._texts is not None:
            self._texts.close()


def main() -> None:
    """The peer's process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("listing")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--read", action="store_true")
    given = parser.parse_args()
    process = CrawlerProcess(
        {
            "LOG_LEVEL": "ERROR",
            # its own politeness would be measured otherwise; as many at a time as nianbao
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "DOWNLOAD_DELAY": 0,
        }
    )
    texts = given.folder / "texts.tsv" if given.read else None
    spider: type[scrapy.Spider] = LinkSpider
    process.crawl(spider, listing=given.listing, warc=given.folder / "peer.warc.gz", texts=texts)
    process.start()


if __name__ == "__main__":
    main()
