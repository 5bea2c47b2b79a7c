"""Reading a file in the light of the page that links it.

A file often names neither its body nor its year, and is called 附件1: then it takes them from its
page, but only when its own content is that of a report and nothing in it names another body or
year. A file that is something else keeps its own outcome.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from archive.capture import CaptureContext
from extract.bodies import resolve_body
from extract.body_clues import BodyClues
from extract.dates import find_published, years_in
from extract.document import STATUTORY, Document, PageMetadata
from extract.form_tables import read_tables
from extract.known_bodies import NONE_KNOWN, KnownBodies
from extract.reading import read_report, report_title
from extract.report import FROM_PAGE, Body, Finding, Outcome, Report, SkipReason
from extract.sentences import say
from extract.titles import confusable, names_disclosure_report

LEAST_PARTS = 3
"""A file with so many statutory parts is a report, whatever it is called."""

_OWN_EVIDENCE = ("signature", "opening", "period", "close", "head of the page", "text")
"""Words of evidence that stand for the file's own content also when the page's is added."""

_BEFORE_THE_NAME = re.compile(r"^[\s《]*附[件表]\s*[\d一二三四五六七八九十]*\s*[:：.、\s]*")
_AFTER_THE_NAME = re.compile(
    r"(?:19|20)\d\d|二[〇○零]|年度|政府信息|信息公开|统计表|情况表|附[件表]"
)
"""What stands around a body's name in the title of a file: 附件1：某镇2023年统计表."""

_NAMELESS = frozenset(
    {SkipReason.NOT_A_REPORT, SkipReason.NO_YEAR, SkipReason.NO_BODY, SkipReason.EMPTY}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkingPage:
    """The page that links a file. ``report`` is None where it is none itself; ``title`` is
    simplified, and the listing row's where the page has none.
    """

    document: Document
    report: Report | None
    title: str
    context: CaptureContext

    def goes_on_at(self, url: str) -> bool:
        """Whether a link is no file but a further part of the page itself."""
        return any(link.url == url for link in self.document.further)

    @classmethod
    def of(cls, outcome: Outcome, context: CaptureContext) -> LinkingPage | None:
        """From the page's reading; None when not even its text could be read."""
        if outcome.document is None:
            return None
        return cls(
            document=outcome.document,
            report=outcome.report,
            title=report_title(outcome.document, context),
            context=context,
        )


def read_file_report(
    document: Document,
    context: CaptureContext,
    page: LinkingPage,
    bodies: KnownBodies = NONE_KNOWN,
) -> Outcome:
    """The report that a file is, or why it is none. ``context`` is the file's."""
    own = read_report(_at_page(document, page), context, bodies)
    own = replace(own, document=document)
    if own.report is not None:
        if _abbreviates(own.report, page):
            return _taken_from(page, document, context, bodies) or own
        return _beside(own, own.report, page, context)
    if own.skip in _NAMELESS and _may_be_part(document, context, page):
        return _taken_from(page, document, context, bodies) or own
    return own


def _may_be_part(document: Document, context: CaptureContext, page: LinkingPage) -> bool:
    """Whether a file without body or year is part of its page's report: by its content, and by
    naming nothing else.
    """
    if not names_disclosure_report(page.title) or confusable(page.title):
        return False
    own_title = report_title(document, context)
    if confusable(own_title):
        return False
    page_years = years_in(page.title)
    own_years = years_in(own_title)
    if own_years and page_years and not set(own_years) & set(page_years):
        return False
    parts = {section.kind for section in document.sections} & STATUTORY
    return len(parts) >= LEAST_PARTS or bool(read_tables(document).cells)


def _taken_from(
    page: LinkingPage, document: Document, context: CaptureContext, bodies: KnownBodies
) -> Outcome | None:
    """The file read with its page's title, listing row and metadata; None when that gives no
    report either, or one of another body than the file's own title names.
    """
    labels = (*document.metadata.labels, *page.document.metadata.labels)
    lent = replace(
        _at_page(document, page),
        title=page.document.title or page.title,
        metadata=replace(page.document.metadata, labels=labels),
    )
    outcome = read_report(lent, replace(context, link_text=page.context.link_text), bodies)
    report = outcome.report
    if report is None:
        return None
    named = _named_in_title(document, context, year=report.report_year)
    if named is not None and not _same_body(named, report.body):
        return None
    if page.report is not None and _same_body(report.body, page.report.body):
        report = replace(report, body=page.report.body, report_scope=page.report.report_scope)
    evidence = {
        field: found if found.startswith(_OWN_EVIDENCE) else f"page: {found}"
        for field, found in report.evidence.items()
    }
    evidence |= {"title": "page", FROM_PAGE: context.page_record or ""}
    return Outcome(
        report=replace(report, document=document, evidence=evidence),
        document=document,
        findings=outcome.findings,
    )


def _at_page(document: Document, page: LinkingPage) -> Document:
    """The file as if it stood where its page does: the host that keeps files tells nothing."""
    return replace(document, url=page.document.url)


def _named_in_title(document: Document, context: CaptureContext, *, year: int) -> Body | None:
    """The body that the file's own title or link names; None when they name none."""
    title = _BEFORE_THE_NAME.sub("", report_title(document, context))
    head = _AFTER_THE_NAME.split(title, maxsplit=1)[0]
    clues = BodyClues(
        document=replace(document, metadata=PageMetadata()),
        title=f"{head}{year}年政府信息公开工作年度报告",
        year=year,
        signer=None,
        link_text=None,
        portal_division=context.division,
    )
    resolved = resolve_body(clues)
    if resolved is None or not resolved.evidence["issuing_body"].startswith("title"):
        return None
    return resolved.body


def _beside(own: Outcome, report: Report, page: LinkingPage, context: CaptureContext) -> Outcome:
    """A file that names itself: the page gives the date of publication, and the scope where both
    are the same body's on the same year. Another year is told.
    """
    findings: tuple[Finding, ...] = ()
    evidence = dict(report.evidence)
    if page.report is not None and report.body.body_id == page.report.body.body_id:
        if report.report_year == page.report.report_year:
            report = replace(report, report_scope=page.report.report_scope)
        else:
            findings = (_other_year(report, page, context),)
    published = report.published_on
    if published is None or evidence.get("published_on", "").startswith(("url", "listing")):
        published, evidence = _published(page, published, evidence)
    report = replace(
        report, published_on=published, evidence=evidence, findings=(*report.findings, *findings)
    )
    return replace(own, report=report, findings=(*own.findings, *findings))


def _other_year(report: Report, page: LinkingPage, context: CaptureContext) -> Finding:
    assert page.report is not None
    pointer = page.document.pointer
    message = say(
        "file_of_other_year",
        page_year=page.report.report_year,
        page=page.document.url,
        said_record=pointer.record_id if pointer else say("no_record"),
        file_year=report.report_year,
        file=context.link_url,
    )
    return Finding(kind="readings_differ", message=message)


def _published(
    page: LinkingPage, known: date | None, evidence: dict[str, str]
) -> tuple[date | None, dict[str, str]]:
    found = find_published(
        page.document.metadata, listed_on=page.context.listed_on, url=page.document.url
    )
    if not found:
        return known, evidence
    return found[0].day, evidence | {"published_on": f"page: {found[0].evidence}"}


def _abbreviates(report: Report, page: LinkingPage) -> bool:
    """Whether a file names a body whose place only the page tells: 人社局 for 某县人社局."""
    return (
        report.division is None
        and page.report is not None
        and page.report.division is not None
        and _same_body(report.body, page.report.body)
    )


def _same_body(one: Body, other: Body) -> bool:
    """Whether two names may be one body's: the same id, or the end of the other's name."""
    if one.body_id == other.body_id:
        return True
    unplaced = one.division_today is None or other.division_today is None
    return unplaced and (one.name.endswith(other.name) or other.name.endswith(one.name))
