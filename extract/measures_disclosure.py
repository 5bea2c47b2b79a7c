"""Measures of what a body publishes: information, documents, explainers, press conferences."""

from __future__ import annotations

import re

from extract.measure_patterns import (
    ALL_KINDS,
    ENDS,
    INFORMATION,
    LINK,
    NEGATION,
    PIECES,
    CountRule,
    Guard,
    NegationRule,
    counted,
    labelled,
    number_block,
)
from extract.report import Measure

_OWNER = r"(?:[我全本][省市县区州盟旗镇乡局][一-鿿]{0,8}?)?"
_TEXTS = r"篇次|篇|个|件|条|份|期|次|项|则|部|场|幅|张"
_SITES = r"(?:政府|门户|政务|部门|官方|信息公开|公众信息|信息)*(?:网站|门户网|信息网|政务网)"

DISCLOSED = (
    CountRule(
        measures=(Measure.DISCLOSED,),
        pattern=re.compile(
            rf"主动公开(?:发布)?(?:了|的)?{_OWNER}{ALL_KINDS}{INFORMATION}{LINK}"
            + number_block(PIECES)
        ),
        needs=("主动公开",),
        guard=Guard.BY_CHANNEL,
    ),
    CountRule(
        measures=(Measure.DISCLOSED,),
        pattern=re.compile(
            rf"主动公开(?:了|的)?{number_block(PIECES)}(?:的)?{ALL_KINDS}{INFORMATION}"
        ),
        needs=("主动公开",),
        guard=Guard.BY_CHANNEL,
    ),
    CountRule(
        measures=(Measure.DISCLOSED,),
        pattern=re.compile(
            rf"(?<!申请)(?<!不予)(?<!部分)(?<!主动)公开(?:发布)?(?:了)?{ALL_KINDS}"
            rf"(?:政府|政务)信息{LINK}{number_block(PIECES)}"
        ),
        needs=("公开",),
        guard=Guard.BY_CHANNEL,
    ),
    CountRule(
        measures=(Measure.DISCLOSED,),
        pattern=re.compile(
            r"(?:刊登|刊载|刷新|更新|发布|公布|录入|上传|登载|公开)(?:了)?(?:各类|各种|各项)"
            rf"(?:主动公开|公开)?(?:的)?{INFORMATION}{LINK}{number_block(PIECES)}"
        ),
        needs=("各类", "各种", "各项"),
        guard=Guard.BY_CHANNEL | Guard.FALLBACK,
    ),
)


def _through(measure: Measure, channel: str, *needs: str) -> CountRule:
    """A list of channels: 网站公开30条、微博发布信息12条, 政府网站信息185条."""
    told = (
        r"(?:上)?(?:全年|今年|共){0,2}(?:平台|公众号|账号|账户)?"
        r"(?:主动)?(?:公开|发布|更新|登载|刊登|刊发)?(?:了)?"
    )
    return labelled(
        measure,
        rf"(?<!在)(?<!、){channel}{told}{ALL_KINDS}(?:{INFORMATION})?",
        "条次|条|篇|件",
        needs=needs,
        then=ENDS,
        guard=Guard.DISCLOSURE_TOPIC,
    )


CHANNELS = (
    _through(Measure.DISCLOSED_WEBSITE, _SITES, "网"),
    _through(Measure.DISCLOSED_WEIBO, r"(?:政务|政府|官方)?微博", "微博"),
    _through(Measure.DISCLOSED_WECHAT, r"(?:政务|政府|官方)?(?<!微博)微信(?!微博)", "微信"),
    _through(Measure.DISCLOSED_GAZETTE, r"(?:政府公报|政报)》?", "公报", "政报"),
    _through(Measure.DISCLOSED_OTHER, r"其[他它](?:方式|渠道|形式|途径)", "其他", "其它"),
)

_POLICY = r"政策(?:性|法规|类)?文件(?!解读|汇编|库)"
_KIND_OF_EXPLAINER = r"(?:权威|原创|各类|多元化|多形式)?"
_EXPLAINER = r"(?:材料|稿件|文稿|文章|信息|产品|作品|文件|件|稿)?(?:发布)?"
DOCUMENTS = (
    labelled(
        Measure.POLICY_EXPLAINERS,
        rf"(?:政策|文件)(?:性文件|类|信息|文件|措施)?(?:的)?{_KIND_OF_EXPLAINER}解读{_EXPLAINER}",
        _TEXTS,
        needs=("解读",),
        guard=Guard.ALONE,
    ),
    labelled(
        Measure.POLICY_EXPLAINERS,
        r"(?<!图文)(?<!视频)(?<!文字)(?<!政策)(?<!文件)解读(?:材料|稿件|文稿|文章|信息|稿|重?[要大]?政策(?:性?文件)?|文件)",
        _TEXTS,
        needs=("解读",),
        guard=Guard.ALONE,
    ),
    counted(
        Measure.POLICY_EXPLAINERS,
        _TEXTS,
        rf"(?:的)?{ALL_KINDS}(?:重[要大])?(?:(?:政策|文件)(?:性文件|类|信息|文件)?(?:的)?{_KIND_OF_EXPLAINER}解读"
        r"|解读(?:材料|稿件|文稿|文章|信息|稿))",
        needs=("解读",),
    ),
    counted(
        Measure.POLICY_EXPLAINERS,
        r"项|件|个|份|部|篇",
        r"[^。;；,，0-9]{0,60}?(?:政策|文件)[^。;；,，0-9]{0,12}?进行(?:了)?[^。;；,，0-9]{0,12}?解读",
        first="(?<=对)",
        needs=("解读",),
    ),
    labelled(
        Measure.POLICY_DOCUMENTS,
        rf"(?<!解读){_POLICY}",
        r"件|份|个|篇|条|部|项",
        needs=("政策",),
        guard=Guard.ALONE,
    ),
    counted(
        Measure.POLICY_DOCUMENTS,
        r"件|份|个|篇|条|部",
        rf"(?:的)?{ALL_KINDS}(?:重[要大])?{_POLICY}(?![^。;；,，0-9]{{0,12}}解读|[、和及与])",
        needs=("政策",),
    ),
)

_CONFERENCE = r"新闻(?:发布|通气)会"
_TIMES = r"场次|场|次|期|个"
CONFERENCES = (
    labelled(
        Measure.PRESS_CONFERENCES,
        rf"(?<!同志参加)(?<!例行)(?<!、专题)(?<!和专题){_CONFERENCE}(?:活动)?",
        _TIMES,
        needs=("会",),
        guard=Guard.ALONE,
    ),
    counted(
        Measure.PRESS_CONFERENCES,
        _TIMES,
        rf"(?:的)?(?:[^。;；,，、0-9和及与]{{0,16}}?){_CONFERENCE}(?![、和及与]|\d)",
        needs=("发布会", "通气会"),
        first=r"(?:(?<=[开办行加与])|(?<=[开办行加与]了)|(?<=共)|(?<=[展织]))",
    ),
    CountRule(
        measures=(Measure.PRESS_CONFERENCE_ITEMS,),
        pattern=re.compile(
            rf"(?:对外|共|累计|集中){{0,2}}(?:发布|公开){ALL_KINDS}(?:政府|政务|新闻|权威)*信息{LINK}"
            + number_block(PIECES)
        ),
        needs=("发布会", "通气会"),
    ),
)

INTERVIEWS = (
    labelled(
        Measure.ONLINE_INTERVIEWS,
        r"(?<!同志参加政府网站)(?<!同志参加)(?:在线|网上|网络)(?:在线)?访谈[”\"]?(?:节目|活动|栏目)?",
        r"期次|期|场次|场|次|个",
        needs=("访谈",),
        guard=Guard.ALONE,
    ),
    counted(
        Measure.ONLINE_INTERVIEWS,
        r"期次|期|场次|场|次|个",
        r"(?:的)?(?:政府网站)?[“\"]?(?:在线|网上|网络)(?:在线)?访谈(?![、和及与]|\d)",
        needs=("访谈",),
    ),
)

_PUBLIC = r"(?:社会|公众|群众|网民|民生|百姓|民众|社会公众)"
RESPONSES = (
    labelled(
        Measure.RESPONSES,
        rf"回应(?:了)?(?:{_PUBLIC}(?:关切|关注|关心)(?:的)?(?:热点|焦点|问题|事项|信息|重大)*"
        r"|(?:重大|突发|网络|社会)*(?:热点|舆情){1,2}(?:问题|事件|信息|事项)?)"
        r"(?:(?:或者?|和|及|、)(?:重大|突发)?(?:舆情|问题)(?:事件|信息)?)?",
        r"件次|次|件|条|起|个|项|篇",
        needs=("回应",),
    ),
    labelled(
        Measure.RESPONSES,
        r"(?<!微信)(?<!方式)(?:舆情|热点|关切)回应(?:信息|事件)?",
        r"件次|次|件|条|起|个|项|篇",
        needs=("回应",),
        guard=Guard.ALONE,
    ),
)

_MEDIA = r"(?:(?<!新)媒体|报刊|报纸|报社|日报|晚报|电视台?|广播|电台|学习强国|新华社|人民网)"
MEDIA = (
    labelled(
        Measure.MEDIA_ITEMS,
        rf"(?:《[^》]{{1,20}}[报台网]》|{_MEDIA})(?:上|等)?[^。;；0-9]{{0,24}}?(?:刊登|刊发|刊播|播出|播发|报道|提供|发表|登载|采用|发布|报送|推送)"
        r"(?:了|的)?[^。;；,，0-9]{0,10}?(?:新闻|信息|稿件|报道|文章|稿|新闻稿)",
        r"条次|条|篇次|篇|则|件|次|份",
        needs=("媒体", "报", "电视", "广播", "电台", "学习强国", "新华社", "人民网"),
    ),
    counted(
        Measure.MEDIA_ITEMS,
        r"条次|条|篇次|篇|则|件|份",
        r"(?:新闻)?(?:信息|稿件|报道|文章|新闻稿?)[^。;；,，0-9]{0,4}被[^。;；,，0-9]{0,16}"
        rf"{_MEDIA}[^。;；,，0-9]{{0,8}}(?:刊|采用|报道|播)",
        needs=("媒体", "报", "电视", "广播", "电台", "学习强国", "新华社", "人民网"),
    ),
)

NEGATED = (
    NegationRule(
        measures=(Measure.PRESS_CONFERENCES,),
        pattern=re.compile(rf"{NEGATION}(?:召开|举办|举行|参加)(?:过)?{_CONFERENCE}"),
        needs=("发布会", "通气会"),
        unless=re.compile("制度|规定|计划"),
    ),
)
