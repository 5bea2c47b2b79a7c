"""What a page's frame says, line by line: breadcrumbs, tool bars, counters, feet, label bars.

The same rules serve HTML and scraped plain text. They judge whole lines by what they say, never
by a portal's name; a line of prose must never match. Sources: the frames in portal-families 2 and
report-forms B, and the text copies of reports that other tools made.
"""

from __future__ import annotations

import re
from functools import lru_cache

PROSE_LENGTH = 24
"""Characters from which a line with sentence punctuation counts as prose."""

_TRADITIONAL = str.maketrans(
    "關閉體號詞條熱門聯絡們鏈連結導網權發佈時間來瀏覽數點擊頁頂當國務貼印書類機構稱標題責編輯審單"
    "覆載檢視說級縣區錄轉內訪問閱讀顏無礙閣處華麼壓蔵還設為電話釋",
    "关闭体号词条热门联络们链连结导网权发布时间来浏览数点击页顶当国务贴印书类机构称标题责编辑审单"
    "复载检视说级县区录转内访问阅读颜无碍阁处华么压藏还设为电话释",
)
_SENTENCE = re.compile("[。；！？]|[，,].*[，,。；]")
_CRUMB_LEAD = re.compile(
    r"\s*(?:您?(?:现在|当前)?(?:的|所在)?(?:的)?位置(?:是)?|当前页)\s*[:：>]?\s*"
)
_CRUMB_SEPARATOR = re.compile(r"\s*(?:>+|》|»|›|→|＞+|▸|❯|/(?!/)|\\|-{1,2}(?=\s)|::)\s*")
_HOME = re.compile(r"\s*(?:网站|本站|返回)?首页\s*(?:>|》|»|›|→|＞|/|-|\\|::)")

_TOOLS = (
    r"文字大小|字体大小|字体|字号|背景色|背景颜色|前景色|大字?|中字?|小字?|超大|默认|特大|"
    r"打印(?:本页|此页|文章|页面)?|列印(?:本页)?|关闭(?:窗口|本页|页面|此页)?|分享(?:到|至|给朋友)?|一键分享|"
    r"收藏(?:本页|此页)?|加入收藏|设为首页|保存(?:本页)?|下载(?:本页|文章)?|纠错|我要纠错|网站纠错|转发|"
    r"微信(?:好友)?|朋友圈|新浪微博|腾讯微博|微博|QQ空间|QQ好友|QQ|人人网|百度贴吧|豆瓣|更多|复制链接|"
    r"返回(?:顶部|首页|列表|上一页|上级)?|回到顶部|TOP|top|推荐给朋友|发送给好友|放大|缩小|"
    r"扫一扫[^。]{0,24}|扫码[^。]{0,16}|手机(?:扫码)?(?:查看|浏览|阅读)|二维码|语音播报|朗读|播放|暂停|停止|"
    r"繁体版?|简体版?|繁體版?|無障碍|无障碍(?:浏览|阅读|模式)?|适老化|长者(?:模式|助手|版)|退出长者模式|"
    r"移动版|手机版|电脑版|登录|注册|注销|搜索|站内搜索|检索|高级搜索|请输入[^。]{0,16}|"
    r"护眼模式|正常模式|夜间模式|视力保护色|视力保护|智能问答|English|EN|RSS(?:订阅)?|"
    r"网站地图|网站声明|关于我们|隐私声明|免责声明|法律声明|使用帮助|"
    r"全真版|文字版|图文版|图片版|相关文档下载"
)
_STRONG_TOOL = re.compile(
    r"文字大小|字体|字号|背景|打印|列印|关闭|分享|收藏|设为首页|纠错|转发|微信|微博|QQ|返回|回到|TOP|top|扫一扫|扫码"
    r"|二维码|朗读|播报|繁体|繁體|简体|无障碍|適老|适老|长者|移动版|手机版|登录|注册|搜索|检索|模式|视力|问答|网站地图"
    r"|网站声明|关于我们|隐私声明|免责声明|法律声明|使用帮助|全真版|文字版|下载|保存|推荐给|发送给|放大|手机"
)
_SEPARATORS = r"[\s\[\]【】()（）|｜丨:：·•>＞<,，、/\-_—=+＋－△▽▲▼↑↓※☆★『』「」{}#&;；.。*]"
_COUNTER = (
    r"(?:(?:总|总共|本页)?(?:浏览|点击|阅读|访问)(?:次数|人数|量|数|率)?"
    r"|人气|点击)\s*[:：]?\s*\[?\s*\d*\s*\]?\s*次?"
)
_TOOL_BAR = re.compile(rf"(?:{_SEPARATORS}|{_COUNTER}|{_TOOLS}|[AaTt][+\-])+")
_COUNTER_BAR = re.compile(rf"{_SEPARATORS}*(?:{_COUNTER}{_SEPARATORS}*)+")
_FOOT = re.compile(
    r"版权所有|copyright|©|ICP备|公网安备|公安备|网站标识码|政府网站标识|技术支持|技术维护|技术保障"
    r"|建议(?:您?使用|用).{0,30}(?:浏览器|分辨率)|最佳(?:浏览|显示|访问)效果|本站访问量|网站支持IPV6"
    r"|您(?:是|的)第.{0,12}位(?:访问|浏览)|未经.{0,12}(?:授权|许可).{0,12}(?:转载|镜像)",
    re.IGNORECASE,
)
_SURE_FOOT = re.compile(
    r"ICP备|公网安备|网站标识码|建议(?:您?使用|用).{0,30}(?:浏览器|分辨率)|最佳(?:浏览|显示|访问)效果",
    re.IGNORECASE,
)
"""What even a sentence with a full stop does not say in a report."""
_FOOT_START = re.compile(
    r"\s*(?:主办(?:单位)?|承办(?:单位)?|协办(?:单位)?|维护单位|管理单位|运维单位|网站维护|网站管理"
    r"|网站值班|网站联系|值班电话|投稿邮箱|举报电话|网站举报)\s*[:：]"
)
_TAIL_START = re.compile(
    r"\s*(?:[-·•*▪◆>]\s*)?[【\[]?\s*(?:相关(?:链接|阅读|文章|新闻|信息|词条|推荐|文档|稿件|报道|内容|解读|政策|专题|资讯|资料)"
    r"|热门(?:词条|文章|新闻|信息|推荐|搜索|标签|点击)|推荐(?:阅读|文章|新闻)|延伸阅读|友情链接|网站导航|站群导航|网站群"
    r"|联系我们|联络我们|关于我们|网站地图|国家部委网站|最新(?:文章|信息|新闻|发布|动态)|点击排行|阅读排行|热点排行"
    r"|上一(?:篇|条|页)|下一(?:篇|条|页)|【?(?:关闭|打印)】?(?:窗口|本页)?$|扫一扫|分享到)"
)
_ATTACHMENT_HEADING = re.compile(r"(?:相关|文件|点击)?附件(?:下载|列表)?\s*[:：]?")
_STEP = re.compile(r"\s*[【\[]?\s*(?:上|下)一(?:篇|条|页|则)\s*[】\]]?\s*(?:[:：>]|$|没有|无)")
_BULLET = re.compile(r"\s*[-·•*▪◆>＞»]\s*[^。；，,]{1,16}\s*")

_LABEL_LINES = """
    索引号 索引 信息索引号 信息索引 文号 发文字号 发文文号 文件编号 发布文号 公文文号 发布机构
    发文机关 发文机构 发布单位 发文单位 制发单位 制作单位 信息来源 文章来源 稿件来源 内容来源 来源
    稿源 供稿 供稿单位 发布日期 发布时间 发文日期 发文时间 成文日期 成文时间 公开日期 公开时间
    生成日期 生成时间 生效日期 失效日期 废止日期 更新日期 更新时间 录入时间 采集时间 上传时间
    发稿时间 印发日期 时间 日期 主题词 主题分类 主题 分类 信息分类 信息类别 信息名称 组配分类
    体裁分类 体裁 名称 标题 文件名称 单位 时效 时效性 有效性 效力状态 关键词 关键字 作者 编辑
    责任编辑 审核 签发 校对 公开方式 公开范围 公开形式 公开程序 公开属性 公开类别 责任部门
    公开责任部门 责任单位 公开主体 服务对象 文件类型 所属栏目 栏目 载体类型 备注 内容概述 信息概述
    摘要 内容摘要 页面生成时间 浏览次数 浏览量 浏览 点击数 点击率 点击量 阅读次数 阅读量 阅读
    访问量 点击 点击次数 人气 字体 字号 字体大小 文字大小 分享 分享到 文件下载 下载 语种
"""
LABELS = tuple(_LABEL_LINES.split())
"""Names of the labels that stand over an article (government-information catalogues and bars)."""

_LABEL_NAMES = frozenset(LABELS)
_UNWANTED_LABELS = re.compile("浏览|点击|阅读|访问|人气|字体|字号|文字大小|分享|下载|备注$")
_LABEL = re.compile(
    r"(?:(?<=[\s\]】|｜,，;；>)）])|^)[\[【]?\s*("
    + "|".join("\\s*".join(label) for label in sorted(_LABEL_NAMES, key=len, reverse=True))
    + r")\s*[\]】]?\s*[:：]"
)
_BARE_DATE = re.compile(
    r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?"
)
BARE_DATE_LABEL = "日期"
LABEL_BAR_LENGTH = 300
LABEL_VALUE_LENGTH = 60


@lru_cache(maxsize=1024)
def plain_form(line: str) -> str:
    """The line with the Traditional characters of frame words made simplified, stripped.

    Converters by words write 釋出 for 发布.
    """
    return line.translate(_TRADITIONAL).replace("释出", "发布").strip()


def is_prose(line: str) -> bool:
    """Whether a line is running text: long enough, with sentence punctuation."""
    return len(line) >= PROSE_LENGTH and _SENTENCE.search(line) is not None


def is_foot(line: str) -> bool:
    """Whether a line is of a page's foot: copyright, filing numbers, who runs the site."""
    if len(line) > 200:
        return False
    plain = plain_form(line)
    if "。" in line and is_prose(line) and _SURE_FOOT.search(plain) is None:
        return False
    return _FOOT.search(plain) is not None or _FOOT_START.match(plain) is not None


def is_tool_bar(line: str) -> bool:
    """Whether a line is nothing but page tools: font size, print, close, share, counters."""
    if len(line) > 120:
        return False
    # one space at most: the patterns below must not have to try ways to share a run of them
    plain = " ".join(plain_form(line).split())
    if not plain:
        return False
    if _COUNTER_BAR.fullmatch(plain) and any(mark in plain for mark in "浏点阅访人"):
        return True
    return _TOOL_BAR.fullmatch(plain) is not None and _STRONG_TOOL.search(plain) is not None


def breadcrumb_of(line: str) -> tuple[str, ...] | None:
    """The steps of a breadcrumb line; None for a line that is none."""
    plain = plain_form(line)
    lead = _CRUMB_LEAD.match(plain)
    if not plain or len(plain) > 160 or not (lead or _HOME.match(plain)):
        return None
    rest = line.strip()[lead.end() :] if lead else line.strip()
    if "。" in rest:
        return None
    steps = [step.strip() for step in _CRUMB_SEPARATOR.split(rest)]
    return tuple(step for step in steps if step)


def is_step_link(line: str) -> bool:
    """Whether a line leads to the neighbouring article (上一篇, 下一篇)."""
    return _STEP.match(plain_form(line)) is not None


def begins_tail(line: str) -> bool:
    """Whether a line heads what stands under an article: related links, site links, contact."""
    if len(line) > 120:
        return False
    plain = plain_form(line)
    return (_TAIL_START.match(plain) is not None and not is_prose(plain)) or is_step_link(line)


def is_empty_attachment_heading(line: str) -> bool:
    """Whether a line only announces attachments (附件下载) that the page then does not have."""
    return _ATTACHMENT_HEADING.fullmatch(plain_form(line)) is not None


def is_bulleted_link(line: str) -> bool:
    """Whether a line of plain text looks like one of a list of site links (- 网站导航)."""
    return _BULLET.fullmatch(line) is not None


def is_frame(line: str) -> bool:
    """Whether a line is the page's wherever it stands."""
    return is_tool_bar(line) or is_foot(line) or is_step_link(line)


def label_pairs(line: str) -> tuple[tuple[str, str], ...]:
    """The labels and values of a line that is nothing but them; empty for any other line.

    Values may be empty strings. A date that leads the bar without a label is BARE_DATE_LABEL's.
    Spaces inside a label (来 源) are removed; a counter or font bar
    among the labels is left out.
    """
    if len(line) > LABEL_BAR_LENGTH:
        return ()
    plain = plain_form(line)
    found = list(_LABEL.finditer(plain))
    if not found:
        return ()
    raw = line.strip()
    pairs = []
    lead = raw[: found[0].start()].strip(" \u3000\xa0|｜[【-")
    if _BARE_DATE.fullmatch(lead):
        pairs.append((BARE_DATE_LABEL, lead))
    elif lead:
        return ()
    for match, following in zip(found, [*found[1:], None], strict=True):
        end = following.start() if following else len(plain)
        value = raw[match.end() : end].strip(" \u3000\xa0|｜;；")
        if len(value) > LABEL_VALUE_LENGTH and not value.startswith("http"):
            return ()
        if "。" in value:
            return ()
        pairs.append((re.sub(r"\s+", "", match[1]), value))
    return tuple(pairs)


def telling_labels(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The pairs that say something of the document: with a value, and not a page tool."""
    return tuple(
        (label, value)
        for label, value in pairs
        if value and not _UNWANTED_LABELS.search(label) and not is_tool_bar(value)
    )


def is_label(cell: str) -> bool:
    """Whether a table cell is the name of a catalogue label."""
    return re.sub(r"[\s:：\[\]【】]+", "", plain_form(cell)) in _LABEL_NAMES
