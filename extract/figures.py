"""Numbers in the prose of a report: what is counted, how many, softened or negated, about whom.

Precision before recall: last year's, cumulative, planned and average numbers, those of one channel
or category and those of permits, petitions and proposals are not taken. Silence is no figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extract.document import Document, SectionKind
from extract.measures import COUNT_RULES, NEGATION, NEGATION_RULES, CountRule, Guard, NegationRule
from extract.numerals import read_number
from extract.prose import Sentence, iter_sentences
from extract.report import Figure, Measure, Qualifier
from extract.scopes import Speaker, clause_before, scope_of, subject_before, topic_before

FIGURES_MOST = 400
"""More figures than this of one document are not kept: it is no report, or a trap."""
PROCESSING_FEE_YEAR = 2021
"""From this year on what part six of the form says of fees is the 信息处理费 (国办函〔2020〕109号,
国办公开办函〔2021〕30号): another measure than ``fees``."""

_TRIGGER = re.compile("公开|申请|复议|诉讼|收费|收取|办结|各类|各种|各项|费")
_COUNTED = re.compile(
    r"\d[万千百亿余多来]{0,3}[条件篇份项则个宗起例次封元万]|[零一二两三四五六七八九十百千万][余多]?"
    r"[条件篇份项则个宗起例次封元]|[为是各][零0]"
)
"""A sentence without this has no count that a rule could take: most are passed over by it."""
_DENIES = re.compile("没有|未|无|没|不存在|免收|不[^。]{0,14}收")
_NEGATED = re.compile(NEGATION)
_YEAR = re.compile(r"(20\d\d)年(?!以来)")
_QUOTED = re.compile(r"《[^》]{0,80}》")
_LAST_YEAR = re.compile(r"去年|上年|上一年|往年|历年|同期")
_SINCE = re.compile(r"(?P<what>.{0,6})(?:以来|至今)|自20\d\d年.{0,12}起")
_THIS_YEAR_SINCE = re.compile(r"(?:今年|本年|年初|本年度)$")
_CUMULATIVE = re.compile(r"累计|总计达")
_UP_TO = re.compile(r"截至|截止|至20\d\d年")
_NOT_ACHIEVED = re.compile(
    r"每[年月季周日天个]|平均|人均|日均|月均|力争|计划|不少于|不低于|争取|目标|预计"
)
_THROUGH = re.compile(r"(?:通过|利用|运用|依托|借助)(?P<means>[^。;；]{2,60})$")
_SEVERAL = re.compile(r"[、和及与]|等|多种|各种|多渠道")
_CHANNEL = (
    r"微博|微信|公众号|公报|政报|网站|门户网|信息网|网|日报|晚报|报刊|报纸|电视台?|广播(?:电台)?|新媒体|客户端"
    r"|手机报|查阅点|查阅中心|公开栏|公示栏|宣传栏|发布会|显示屏|触摸屏|头条号?|抖音号?|平台|短信|论坛"
)
_ANY_CHANNEL = re.compile(_CHANNEL)
_PLACED_IN = re.compile(
    r"在[^,，]{0,30}(?:公报|政报|微博|微信|报|电视|广播|公开栏|公示栏|显示屏|查阅点|发布会|论坛)[^,，]{0,8}$"
)
_CHANNEL_SUBJECT = re.compile(rf"(?:{_CHANNEL}|其[他它](?:方式|渠道|形式)|方式|渠道)$")
_CATEGORY_SUBJECT = re.compile(r"(?:类|领域|方面|栏目|专栏|专题|行业|环节|电子化|内容)$")
_OWN_CHANNEL = re.compile(r"^(?:我|本|全)[省市县区州旗镇乡局委]")
_DISCLOSURE = re.compile(r"信息公开|公开政府信息|依申请")
_PART_ABOUT_DISCLOSURE = re.compile(r"其中[^。;；]{0,12}信息公开")
_OF_THE_DENIED = re.compile(r"不予公开[^。]{0,60}其中")
_NAMES_REQUEST = re.compile(r"信息公开|依申请|公开(?:政府|政务)?信息|申请公开|公开申请")
_REQUEST_TOPIC = re.compile(r"信息公开(?:的)?申请|依申请|申请公开|公开申请|申请人|公开信息申请")
_OTHER_TOPIC = re.compile(
    r"审批|许可|服务事项|办事|办件|建议|提案|议案|投诉|信访|热线|咨询|问政|来信|信箱|留言|举报|12345|合同"
    r"|租|求助|反映问题|工单|执法|复议|诉讼|案卷|群众反映|网民|低保|救助"
)
_DECIDES = re.compile(r"(?:受理|审理|审结|承办|代理|应诉|化解|办理)[^,，。;；]{0,14}$")
_ONLY_PART = re.compile(r"(?:复议后|经复议|未经复议|直接|上年|结转|其中)[^,，、]{0,6}$")
_BOTH = re.compile(r"复议[^0-9。;；]{0,12}[、和及与或][^0-9。;；]{0,8}$")
_FEE_WORDS = re.compile(r"信息公开|依申请|检索|复制|复印|邮寄|申请人|公开信息|政府信息")
_OTHER_FEES = re.compile(
    r"信息处理费|租|罚|学费|停车|物业|承包|排污|养路|保险|税|补偿|行政事业性|涉企|许可|检测|培训"
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate: a rule's match in a sentence."""

    measure: Measure
    value: float | int
    unit: str | None
    qualifier: Qualifier | None
    negated: bool
    sentence: Sentence
    start: int
    end: int
    fallback: bool


def read_figures(document: Document, *, year: int, speaker: Speaker) -> tuple[Figure, ...]:
    """The figures of a report on a year, in the order of the text, at most 400.

    A measure stands once for each value and scope. ``speaker`` tells which subjects are the
    whole of what the report covers, so that only a narrower one becomes a scope.
    """
    found: list[_Found] = []
    for sentence in iter_sentences(document):
        if not _TRIGGER.search(sentence.text) or sentence.section is SectionKind.PLANS:
            continue
        found.extend(_in_sentence(sentence, year))
        if len(found) > FIGURES_MOST:
            break
    figures = [_figure(document, one, speaker) for one in _without_fallback(found, speaker)]
    return _distinct(figures)[:FIGURES_MOST]


def _in_sentence(sentence: Sentence, year: int) -> Iterator[_Found]:
    taken: dict[Measure, list[tuple[int, int]]] = {}
    for found in (*_counts(sentence, year), *_negations(sentence, year)):
        spans = taken.setdefault(found.measure, [])
        if all(found.end <= start or end <= found.start for start, end in spans):
            spans.append((found.start, found.end))
            yield found


def _counts(sentence: Sentence, year: int) -> Iterator[_Found]:
    if not _COUNTED.search(sentence.text):
        return
    for rule in COUNT_RULES:
        for match in rule.pattern.finditer(sentence.text):
            groups = match.groupdict()
            value, unit = _amount(groups)
            if value is None or not _fits(sentence, match, rule, year):
                continue
            for measure in rule.measures:
                yield _Found(
                    measure,
                    value,
                    unit,
                    _qualifier(groups),
                    False,
                    sentence,
                    match.start(),
                    match.end(),
                    Guard.FALLBACK in rule.guard,
                )


def _negations(sentence: Sentence, year: int) -> Iterator[_Found]:
    if not _DENIES.search(sentence.text):
        return
    for rule in NEGATION_RULES:
        for match in rule.pattern.finditer(sentence.text):
            if not _negation_fits(sentence, match, rule, year):
                continue
            for measure in rule.measures:
                yield _Found(
                    measure, 0, None, None, True, sentence, match.start(), match.end(), False
                )


def _fits(sentence: Sentence, match: re.Match[str], rule: CountRule, year: int) -> bool:
    text, start = sentence.text, match.start()
    if not _of_this_year(text, match, year) or _is_quoted(text, start):
        return False
    if _NEGATED.search(clause_before(text, start)[-10:] + text[start : match.start("number")]):
        # 没有接到一例申请 says none, and not one
        return False
    if _NOT_ACHIEVED.search(clause_before(text, start) + match[0]):
        return False
    guard = rule.guard
    if Guard.NO_CHANNEL in guard and _narrowed(text, start, Guard.FALLBACK in guard):
        return False
    if Guard.REQUEST_TOPIC in guard and not _about_requests(sentence, match):
        return False
    if rule.measures == (Measure.DENIED,) and _OF_THE_DENIED.search(text[:start]):
        return False
    if Guard.REVIEW_TOPIC in guard and not _about_disclosure_reviews(sentence, match, rule):
        return False
    return Guard.FEE_TOPIC not in guard or _about_disclosure_fees(sentence, match, year)


def _negation_fits(sentence: Sentence, match: re.Match[str], rule: NegationRule, year: int) -> bool:
    text = sentence.text
    around = match[0] + text[match.end() : match.end() + 8].split(",")[0].split("，")[0]
    if rule.unless.search(around) or _is_quoted(text, match.start()):
        return False
    if not _of_this_year(text, match, year):
        return False
    if Guard.REVIEW_TOPIC in rule.guard and not _names_disclosure(sentence):
        return False
    return Guard.FEE_TOPIC not in rule.guard or _about_disclosure_fees(sentence, match, year)


def _of_this_year(text: str, match: re.Match[str], year: int) -> bool:
    """Neither another year's number, nor one counted since a start long ago."""
    before = _QUOTED.sub("", text[max(match.start() - 90, 0) : match.start()])
    clause = clause_before(text, match.start()) + match[0]
    years = [int(found) for found in _YEAR.findall(before + match[0])]
    if (years and years[-1] != year) or _LAST_YEAR.search(clause):
        return False
    since = _SINCE.search(before)
    if since and not _is_this_year_since(since, year):
        return False
    return not (_CUMULATIVE.search(clause) and _UP_TO.search(before + match[0]))


def _is_this_year_since(since: re.Match[str], year: int) -> bool:
    what = since["what"]
    return bool(what and (_THIS_YEAR_SINCE.search(what) or what.endswith(f"{year}年")))


def _is_quoted(text: str, position: int) -> bool:
    return text.rfind("《", 0, position) > text.rfind("》", 0, position)


def _narrowed(text: str, start: int, fallback: bool) -> bool:
    """Whether the count is of one channel or one category only."""
    before = text[max(start - 90, 0) : start]
    through = _THROUGH.search(before)
    if through and _ANY_CHANNEL.search(through["means"]) and not _SEVERAL.search(through["means"]):
        return True
    if _PLACED_IN.search(clause_before(text, start)):
        return True
    subject = topic_before(text, start)
    if _CATEGORY_SUBJECT.search(subject):
        return True
    if _CHANNEL_SUBJECT.search(subject):
        return not (fallback and _OWN_CHANNEL.match(subject))
    return False


def _about_requests(sentence: Sentence, match: re.Match[str]) -> bool:
    if _NAMES_REQUEST.search(match[0]) and "公开答复" not in match[0]:
        text = match[0]
        if re.search(r"申请|依申请", text):
            return True
    before = sentence.before + sentence.text[: match.start()]
    topic = _last(_REQUEST_TOPIC, before)
    other = _last(_OTHER_TOPIC, before + match[0])
    if topic < 0 and other < 0:
        return sentence.section is SectionKind.REQUESTS or "申请" in before[-200:] + match[0]
    return topic > other


def _last(pattern: re.Pattern[str], text: str) -> int:
    last = -1
    for match in pattern.finditer(text):
        last = match.start()
    return last


def _about_disclosure_reviews(sentence: Sentence, match: re.Match[str], rule: CountRule) -> bool:
    before = sentence.text[: match.start()]
    if _ONLY_PART.search(before) and "信息公开" not in before[-12:]:
        return False
    if rule.measures == (Measure.LITIGATION_TOTAL,) and _BOTH.search(before):
        # 行政复议和行政诉讼共3件 counts both together
        return False
    if _DECIDES.search(before) and "信息公开" not in sentence.text:
        return False
    if _PART_ABOUT_DISCLOSURE.search(sentence.text, match.end()):
        return False
    return _names_disclosure(sentence)


def _names_disclosure(sentence: Sentence) -> bool:
    if sentence.section is SectionKind.REVIEW_LITIGATION:
        return True
    return bool(_DISCLOSURE.search(sentence.before[-200:] + sentence.text))


def _about_disclosure_fees(sentence: Sentence, match: re.Match[str], year: int) -> bool:
    formal = sentence.section is SectionKind.OTHER_MATTERS and year >= PROCESSING_FEE_YEAR
    if formal or _OTHER_FEES.search(match[0]):
        return False
    clause = clause_before(sentence.text, match.start())
    if _OTHER_FEES.search(clause):
        return False
    near = sentence.before[-120:] + sentence.text
    return sentence.section is SectionKind.FEES or bool(_FEE_WORDS.search(near))


def _amount(groups: dict[str, str | None]) -> tuple[float | int | None, str | None]:
    """Value and unit: a count with 万 multiplied out, money in its printed unit (1.25 万元)."""
    printed, unit = groups["number"] or "", groups["unit"]
    magnitude = groups.get("magnitude") or ""
    if unit == "元":
        return read_number(printed), magnitude + unit
    value = read_number(printed, magnitude)
    if unit != "万元" and not isinstance(value, int):
        return None, unit
    return value, unit


def _qualifier(groups: dict[str, str | None]) -> Qualifier | None:
    before, after = groups.get("before") or "", groups.get("after") or ""
    if before in ("约", "大约") or after == "左右":
        return Qualifier.ABOUT
    if before in ("近", "接近", "将近"):
        return Qualifier.NEARLY
    more = groups.get("more") or groups.get("more_too")
    if before or after or more:
        return Qualifier.MORE_THAN
    return None


def _without_fallback(found: list[_Found], speaker: Speaker) -> list[_Found]:
    totals = {one.measure for one in found if not one.fallback and _scope(one, speaker) is None}
    return [one for one in found if not one.fallback or one.measure not in totals]


def _scope(found: _Found, speaker: Speaker) -> str | None:
    return scope_of(subject_before(found.sentence.text, found.start), speaker)


def _figure(document: Document, found: _Found, speaker: Speaker) -> Figure:
    span = found.sentence.span(found.start, found.end)
    original = document.alignment.to_original(span)
    return Figure(
        measure=found.measure,
        value=found.value,
        unit=found.unit,
        qualifier=found.qualifier,
        negated=found.negated,
        scope=_scope(found, speaker),
        quote=document.text_original[original.start : original.end],
        span=span,
        original=original,
    )


def _distinct(figures: list[Figure]) -> tuple[Figure, ...]:
    kept: dict[tuple[Measure, float, str | None], Figure] = {}
    for figure in sorted(figures, key=lambda one: (one.span.start, one.measure.value)):
        kept.setdefault((figure.measure, figure.value, figure.scope), figure)
    return tuple(kept.values())
