"""A listing of no known family: rows that read like reports, further pages that are linked."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.adapters.base import AdvertisedTotal, Parsed, Recognition
from crawler.adapters.next_links import next_links
from crawler.adapters.rows import listing_rows
from crawler.adapters.script_rows import script_rows
from crawler.adapters.sub_columns import year_columns
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
        rows = listing_rows(page)
        reports = sum(1 for row in rows if row.looks_like_report) or len(script_rows(page))
        columns = len(list(year_columns(page)))
        confidence = 0.1 * min(reports + columns, 3)
        told = f"{reports} rows titled like reports" + f", {columns} columns of years" * bool(
            columns
        )
        return Recognition(confidence=confidence, evidence=told)

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows (of markup, else of script), the total that the page names, the columns of
        single years, then the further pages that the markup links.
        """
        rows = list(listing_rows(page))
        if not any(row.looks_like_report for row in rows):
            rows += script_rows(page)
        yield from rows
        total = advertised_rows(page)
        if total is not None:
            yield AdvertisedTotal(rows=total)
        yield from year_columns(page)
        yield from next_links(page)
