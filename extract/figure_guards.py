"""What must hold around a match of a rule, so that its number is this year's and of its measure."""

from __future__ import annotations

import re

from extract.document import SectionKind
from extract.measure_patterns import NEGATION, CountRule, Guard, NegationRule
from extract.prose import Sentence
from extract.report import Measure
from extract.scopes import clause_before, topic_before

PROCESSING_FEE_YEAR = 2021
"""From this year on what part six of the form says of fees is the 信息处理费 (国办函〔2020〕109号,
国办公开办函〔2021〕30号): another measure than ``fees``."""

_NEGATED = re.compile(NEGATION)
_YEAR = re.compile(r"(20\d\d)年(?!以来)")
_BACK = re.compile("今年|本年|全年|年内|当年")
_COMPARED = re.compile(r"(?:较|比|与|同|对比|相较)(?:于)?20\d\d年")
_QUOTED = re.compile(r"《[^》]{0,80}》")
_LAST_YEAR = re.compile(r"去年|上年|上一年|往年|历年|同期")
_SINCE = re.compile(r"(?P<what>.{0,6})(?:以来|至今)|自20\d\d年.{0,12}起")
_THIS_YEAR_SINCE = re.compile(r"(?:今年|本年|年初|本年度)$")
_CUMULATIVE = re.compile(r"累计|总计达")
_UP_TO = re.compile(r"截至|截止|至20\d\d年")
_NOT_ACHIEVED = re.compile(
    r"每[年月季周日天个]|平均|人均|日均|月均|力争|计划(?!生育)|不少于|不低于|争取|目标|预计|增加|减少|增长|下降"
)
_THROUGH = re.compile(r"(?:通过|利用|运用|依托|借助)(?P<means>[^。;；]{2,60})$")
_SEVERAL = re.compile(r"[、和及与]|等|多种|各种|多渠道")
_CHANNEL = (
    r"微博|微信|公众号|公报|政报|网站|门户网|信息网|网|日报|晚报|报刊|报纸|电视台?|广播(?:电台)?|新媒体|客户端"
    r"|手机报|查阅点|查阅中心|公开栏|公示栏|宣传栏|发布会|显示屏|触摸屏|头条号?|抖音号?|平台|短信|论坛"
)
_ANY_CHANNEL = re.compile(rf"{_CHANNEL}|其[他它](?:方式|渠道|形式)")
_PLACED_IN = re.compile(
    r"在[^,，]{0,30}(?:公报|政报|微博|微信|报|电视|广播|公开栏|公示栏|显示屏|查阅点|发布会|论坛|网站)[^,，]{0,8}$"
)
_CHANNEL_SUBJECT = re.compile(rf"(?:{_CHANNEL}|其[他它](?:方式|渠道|形式)|方式|渠道)$")
_CATEGORY_SUBJECT = re.compile(r"(?:类|领域|方面|栏目|专栏|专题|行业|环节|电子化|内容)$")
_OWN_CHANNEL = re.compile(r"^(?:我|本|全)[省市县区州旗镇乡局委]")
_MEASURES_OF_CHANNELS = (
    (re.compile("发布会|通气会"), Measure.PRESS_CONFERENCE_ITEMS),
    (re.compile("微博"), Measure.DISCLOSED_WEIBO),
    (re.compile("微信|公众号"), Measure.DISCLOSED_WECHAT),
    (re.compile("公报|政报"), Measure.DISCLOSED_GAZETTE),
    (re.compile("其[他它](?:方式|渠道|形式)"), Measure.DISCLOSED_OTHER),
    (re.compile("网站|门户网|信息网|政务网"), Measure.DISCLOSED_WEBSITE),
)
_DISCLOSURE = re.compile(r"信息公开|公开政府信息|依申请")
_OPEN_GOVERNMENT = re.compile(
    r"信息公开|政务公开|(?:公开|发布)(?:政府|政务|各类)*信息|主动公开|政务信息|政府信息"
)
_PART_ABOUT_DISCLOSURE = re.compile(r"其中[^。;；]{0,12}信息公开")
_OF_THE_WHOLE = {
    Measure.DENIED: re.compile(r"不予公开[^。]{0,60}其中"),
    Measure.REQUESTS_CLOSED: re.compile(r"办结[^。]{0,40}其中"),
    Measure.FEES: re.compile(r"元[^。]{0,10}其中"),
}
"""A count behind this is of a part of one before."""
_BARE_REQUEST = re.compile(
    r"(?:收到|受理|接到|接收|接受|收悉|新收|收|办理|处理)(?:了|的|共)?(?:\d[\d,]{0,12}[一-鿿]{1,2})?"
    r"(?P<whose>[^0-9]{0,30}?)申请"
)
_OF_ANYBODY = re.compile(
    r"公民|法人|其他组织|组织|个人|群众|社会|公众|企业|市民|单位|申请人|各类|各种|有效|书面|提交|提出|相关|有关|关于"
    r"|[、和或及与的共了件份条宗以形式方式各级我本县市区局]|要求|电子|合规"
)
"""Words between 收到 and 申请 that do not say what was asked for."""
_NAMES_REQUEST = re.compile(r"信息公开|依申请|公开(?:政府|政务)?信息|申请公开|公开申请")
_REQUEST_TOPIC = re.compile(
    r"申请(?:的)?(?:方式|渠道|形式|途径|类型)|信息公开(?:的)?申请|依申请|申请公开|公开申请|申请人|公开信息申请"
)
_OTHER_REQUEST = (
    r"(?:登记|许可|资助|补贴|补助|贷款|保障|住房|专利|商标|仲裁|鉴定|赔偿|认定|执行|备案|注册|资格|入学|理赔|听证)(?:类)?申请"
    r"|(?<!依)申请事项"
)
_OTHER_TOPIC = re.compile(
    r"审批|许可|服务事项|办事|办件|建议|提案|议案|投诉|信访|热线|咨询|问政|来信(?!申请)|信箱(?!申请)|留言|举报|12345|合同"
    r"|租|求助|反映问题|工单|执法|复议|诉讼|案卷|群众反映|网民|低保|救助|申办|代办"
    rf"|{_OTHER_REQUEST}"
)
_SERVICE_TOPIC = re.compile(r"审批|许可|服务事项|办事|(?<!转)办件|申办|代办|业务")
_NO_SERVICE = re.compile(
    r"建议|提案|议案|投诉|信访|热线|问政|来信|信箱|留言|举报|12345|反映|工单|诉求"
)
_REVIEW_OR_SUIT = re.compile("复议|诉讼")
_DECIDES = re.compile(r"(?:受理|审理|审结|承办|代理|应诉|化解|办理)[^,，。;；]{0,14}$")
_ONLY_PART = re.compile(r"(?:复议后|经复议|未经复议|直接|上年|结转|其中)[^,，、]{0,6}$")
_PART_OF_SUITS = re.compile(r"(?:复议后(?:提起|起诉)|未经复议|直接起诉)")
_BOTH = re.compile(r"复议[^0-9。;；]{0,12}[、和及与或][^0-9。;；]{0,8}$")
_FEE_WORDS = re.compile(r"信息公开|依申请|检索|复制|复印|邮寄|申请人|公开信息|政府信息")
_OTHER_FEES = re.compile(
    r"租|罚|学费|停车|物业|承包|排污|养路|保险|税|补偿|行政事业性|涉企|许可|检测|培训"
)
_PROCESSING_FEE = re.compile("信息处理费|实际收取")
_JOINED = re.compile(r"(?<![\d一-十百千万两%％)）])(?<!\d[一-鿿])(?<!\d[一-鿿]{2})[、和及与暨或]$")
_CONFERENCE_BEFORE = re.compile(r"(?:发布会|通气会)[^。;；]{0,30}[,，](?:[^。;；,，]{0,6})$")
_HEADED_BY_OFFICERS = re.compile(r"主要(?:负责(?:同志|人)|领导)[^。;；,，]{0,8}$")


def measures_of(
    sentence: Sentence, match: re.Match[str], rule: CountRule, year: int
) -> tuple[Measure, ...]:
    """The measures that a match of a rule has here; none when a guard rejects it."""
    text, start, guard = sentence.text, match.start(), rule.guard
    clause = clause_before(text, start)
    if not _of_this_year(sentence, match, year, guard) or _is_quoted(text, start):
        return ()
    denied = clause[-10:]
    if Guard.NEGATIVE_WORDS not in guard:
        denied += text[start : match.start("number")]
    if _NEGATED.search(denied) or _NOT_ACHIEVED.search(clause + match[0]):
        # 没有接到一例申请 says none, and not one
        return ()
    if Guard.ALONE in guard and _JOINED.search(text[max(start - 12, 0) : start]):
        return ()
    if not _has_its_topic(sentence, match, rule):
        return ()
    return _measured(sentence, match, rule, year)


def _has_its_topic(sentence: Sentence, match: re.Match[str], rule: CountRule) -> bool:
    guard, text = rule.guard, sentence.text
    if Guard.REQUEST_TOPIC in guard and not _about_requests(sentence, match):
        return False
    whole = _OF_THE_WHOLE.get(rule.measures[0])
    if whole and whole.search(text[: match.start()]):
        return False
    if Guard.DISCLOSURE_TOPIC in guard:
        return bool(_OPEN_GOVERNMENT.search(sentence.before[-80:] + text))
    return Guard.REVIEW_TOPIC not in guard or _about_disclosure_reviews(sentence, match, rule)


def _measured(
    sentence: Sentence, match: re.Match[str], rule: CountRule, year: int
) -> tuple[Measure, ...]:
    """The measures of a rule, where the words around choose among several."""
    guard, text = rule.guard, sentence.text
    if Guard.BY_CHANNEL in guard:
        one = _by_channel(text, match.start(), fallback=Guard.FALLBACK in guard)
    elif Guard.BY_PROCEEDING in guard:
        one = _by_proceeding(sentence, match, rule)
    elif Guard.BY_SERVICE in guard:
        one = _by_service(sentence, match, rule)
    elif Guard.FEE_TOPIC in guard:
        one = fee_measure(sentence, match, year)
    elif rule.measures == (Measure.PRESS_CONFERENCE_ITEMS,):
        one = rule.measures[0] if _CONFERENCE_BEFORE.search(text[: match.start()]) else None
    elif rule.measures[0] in (Measure.PRESS_CONFERENCES, Measure.ONLINE_INTERVIEWS):
        headed = _HEADED_BY_OFFICERS.search(text[: match.start()])
        one = None if headed else rule.measures[0]
    else:
        return rule.measures
    return () if one is None else (one,)


def negation_measures(
    sentence: Sentence, match: re.Match[str], rule: NegationRule, year: int
) -> tuple[Measure, ...]:
    """The measures of which a sentence says that there was none; none when a guard rejects it."""
    text = sentence.text
    around = match[0] + text[match.end() : match.end() + 8].split(",")[0].split("，")[0]
    if rule.unless.search(around) or _is_quoted(text, match.start()):
        return ()
    if not _of_this_year(sentence, match, year, rule.guard):
        return ()
    if Guard.REVIEW_TOPIC in rule.guard and not _names_disclosure(sentence):
        return ()
    if Guard.FEE_TOPIC in rule.guard:
        one = fee_measure(sentence, match, year)
        return () if one is None else (one,)
    return rule.measures


def is_about_another_year(sentence: Sentence, match: re.Match[str], year: int) -> bool:
    """Whether a match speaks of another year than the report's, or of all years."""
    return not _of_this_year(sentence, match, year, Guard.NONE)


def _of_this_year(sentence: Sentence, match: re.Match[str], year: int, guard: Guard) -> bool:
    """Neither another year's number, nor one counted since a start long ago."""
    text = sentence.text
    before = _QUOTED.sub("", text[max(match.start() - 90, 0) : match.start()])
    carried = guard & (Guard.FROM_LAST_YEAR | Guard.TO_NEXT_YEAR)
    if not carried:
        if _names_another_year(sentence, match, year) or _LAST_YEAR.search(
            clause_before(text, match.start()) + match[0]
        ):
            return False
    elif not _carried_in_time(before, match[0], year, guard):
        return False
    since = _SINCE.search(before)
    if since and not _is_this_year_since(since, year):
        return False
    clause = clause_before(text, match.start()) + match[0]
    return not (_CUMULATIVE.search(clause) and _UP_TO.search(before + match[0]))


def _names_another_year(sentence: Sentence, match: re.Match[str], year: int) -> bool:
    """Whether the last year named up to the match's end, since the last full stop, is not the
    report's, and nothing behind it comes back to this year."""
    said = sentence.before.rpartition("。")[2] + sentence.text[: match.end()]
    if "年" not in said:
        return False
    said = _COMPARED.sub("", _QUOTED.sub("", said))
    years = list(_YEAR.finditer(said))
    if not years or int(years[-1][1]) == year:
        return False
    return not _BACK.search(said, years[-1].end() + 1)


def _carried_in_time(before: str, matched: str, year: int, guard: Guard) -> bool:
    """Whether what is carried comes from the year before, or goes to the year after."""
    other = year - 1 if Guard.FROM_LAST_YEAR in guard else year + 1
    spoken = _YEAR.findall(before)
    named = re.findall(r"20\d\d", matched)
    return (not spoken or int(spoken[-1]) == year) and all(int(one) == other for one in named)


def _is_this_year_since(since: re.Match[str], year: int) -> bool:
    what = since["what"]
    return bool(what and (_THIS_YEAR_SINCE.search(what) or what.endswith(f"{year}年")))


def _is_quoted(text: str, position: int) -> bool:
    return text.rfind("《", 0, position) > text.rfind("》", 0, position)


def _by_channel(text: str, start: int, *, fallback: bool) -> Measure | None:
    """What was published: in all, through the one channel that is named, or None for a category
    or a channel without a measure of its own."""
    before = text[max(start - 90, 0) : start]
    through = _THROUGH.search(before)
    if through and _ANY_CHANNEL.search(through["means"]):
        if not _SEVERAL.search(through["means"]):
            return _of_channel(through["means"])
    elif (placed := _PLACED_IN.search(clause_before(text, start))) and not (
        "网站" in placed[0] and _SEVERAL.search(placed[0])
    ):
        return _of_channel(placed[0])
    subject = topic_before(text, start)
    if _CATEGORY_SUBJECT.search(subject):
        return None
    if _CHANNEL_SUBJECT.search(subject) and not (fallback and _OWN_CHANNEL.match(subject)):
        return None if _SEVERAL.search(subject) else _of_channel(subject)
    return Measure.DISCLOSED


def names_channel(subject: str) -> bool:
    """Whether the subject in front of a count is a channel (县政府网站), not a body."""
    return _CHANNEL_SUBJECT.search(subject) is not None


def _of_channel(words: str) -> Measure | None:
    found = [measure for pattern, measure in _MEASURES_OF_CHANNELS if pattern.search(words)]
    return found[0] if len(found) == 1 else None


def _by_proceeding(sentence: Sentence, match: re.Match[str], rule: CountRule) -> Measure | None:
    before = sentence.before[-300:] + sentence.text[: match.start()]
    named = [found for found in _REVIEW_OR_SUIT.finditer(before + match[0])]
    if not named:
        return None
    if named[-1][0] == "复议":
        return rule.measures[0]
    return None if _PART_OF_SUITS.search(before[-200:]) else rule.measures[1]


def _by_service(sentence: Sentence, match: re.Match[str], rule: CountRule) -> Measure | None:
    if "信息公开" in match[0]:
        return rule.measures[0]
    before = sentence.before[-200:] + sentence.text[: match.start()]
    request, other = _last(_REQUEST_TOPIC, before), _last(_OTHER_TOPIC, before)
    if request > other:
        return rule.measures[0]
    nearest = max(_last(_SERVICE_TOPIC, before), _last(_NO_SERVICE, before))
    return rule.measures[1] if nearest >= 0 and nearest != _last(_NO_SERVICE, before) else None


def _about_requests(sentence: Sentence, match: re.Match[str]) -> bool:
    if _NAMES_REQUEST.search(match[0]) and "公开答复" not in match[0] and "申请" in match[0]:
        return True
    bare = _BARE_REQUEST.match(match[0])
    if bare and "公开" not in match[0] and _OF_ANYBODY.sub("", bare["whose"]):
        # 不动产登记申请: for something else
        return False
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
    if Guard.BY_PROCEEDING in rule.guard:
        return _names_disclosure(sentence)
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


def fee_measure(sentence: Sentence, match: re.Match[str], year: int) -> Measure | None:
    """The fee that is spoken of: for disclosure, the processing fee of 2021, or another (None)."""
    clause = clause_before(sentence.text, match.start())
    if _OTHER_FEES.search(match[0]) or _OTHER_FEES.search(clause):
        return None
    if _PROCESSING_FEE.search(clause + match[0]):
        return Measure.PROCESSING_FEE
    if sentence.section is SectionKind.OTHER_MATTERS and year >= PROCESSING_FEE_YEAR:
        return Measure.PROCESSING_FEE if "费" in clause + match[0] else None
    near = sentence.before[-120:] + sentence.text
    about = sentence.section is SectionKind.FEES or bool(_FEE_WORDS.search(near))
    return Measure.FEES if about else None
