"""What a title says: whether it names an annual report on information disclosure, or what else.

Pure and fast: listings ask it for every row. Titles may be Traditional as the page writes them.
"""

from __future__ import annotations

import re

from extract.dates import years_in
from extract.report import SkipReason

_TO_SIMPLIFIED = str.maketrans(
    "資訊開報務總結導區縣鄉鎮處辦關於編製說圖讀", "资讯开报务总结导区县乡镇处办关于编制说图读"
)
_SPACE = re.compile(r"\s+")
_SUBJECT = re.compile(r"(?:信息|资讯|政务)公开")
_REPORT_NOUN = re.compile(
    r"年度?报告?|年[度报]?(?:工作)?(?:的)?报告|工作(?:的)?(?:年度?)?(?:情况)?(?:的)?报告"
    r"|年度?工作(?:情况)?(?:的)?(?:报告|总结)|(?:公开|情况)(?:的)?(?:报告|总结)|工作总结"
)
_NAMED = re.compile(
    r"政府信息公开(?:工作)?(?:情况)?(?:的)?(?:(?:20\d\d|[〇○零一二三四五六七八九]{4})?年?度?)(?:工作)?(?:情况)?"
    r"(?:的)?(?:年度?)?(?:工作)?(?:报告|年报)"
)
"""The report by its full name: what stands in front is its body's name, whatever words are in it
(预算评审中心, 环境质量监测站, 动漫产业园区)."""
_EDGE = r"[\[【(（:：|丨·\-—]"
_IN_NEAR_TITLES: tuple[tuple[SkipReason, re.Pattern[str]], ...] = (
    (
        SkipReason.NOTICE,
        re.compile(
            r"关于.{0,40}(?:编制|编写|报送|撰写|填报|做好|开展|印发|征求).{0,40}(?:通知|函|意见|方案)"
            r"|(?<!报告的)(?:通知|公告)$|(?:启事|的函|方案|办法|规定|指引|要求)$|征求.{0,12}意见"
            r"|关于(?:编制|报送|做好)(?!.{0,60}的(?:年度|工作)?报告$)"
        ),
    ),
    (SkipReason.BLANK_FORM, re.compile(r"格式|范文|模板|样本|样表|填报说明|参考文本|空表")),
    (
        SkipReason.WEBSITE_REPORT,
        re.compile(
            r"网站(?:监管|建设|管理|运维)?(?:工作)?(?:20\d\d)?年度?(?:工作)?报[表告]"
            r"|网站工作年?度?报表|网站年报"
        ),
    ),
    (
        SkipReason.EXPLAINER,
        re.compile(
            r"图解|一图(?:读懂|看懂)|解读(?!处|科|中心)|一张图"
            rf"|^{_EDGE}?(?:图说|动漫|H5|视频|音频|问答)|{_EDGE}(?:图说|动漫|H5|视频|音频|问答)"
            r"|(?:动漫|H5|视频|音频|问答)版?[】\])）]?$"
        ),
    ),
    (
        SkipReason.NEWS,
        re.compile(
            r"(?<!关于)(?:发布|公布|召开|部署|启动|完成|举办|审议通过|出台)"
            r"(?:全[市县区省]|首份|本级|我[市县区省局])?(?:《|20\d\d年|年度|政府信息公开(?:工作)?年度?报)"
            r"|(?:年度?报告?|年报)(?:编制|编写|发布|公布|撰写)?(?:工作)?"
            r"(?:发布会?|出炉|公布|上线|启动|完成|座谈会?|培训[会班]?|部署会?|推进会|评议会|会议|情况通报"
            r"|质量(?!技术|监督|监测))"
        ),
    ),
    (
        SkipReason.NOT_A_REPORT,
        re.compile(
            r"上半年|下半年|半年|季度|季报|月报|(?<![至到\-—\d])\d{1,2}月份(?![至到\-—])|企事业单位信息公开"
            r"|政务公开(?:工作)?(?:情况)?(?:的)?(?:年度?)?(?:工作)?总结"
        ),
    ),
)
_OF_OTHER_REPORTS = re.compile(
    r"企业(?:信息)?年报|年报公示|公示信息年|事业单位法人|法人年度报告|公积金(?!管理(?:中心|部|局))(?!.{0,12}信息公开)|环境(?:状况|质量)"
    r"|法治政府|依法行政|预决?算|决算|部门预算|指南|目录|实施办法|工作要点|工作计划|任务分解"
    r"|责任书|考核(?![办委])|年鉴|统计制度|统计报表制度|社会责任|上市公司|统计公报|党务公开|厂务公开|村务公开"
    r"|双公示|权力清单|答复书|告知书|申请表|不予公开|会议纪要"
    r"|对比|比较|对照|汇总(?!表)|汇编|一览|评估报告|自查|整改|督查|评议报告|调研报告"
)


def confusable(title: str) -> SkipReason | None:
    """The reason why a title, though near, names no annual report; None when nothing says so."""
    text = _plain(title)
    for reason, pattern in _IN_NEAR_TITLES:
        if pattern.search(text):
            return reason
    named = _NAMED.search(text)
    if _OF_OTHER_REPORTS.search(text, named.end() if named else 0):
        return SkipReason.NOT_A_REPORT
    return None


def looks_like_report_title(title: str) -> bool:
    """Whether a title names an annual report on information disclosure of a given year.

    It has a year, 信息公开 or 政务公开, a noun of report (年报, 年度报告, 工作报告, 工作总结), and
    nothing that names a notice, news, a form, an explainer or another kind of annual report.
    """
    if len(title) > 200:
        return False
    text = _plain(title)
    return bool(years_in(text)) and names_disclosure_report(text) and confusable(text) is None


def names_disclosure_report(title: str) -> bool:
    """Whether a title has the two nouns of such a report, with or without a year."""
    text = _plain(title)
    subject = _SUBJECT.search(text)
    return bool(subject and _REPORT_NOUN.search(text))


def _plain(title: str) -> str:
    return _SPACE.sub("", title).translate(_TO_SIMPLIFIED)
