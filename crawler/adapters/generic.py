"""A listing of no known family: rows that read like reports, further pages that are linked."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.adapters.base import AdvertisedTotal, Parsed, Recognition
from crawler.adapters.next_links import next_links
from crawler.adapters.rows import listing_rows
from crawler.adapters.totals import advertised_rows
from crawler.adapters.trs_static import article_evidence
from extract.document import Page


class Generic:
    """Reads any page that lists reports with links that a browser without script could follow.

    Rows may lead to other hosts (departments publish on platforms of their own); further pages
    may not.
    """

    name = "generic"

    def recognise(self, page: Page) -> Recognition:
        """Never surer than a family that knows the page: 0.3 at most, 0 for an article."""
        article = article_evidence(page)
        if article is not None:
            return Recognition(confidence=0.0, evidence=article)
        reports = sum(1 for row in listing_rows(page) if row.looks_like_report)
        confidence = 0.1 * min(reports, 3)
        return Recognition(confidence=confidence, evidence=f"{reports} rows titled like reports")

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows, the total that the page names, then the further pages that the markup links."""
        yield from listing_rows(page)
        total = advertised_rows(page)
        if total is not None:
            yield AdvertisedTotal(rows=total)
        yield from next_links(page)
