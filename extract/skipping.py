"""Why a document is no report, as far as its title and text tell: by rule, with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from extract.document import Document, SectionKind
from extract.report import SkipReason
from extract.titles import confusable, names_disclosure_report

SOFT_404_CHARS = 300
"""An error page is shorter than this; a report may quote the words."""
SHORT_CHARS = 30
"""Below this many characters a body without attachment says nothing."""
ATTACHMENT_CHARS = 200
"""Below this many characters a body with attachments only points at them."""
_SOFT_404 = re.compile(
    r"404\s*(?:not found|错误)"
    r"|您(?:所)?访问的(?:页面|内容|网页).{0,12}(?:不存在|找不到|已删除|出错)"
    r"|page not found|无法找到该页",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"(?:页面|网页|信息|内容|文章)(?:不存在|已(?:被)?删除|找不到|未找到|已过期|已失效)"
)
"""Says that a page is gone only where nothing speaks of disclosure: 信息不存在 is an answer too."""
_BLANK_FORM = re.compile(
    r"X{2,}|×{2,}|_{4,}|＿{3,}|[某○]{2,}(?:年|单位|局)|\(此处填写|（此处填写|请填写|填写说明|XX年|\*{2,}年"
)
_DISCLOSURE = re.compile(r"信息公开|政务公开")
_NOTICE_TEXT = re.compile(
    r"(?:现将|就).{0,60}(?:编制|报送|撰写).{0,40}(?:通知如下|有关(?:事项|要求))|请各(?:单位|部门|乡镇)"
    r".{0,60}(?:报送|上报|编制完成)"
)
_OF_A_REPORT = frozenset(
    (
        SectionKind.OVERVIEW,
        SectionKind.PROACTIVE,
        SectionKind.REQUESTS,
        SectionKind.FEES,
        SectionKind.REVIEW_LITIGATION,
        SectionKind.PROBLEMS,
    )
)
PARTS_LEAST = 3
"""A text with so many of the parts of a report, and counts in it, is one: a word of its title (the
notice or the news that carries it) or a phrase of its opening does not refuse it."""
COUNTS_LEAST = 3
_COUNT = re.compile(
    r"\d[\d,.]{0,10}(?:余|多)?万?余?[条件次份篇个期场人项]|[零0]件|未收到|没有收到|未发生|没有发生"
)
_CARRIERS = (SkipReason.NEWS, SkipReason.NOTICE)
"""What may carry a whole report in its text."""
FIRST_LINES = 400
"""Characters in which a report says its own name, where the page's title does not."""
_LONGEST_TITLE = 60
_NEWS_TEXT = re.compile(
    r"(?:记者|通讯员)[,，::\s从获在了]|本报讯|讯[)）]|(?:近日|日前)[^。]{0,60}(?:年度?报告|年报)"
)
_DIGIT = re.compile(r"\d")
_FORM_TABLES = re.compile(r"第二十条第|申请人情况|结果维持")


@dataclass(frozen=True, slots=True)
class Skip:
    """A reason and, in words, what was seen."""

    reason: SkipReason
    detail: str


def why_not_a_report(document: Document, title: str) -> Skip | None:
    """The first rule by which a document is no report; None when it may be one."""
    text = document.text.strip()
    head = text[:3_000]
    reason = confusable(title)
    if reason and not (reason in _CARRIERS and _has_the_parts(document)):
        return Skip(reason, f"the title {title[:60]!r} names a {reason.value}, not a report")
    if len(text) < SOFT_404_CHARS and (found := _says_gone(text, title)):
        return Skip(SkipReason.SOFT_404, f"the page says {found[0]!r} with a good status")
    short = _too_short(document, text)
    if short:
        return short
    if not names_disclosure_report(title) and not _DISCLOSURE.search(head):
        return Skip(SkipReason.NOT_A_REPORT, "neither title nor text speaks of 信息公开")
    return _by_text(document, title, head)


def _says_gone(text: str, title: str) -> re.Match[str] | None:
    found = _SOFT_404.search(text + title)
    if found is None and not _DISCLOSURE.search(text):
        found = _GONE.search(text + title)
    return found


def _too_short(document: Document, text: str) -> Skip | None:
    if document.attachments and len(text) < ATTACHMENT_CHARS:
        names = ", ".join(link.text or link.url for link in document.attachments[:3])
        return Skip(SkipReason.ATTACHMENT_ONLY, f"the text only points at a file: {names}")
    if len(text) < SHORT_CHARS:
        pictures = f" and {len(document.pictures)} pictures" if document.pictures else ""
        return Skip(SkipReason.EMPTY, f"the main content has {len(text)} characters{pictures}")
    return None


def _by_text(document: Document, title: str, head: str) -> Skip | None:
    if _is_blank_form(document):
        return Skip(SkipReason.BLANK_FORM, "the form's blanks are not filled in")
    if _has_the_parts(document):
        return None
    if _NOTICE_TEXT.search(head) and not document.grids:
        return Skip(SkipReason.NOTICE, "the text asks for reports to be compiled or sent")
    if not names_disclosure_report(title) and title_in_text(document) is None:
        return Skip(SkipReason.NOT_A_REPORT, f"the title {title[:60]!r} names no annual report")
    if _NEWS_TEXT.search(head[:300]) and len(document.text) < 1_500:
        return Skip(SkipReason.NEWS, "the text reads as news about a report")
    return None


def _has_the_parts(document: Document) -> bool:
    """Whether a text is a filled-in report by its parts, whatever its title is."""
    kinds = {section.kind for section in document.sections} & _OF_A_REPORT
    return len(kinds) >= PARTS_LEAST and _has_counts(document)


def _has_counts(document: Document) -> bool:
    counts = islice(_COUNT.finditer(document.text), COUNTS_LEAST)
    return sum(1 for _ in counts) == COUNTS_LEAST


def title_in_text(document: Document) -> str | None:
    """The first line that is the title of a report, where the page's own title is none."""
    for line in document.text[:FIRST_LINES].split("\n"):
        title = line.strip()
        if (
            len(title) <= _LONGEST_TITLE
            and names_disclosure_report(title)
            and not confusable(title)
        ):
            return title
    return None


def _is_blank_form(document: Document) -> bool:
    """The form of 2019 or 2021 without any figure: marks of blanks, or tables with no digit."""
    blanks = len(_BLANK_FORM.findall(document.text[:20_000]))
    prose = document.text
    tables = [prose[span.start : span.end] for span in document.table_spans]
    filled = any(_DIGIT.search(re.sub(r"\d[.、]|[(（]\d[)）]", "", table)) for table in tables)
    formal = len(_FORM_TABLES.findall(prose)) >= 3
    sentences = sum(1 for line in prose.split("\n") if len(line) > 50 and "|" not in line)
    return (blanks >= 3 and not filled and not _has_counts(document)) or (
        formal and bool(tables) and not filled and sentences < 3
    )
