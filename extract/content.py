"""The pieces that reading a page's body gives, before they become a document."""

from __future__ import annotations

from dataclasses import dataclass

from extract.document import AttachmentLink, PageMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentTable:
    """A table of the content: its slots (None where another cell spans) and its lines.

    ``rows`` is empty for a table of plain text, which is kept as it stands. ``dom_path`` and
    ``places`` as of ``Grid``.
    """

    rows: tuple[tuple[str | None, ...], ...]
    lines: tuple[str, ...]
    dom_path: str = ""
    places: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A page's body: ``parts`` in order, a string a line of text or a whole table. ``further`` are
    the pages at which it goes on, ``requisites`` what the page is shown with.
    """

    title: str
    parts: tuple[str | ContentTable, ...]
    metadata: PageMetadata
    attachments: tuple[AttachmentLink, ...] = ()
    pictures: tuple[str, ...] = ()
    further: tuple[AttachmentLink, ...] = ()
    requisites: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
