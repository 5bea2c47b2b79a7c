"""The statutory forms as data: rows, columns and field names of tables 2, 3 and 4.

国办公开办函〔2019〕60号 (试行) and 〔2021〕30号; the statistics appendix is in ``appendix_form``.
A form is recognised by its header tokens and rows, never by the year of the report.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row that holds figures. ``keys`` are its labels as ``label_key`` makes them."""

    name: str
    keys: tuple[str, ...]


APPLICANTS = (
    "natural_person",
    "org_business",
    "org_research",
    "org_public_interest",
    "org_legal_service",
    "org_other",
    "total",
)
"""The seven columns of table 3, in order."""

APPLICANT_LABELS = (
    "自然人",
    "商业企业",
    "科研机构",
    "社会公益组织",
    "法律服务机构",
    "其他",
    "总计",
)

_DENIED = (
    FormRow("denied_state_secret", ("属于国家秘密",)),
    FormRow("denied_prohibited_by_law", ("其他法律行政法规禁止公开",)),
    FormRow("denied_security_stability", ("危及三安全一稳定",)),
    FormRow("denied_third_party", ("保护第三方合法权益",)),
    FormRow("denied_internal_affairs", ("属于三类内部事务信息",)),
    FormRow("denied_process_info", ("属于四类过程性信息",)),
    FormRow("denied_enforcement_file", ("属于行政执法案卷",)),
    FormRow("denied_admin_inquiry", ("属于行政查询事项",)),
)
_UNABLE = (
    FormRow("unable_not_held", ("本机关不掌握相关政府信息",)),
    FormRow("unable_needs_creation", ("没有现成信息需要另行制作",)),
    FormRow("unable_unclear", ("补正后申请内容仍不明确",)),
)
_REFUSED = (
    FormRow("refused_petition_complaint", ("信访举报投诉类申请",)),
    FormRow("refused_repeat", ("重复申请",)),
    FormRow("refused_publication", ("要求提供公开出版物",)),
    FormRow("refused_excessive", ("无正当理由大量反复申请",)),
    FormRow("refused_confirm_reissue", ("要求行政机关确认或重新出具已获取信息",)),
)
_HEAD = (
    FormRow("new_received", ("本年新收政府信息公开申请数量",)),
    FormRow("carried_in", ("上年结转政府信息公开申请数量",)),
    FormRow("granted", ("予以公开",)),
    FormRow("partially_granted", ("部分公开", "部分公开区分处理的只计这一情形不计其他情形")),
)
_FOOT = (
    FormRow("closed_total", ("总计",)),
    FormRow("carried_out", ("结转下年度继续办理",)),
)
OTHER_2019 = FormRow("other_handling", ("其他处理", "其他"))
OTHER_2021 = (
    FormRow(
        "other_no_correction",
        (
            "申请人无正当理由逾期不补正行政机关不再处理其政府信息公开申请",
            "申请人无正当理由逾期不补正",
            "逾期不补正",
        ),
    ),
    FormRow(
        "other_fee_unpaid",
        (
            "申请人逾期未按收费通知要求缴纳费用行政机关不再处理其政府信息公开申请",
            "申请人逾期未按收费通知要求缴纳费用",
            "逾期不缴费",
        ),
    ),
    FormRow("other_misc", ("其他",)),
)

DENIED = tuple(row.name for row in _DENIED)
UNABLE = tuple(row.name for row in _UNABLE)
REFUSED = tuple(row.name for row in _REFUSED)

REQUESTS_2019 = (*_HEAD, *_DENIED, *_UNABLE, *_REFUSED, OTHER_2019, *_FOOT)
"""The 23 rows of table 3 in the 2019 form."""
REQUESTS_2021 = (*_HEAD, *_DENIED, *_UNABLE, *_REFUSED, *OTHER_2021, *_FOOT)
"""The 25 rows of table 3 in the 2021 form."""

REVIEW_GROUPS = ("review", "lit_direct", "lit_after_review")
REVIEW_SUFFIXES = ("upheld", "corrected", "other", "pending", "total")
REVIEW_LABELS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
REVIEW_CELLS = tuple(f"{group}_{suffix}" for group in REVIEW_GROUPS for suffix in REVIEW_SUFFIXES)
"""The 15 cells of table 4, left to right."""


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of table 2. ``suffix`` ends the field name, ``keys`` are its header labels."""

    suffix: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A block of table 2: the figures of one item (第二十条第N项), in one form."""

    item: str
    rows: tuple[FormRow, ...]
    columns: tuple[FormColumn, ...]


_REGULATIONS = FormRow("regulations", ("规章",))
_DOCUMENTS = FormRow("normative_docs", ("规范性文件", "行政规范性文件"))
_PERMITS = FormRow("permits", ("行政许可",))
_SERVICES = FormRow("other_services", ("其他对外管理服务事项",))
_PENALTIES = FormRow("penalties", ("行政处罚",))
_COERCION = FormRow("coercion", ("行政强制",))
_FEES = FormRow("admin_fees", ("行政事业性收费",))
_PROCUREMENT = FormRow("procurement", ("政府集中采购",))

_PREVIOUS = FormColumn("prev_items", ("上一年项目数量",))
_CHANGE = FormColumn("change", ("本年增减",))
_DECISIONS = FormColumn("decisions", ("处理决定数量", "本年处理决定数量"))

PROACTIVE_2019 = (
    Block(
        "一",
        (_REGULATIONS, _DOCUMENTS),
        (
            FormColumn("made", ("本年新制作数量", "本年新")),
            FormColumn("published", ("本年新公开数量", "本年新")),
            FormColumn("public_total", ("对外公开总数量",)),
        ),
    ),
    Block("五", (_PERMITS, _SERVICES), (_PREVIOUS, _CHANGE, _DECISIONS)),
    Block("六", (_PENALTIES, _COERCION), (_PREVIOUS, _CHANGE, _DECISIONS)),
    Block("八", (_FEES,), (_PREVIOUS, _CHANGE)),
    Block(
        "九",
        (_PROCUREMENT,),
        (
            FormColumn("projects", ("采购项目数量",)),
            FormColumn("amount_wan_yuan", ("采购总金额",)),
        ),
    ),
)
PROACTIVE_2021 = (
    Block(
        "一",
        (_REGULATIONS, _DOCUMENTS),
        (
            FormColumn("made", ("本年制发件数",)),
            FormColumn("repealed", ("本年废止件数",)),
            FormColumn("valid", ("现行有效件数",)),
        ),
    ),
    Block("五", (_PERMITS,), (_DECISIONS,)),
    Block("六", (_PENALTIES, _COERCION), (_DECISIONS,)),
    Block("八", (_FEES,), (FormColumn("amount_wan_yuan", ("本年收费金额",)),)),
)
