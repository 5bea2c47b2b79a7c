"""Words to mend after a Traditional text was simplified character by character.

Mainland portals made their Traditional pages with converters that also put Taiwan's words for the
mainland's (文件 → 檔案, 程序 → 程式). Such a converter leaves none of the mainland words behind;
that is the guard for words which the mainland has too: they are mended only where the text has
other words that nobody in the mainland writes, and nowhere the mainland word itself.
Sources: the conversion tables' own word pairs, and reports seen with them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Repair = tuple[re.Pattern[str], str]


@dataclass(frozen=True, slots=True)
class GuardedWord:
    """A word that both sides use in different senses.

    ``pattern`` is mended to ``mainland`` only in a text converted by words that nowhere has
    ``absent_if``, which such a converter would not have left.
    """

    pattern: str
    mainland: str
    absent_if: str


_ALWAYS = (
    (r"计画", "计划"),
    (r"程式(?!化)", "程序"),
    (r"入口网站", "门户网站"),
    (r"(?<!行政)许可权", "权限"),
    (r"最佳化", "优化"),
    (r"巨观", "宏观"),
    (r"网际网路", "互联网"),
    (r"(?<![电路管])网路(?![径线由段灯口])", "网络"),
    (r"资讯(公开|化|网络|安全|系统|资源|平台|发布|中心|共享|技术|产业|工作)", r"信息\1"),
    (r"(政府|政务|公共|公众|公开|相关|各类|有关|条)资讯", r"\1信息"),
    (r"软体", "软件"),
    (r"(?<!坚)硬体", "硬件"),
    (r"资料库", "数据库"),
    (r"伺服器", "服务器"),
    (r"视讯", "视频"),
    (r"音讯", "音频"),
    (r"简讯", "短信"),
    (r"部落格", "博客"),
    (r"搜寻引擎", "搜索引擎"),
    (r"人工智慧", "人工智能"),
    (r"演算法", "算法"),
    (r"全域性", "全局"),
    (r"回圈", "循环"),
    (r"(服务|监督|公开|保障|补助|救助|工作|培训|考核|管理|征集|发放)物件", r"\1对象"),
    (r"(建设|重点|重大|投资|工程|审批)专案", r"\1项目"),
    (r"专案(建设|审批|投资|资金|管理)", r"项目\1"),
    (r"品质技术监督", "质量技术监督"),
    (r"品质监督", "质量监督"),
    (r"(产品|工程|食品|药品|农产品|教学)品质", r"\1质量"),
    (r"幼稚园", "幼儿园"),
    (r"计程车", "出租车"),
    (r"资料夹", "文件夹"),
    (r"智慧型(手机|终端)", r"智能\1"),
    (r"行动(电话|网络|终端|客户端)", r"移动\1"),
    (r"释出(?=会|日期|时间|机构|单位|信息|政策|平台|公告|消息|各类|工作)", "发布"),
    (r"谘询", "咨询"),
    (r"谘", "咨"),
)
"""Words that no mainland text has, after conversion by characters."""

_MARKERS = re.compile(
    r"计画|程式|入口网站|(?<!行政)许可权|最佳化|巨观|网际网路|(?<![电路管])网路(?![径线由段灯口])"
    r"|软体|资料库|伺服器|全域性|规范性档案"
)
"""What shows a conversion by words."""

_ARCHIVES = r"(?!馆|局|室|处|柜|盒|袋|库|学|法|管理|工作|资料|事业|部门|机构|保管|利用|信息化|整理)"

_GUARDED = (
    GuardedWord(
        rf"(?<!人事)(?<!学籍)(?<!健康)(?<!历史)(?<!城建)(?<!国家)(?<!数字)(?<!电子)(?<!建立)"
        rf"(?<!信用)(?<!诚信)(?<!归入)(?<!综合)(?<!文书)(?<!会计)(?<!个人)档案{_ARCHIVES}",
        "文件",
        "文件(?!夹)",
    ),
    GuardedWord("民众", "群众", "群众"),
    GuardedWord("契约(?!精神)", "合同", "合同"),
    GuardedWord("连线(?!路)", "连接", "连接"),
    GuardedWord("水准", "水平", "水平"),
    GuardedWord("透过", "通过", "通过"),
)

SIMPLIFIED_REPAIRS: tuple[Repair, ...] = (
    (re.compile("谘询"), "咨询"),
    (re.compile("方麵"), "方面"),
    (re.compile("[複覆](?<=[答批回反].)"), "复"),
    (re.compile("製(?=度|定|作|订|约)"), "制"),
    (re.compile("製(?<=[机体控编]製)"), "制"),
)
"""Characters that a one-way conversion left in simplified text: never right there."""

_ALWAYS_COMPILED: tuple[Repair, ...] = tuple((re.compile(p), new) for p, new in _ALWAYS)
_GUARDED_COMPILED = tuple(
    (re.compile(word.pattern), word.mainland, re.compile(word.absent_if)) for word in _GUARDED
)


def repairs_for(simplified: str) -> list[Repair]:
    """The repairs that hold for a text which was Traditional and is now simplified."""
    repairs = [repair for repair in _ALWAYS_COMPILED if repair[0].search(simplified)]
    if _MARKERS.search(simplified):
        repairs += [
            (pattern, mainland)
            for pattern, mainland, absent in _GUARDED_COMPILED
            if pattern.search(simplified) and not absent.search(simplified)
        ]
    return repairs
