"""Markup that stands inside something else (JSON, XML, a script), read as if it were the page."""

from __future__ import annotations

from dataclasses import replace

from extract.decode import page_from_bytes
from extract.document import Page


def as_page(page: Page, markup: str) -> Page:
    """A page of the same address with this markup: addresses in it resolve as the page's do.

    Raises Undecodable for markup above the limits of a page.
    """
    made = page_from_bytes(
        markup.encode("utf-8", "replace"), url=page.url, content_type="text/html; charset=utf-8"
    )
    return replace(made, charset=page.charset, method=page.method, request_body=page.request_body)
