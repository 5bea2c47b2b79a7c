"""From a document to a report, or to the reason why it is none.

A pure function of the document and of what the crawl knew: the same capture gives the same rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from archive.capture import CaptureContext
from extract.bodies import ResolvedBody, resolve_body
from extract.body_clues import BodyClues
from extract.checks import Checked, check_report
from extract.dates import (
    Dated,
    Period,
    SignOff,
    find_period,
    find_published,
    find_sign_off,
    years_in,
)
from extract.document import Document, PageMetadata, Script
from extract.figures import read_figures
from extract.form_tables import FormTables, read_tables
from extract.known_bodies import NONE_KNOWN, KnownBodies
from extract.named_bodies import as_known
from extract.prose_checks import check_prose
from extract.report import Check, Confidence, Finding, Outcome, Report, ReportScope, SkipReason
from extract.scopes import Speaker
from extract.script import normalise, simplified
from extract.sentences import say
from extract.skipping import title_in_text, why_not_a_report
from extract.text_table import check_text
from extract.titles import confusable, names_disclosure_report

_DOC_NUMBER_LABELS = ("文号", "发文字号", "文件编号", "发文文号")
_INDEX_LABELS = ("索引号", "信息索引号", "索引编号", "信息索引")
_BLANK_VALUE = re.compile(r"^(?:无|-{1,3}|—{1,2}|/|null|暂无|空)?$", re.IGNORECASE)
_LABEL_NOISE = re.compile(r"[\s:：\[\]【】()（）]+")
_LEADING_YEAR_CHARS = 400
SIGNED_LATER = 31
"""Days by which a sign-off may be later than the publication: a corrected report gets a new one."""


@dataclass(frozen=True, slots=True)
class _Year:
    year: int
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dates:
    year: _Year
    period: Period | None
    sign_off: SignOff | None
    published: tuple[Dated, ...]
    listed_year: int | None


def read_report(
    document: Document, context: CaptureContext, bodies: KnownBodies = NONE_KNOWN
) -> Outcome:
    """The report that a document is, or why it is none; never raises for what a page says.

    ``bodies`` are what the user knows of them.
    ``context`` gives the listing row's title and date, used where the document is silent, and the
    portal's division, used where several divisions bear the name that the document gives.
    """
    title = report_title(document, context)
    said = replace(document, metadata=_plain_metadata(document))
    skipped = why_not_a_report(document, title)
    if skipped:
        return Outcome(document=document, skip=skipped.reason, detail=skipped.detail)
    title = _own_title(document, title)
    dates = _dates(said, context, title)
    if dates is None:
        detail = "neither title, period, opening nor listing names the year reported on"
        return Outcome(document=document, skip=SkipReason.NO_YEAR, detail=detail)
    link_text = simplified(context.link_text) if context.link_text else None
    signer = dates.sign_off.signer if dates.sign_off else None
    clues = BodyClues(
        document=said,
        title=title,
        year=dates.year.year,
        signer=signer,
        link_text=link_text,
        portal_division=context.division,
        page_title=simplified(document.title) if document.title else None,
    )
    resolved = resolve_body(clues)
    if resolved is None:
        detail = "neither title, signature, labels, breadcrumb nor listing names a public body"
        return Outcome(document=document, skip=SkipReason.NO_BODY, detail=detail)
    report = _report(document, dates, as_known(resolved, bodies, dates.year.year))
    return Outcome(report=report, document=document, findings=report.findings)


def _report(document: Document, dates: _Dates, resolved: ResolvedBody) -> Report:
    published = dates.published[0] if dates.published else None
    evidence = dict(resolved.evidence) | {"report_year": dates.year.evidence}
    if published:
        evidence["published_on"] = published.evidence
    if dates.sign_off and dates.sign_off.day:
        evidence["signed_on"] = "signature"
    if dates.period:
        evidence["period"] = "opening"
    names = {resolved.issuing_body, resolved.reporting_for, resolved.body.name}
    speaker = Speaker(
        names=frozenset(names),
        is_area=resolved.scope is not ReportScope.ORGAN,
        as_government=resolved.as_government,
    )
    tables = read_tables(document)
    figures = read_figures(document, year=dates.year.year, speaker=speaker)
    return Report(
        document=document,
        title=document.title,
        report_year=dates.year.year,
        body=resolved.body,
        issuing_body=resolved.issuing_body,
        reporting_for=resolved.reporting_for,
        report_scope=resolved.scope,
        division=resolved.division_code,
        division_name=resolved.division_name,
        published_on=published.day if published else None,
        signed_on=dates.sign_off.day if dates.sign_off else None,
        period_start=dates.period.start if dates.period else None,
        period_end=dates.period.end if dates.period else None,
        doc_number=_labelled(document, _DOC_NUMBER_LABELS),
        index_number=_labelled(document, _INDEX_LABELS),
        sections=document.sections,
        figures=figures,
        evidence=evidence,
        confidence=_confidence(dates, resolved),
        findings=(*_date_findings(dates), *resolved.findings, *tables.findings),
        cells=tables.cells,
        checks=(
            *_checks(tables, dates, resolved),
            *check_text(figures, tables.cells),
            *check_prose(document),
        ),
        table2_form=tables.table2_form,
        table3_form=tables.table3_form,
        appendix_form=tables.appendix_form,
        tables_source=tables.source,
    )


def _checks(tables: FormTables, dates: _Dates, resolved: ResolvedBody) -> tuple[Check, ...]:
    return check_report(
        Checked(
            cells=tables.cells,
            table2_form=tables.table2_form,
            table3_form=tables.table3_form,
            appendix_form=tables.appendix_form,
            admin_level=resolved.body.admin_level,
            title_year=dates.year.year,
            listed_year=dates.listed_year,
            period_start=dates.period.start if dates.period else None,
            period_end=dates.period.end if dates.period else None,
        )
    )


def report_title(document: Document, context: CaptureContext) -> str:
    """The title by which a document is judged, simplified: its own, else what links it."""
    return simplified(_title(document, context))


def _title(document: Document, context: CaptureContext) -> str:
    metadata = document.metadata
    candidates = (document.title, metadata.article_title, context.link_text, metadata.html_title)
    named = [one for one in candidates if one and one.strip()]
    with_year = [one for one in named if years_in(one)]
    return (with_year or named or [""])[0]


def _plain_metadata(document: Document) -> PageMetadata:
    """What the page says of itself, in the characters that names and labels are known by."""
    told = document.metadata
    if document.script is not Script.HANT:
        return told

    def plain(text: str) -> str:
        return normalise(text.replace("\0", ""), Script.HANT)[0]

    return replace(
        told,
        content_source=plain(told.content_source) if told.content_source else None,
        site_name=plain(told.site_name) if told.site_name else None,
        column_name=plain(told.column_name) if told.column_name else None,
        html_title=plain(told.html_title) if told.html_title else None,
        labels=tuple((plain(label), plain(value)) for label, value in told.labels),
        breadcrumb=tuple(map(plain, told.breadcrumb)),
    )


def _own_title(document: Document, title: str) -> str:
    """The report's name from its first lines, where the page's title names something else."""
    if names_disclosure_report(title) and not confusable(title):
        return title
    own = title_in_text(document)
    return own if own and (years_in(own) or not years_in(title)) else title


def _dates(document: Document, context: CaptureContext, title: str) -> _Dates | None:
    year = _year(document, context, title)
    if year is None:
        return None
    metadata = document.metadata
    published = find_published(metadata, listed_on=context.listed_on, url=document.url)
    return _Dates(
        year=year,
        period=find_period(document.text, year.year),
        sign_off=find_sign_off(document.text),
        published=published,
        listed_year=_listed_year(document, context, year),
    )


def _listed_year(document: Document, context: CaptureContext, year: _Year) -> int | None:
    """The one year in the listing's row, where the document itself says its own."""
    own = years_in(document.title) or years_in(document.metadata.article_title or "")
    listed = years_in(context.link_text or "")
    return listed[0] if len(listed) == 1 and (own or year.evidence == "period") else None


def _year(document: Document, context: CaptureContext, title: str) -> _Year | None:
    period = find_period(document.text)
    years = years_in(title)
    if years:
        agreed = [year for year in years if period and period.end.year == year]
        return _Year((agreed or list(years))[0], "title")
    if period:
        return _Year(period.end.year, "period")
    for evidence, text in (
        ("html_title", document.metadata.html_title or ""),
        ("listing", context.link_text or ""),
        ("opening", document.text[:_LEADING_YEAR_CHARS]),
    ):
        if found := years_in(text):
            return _Year(found[0], evidence)
    return None


def _labelled(document: Document, names: tuple[str, ...]) -> str | None:
    labels = {_LABEL_NOISE.sub("", key): value for key, value in document.metadata.labels}
    for name in names:
        value = labels.get(name, "").strip()
        if value and not _BLANK_VALUE.match(value):
            return value
    return None


def _confidence(dates: _Dates, resolved: ResolvedBody) -> Confidence:
    if dates.year.evidence in ("title", "period"):
        return resolved.confidence
    return Confidence.LOW


def _date_findings(dates: _Dates) -> list[Finding]:
    findings: list[Finding] = []
    year, period = dates.year.year, dates.period
    if period and year not in (period.start.year, period.end.year):
        message = say("report_year_disagrees", year=year, start=period.start, end=period.end)
        findings.append(Finding(kind="report_year_disagrees", message=message))
    findings += _publication_findings(dates)
    signed = dates.sign_off.day if dates.sign_off else None
    if signed and not year <= signed.year <= year + 3:
        message = say("signed_on_implausible", signed=signed, year=year)
        findings.append(Finding(kind="signed_on_implausible", message=message))
    first = dates.published[0] if dates.published else None
    if signed and first and (signed - first.day).days > SIGNED_LATER:
        message = say(
            "signed_after_publication",
            signed=signed,
            published=first.day,
            evidence=first.evidence,
        )
        findings.append(Finding(kind="signed_after_publication", message=message))
    return findings


def _publication_findings(dates: _Dates) -> list[Finding]:
    if not dates.published:
        return []
    findings: list[Finding] = []
    first = dates.published[0]
    for other in dates.published[1:]:
        if abs((other.day - first.day).days) >= 365:
            message = say(
                "publication_dates_conflict",
                first=first.day,
                first_seen=first.evidence,
                other=other.day,
                other_seen=other.evidence,
            )
            findings.append(Finding(kind="publication_dates_conflict", message=message))
    ends = dates.period.end if dates.period else None
    if (ends and first.day <= ends) or (ends is None and first.day.year < dates.year.year):
        message = say("published_before_period_end", published=first.day, evidence=first.evidence)
        findings.append(Finding(kind="published_before_period_end", message=message))
    return findings
