"""The types between a capture and a report: a decoded page, and its main content as text."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lxml.html import HtmlElement

from archive.capture import CapturePointer, Role

READ_ROLES = (Role.REPORT, Role.ATTACHMENT)
"""The roles whose captures become documents."""


def is_document(role: Role, status: int) -> bool:
    """Whether a capture is a document at all: redirects and 1xx are not."""
    return role in READ_ROLES and not 300 <= status < 400


class Script(StrEnum):
    """The Chinese script that a text is written in."""

    HANS = "Hans"
    HANT = "Hant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A capture decoded: for listings and reports alike.

    ``text`` is the whole decoded markup (or plain text); ``tree`` the parsed HTML document, None
    for a media type that is not HTML; ``charset`` the codec used, ``charset_evidence`` how it was
    found (bom, header, meta, utf-8, detected). ``notes`` name what was odd (undecodable bytes
    replaced, decoded size cut …), each a finding later. ``method`` and ``request_body`` are those
    of the request that it answers: pages of a listing may differ in nothing else. ``fragment`` is
    that of the portal file's address, which the server was not told.
    """

    url: str
    text: str
    tree: HtmlElement | None
    charset: str
    charset_evidence: str
    media_type: str
    notes: tuple[str, ...] = ()
    method: str = "GET"
    request_body: bytes = b""
    fragment: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """Maps offsets of the normalised text to offsets of the original.

    ``text_starts`` and ``original_starts`` are parallel, ascending: the starts of segments that
    correspond. Inside a segment of equal length offsets run in step; inside one of unequal length
    (a phrase) an offset maps to the segment's start, an end to its end.
    """

    text_starts: tuple[int, ...]
    original_starts: tuple[int, ...]
    text_length: int
    original_length: int

    def to_original(self, span: Span) -> Span:
        """The range of the original that a range of the normalised text stands for."""
        return Span(self._start(span.start), self._end(span.end))

    def _segment(self, offset: int) -> tuple[int, int, int, int]:
        index = max(bisect_right(self.text_starts, offset) - 1, 0)
        following = index + 1
        whole = following == len(self.text_starts)
        return (
            self.text_starts[index],
            self.text_length if whole else self.text_starts[following],
            self.original_starts[index],
            self.original_length if whole else self.original_starts[following],
        )

    def _start(self, offset: int) -> int:
        start, end, original_start, original_end = self._segment(offset)
        in_step = end - start == original_end - original_start
        return original_start + (offset - start) if in_step else original_start

    def _end(self, offset: int) -> int:
        if offset <= 0:
            return 0
        start, end, original_start, original_end = self._segment(offset - 1)
        in_step = end - start == original_end - original_start
        return original_start + (offset - start) if in_step else original_end


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """What a page says of itself outside its body, as it stands there; None where it says nothing.

    The first group are the meta tags of 国办发〔2017〕47号 (last and most specific value; no
    placeholder such as "null"). ``regenerated_at`` is a 页面生成时间 or Maketime. ``labels`` are
    visible label and value pairs (发布机构, 索引号, 文号, 发布日期, 成文日期 …) in page order.
    """

    article_title: str | None = None
    pub_date: str | None = None
    content_source: str | None = None
    site_name: str | None = None
    site_id_code: str | None = None
    column_name: str | None = None
    regenerated_at: str | None = None
    html_title: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    breadcrumb: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentLink:
    """A file that the page offers as part of its content."""

    url: str
    text: str


class SectionKind(StrEnum):
    """The parts of a report: the six of the 2019 form, and what earlier reports have beside."""

    PREAMBLE = "preamble"
    OVERVIEW = "overview"
    PROACTIVE = "proactive"
    REQUESTS = "requests"
    FEES = "fees"
    REVIEW_LITIGATION = "review_litigation"
    PROBLEMS = "problems"
    PLANS = "plans"
    OTHER_MATTERS = "other_matters"
    SIGN_OFF = "sign_off"
    OTHER = "other"


STATUTORY = frozenset(
    {
        SectionKind.OVERVIEW,
        SectionKind.PROACTIVE,
        SectionKind.REQUESTS,
        SectionKind.FEES,
        SectionKind.REVIEW_LITIGATION,
        SectionKind.PROBLEMS,
    }
)
"""The parts that every report has, in whatever era."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A top-level part of a report. ``span`` covers heading and text, in ``Document.text``.

    ``heading`` is the heading line without its number, None for the preamble; ``text`` what
    follows the heading, up to the next section.
    """

    ordinal: int
    kind: SectionKind
    heading: str | None
    text: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table laid out by the HTML table algorithm, whatever kind of file it stands in.

    ``rows`` holds the text of each slot; a cell that spans several stands at its first slot and
    the others are None. ``span`` is where the flattened table stands in ``Document.text``.
    ``dom_path`` finds the table again in the page (or in the XML of a DOCX). Where a table is no
    element of a tree (PDF, sheets) it is empty and ``places`` has the provenance of each slot
    that ``rows`` has, as JSON; so it has where the table stands in another capture.
    """

    rows: tuple[tuple[str | None, ...], ...]
    span: Span
    dom_path: str
    places: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The main content of a page, as text.

    ``title`` is as the page writes it. ``text_original`` is what the page says, a line a block,
    tables a line a row with " | " between cells; ``text`` the same, simplified and normalised;
    ``alignment`` maps from ``text`` to ``text_original``. ``table_spans`` (in ``text``) is where
    flattened tables stand: no prose there. ``further`` are the pages at which an article that is
    split goes on (split_articles), ``requisites`` the addresses of what the page is shown with.
    ``pointer`` is None for a page read from a file.
    """

    url: str
    title: str
    text: str
    text_original: str
    alignment: Alignment
    script: Script
    sections: tuple[Section, ...]
    grids: tuple[Grid, ...] = ()
    table_spans: tuple[Span, ...] = ()
    metadata: PageMetadata = field(default_factory=PageMetadata)
    attachments: tuple[AttachmentLink, ...] = ()
    pictures: tuple[str, ...] = ()
    further: tuple[AttachmentLink, ...] = ()
    requisites: tuple[str, ...] = ()
    media_type: str = "text/html"
    charset: str = "utf-8"
    captured_at: datetime | None = None
    pointer: CapturePointer | None = None
    notes: tuple[str, ...] = ()
