"""A seeded generator of reports whose tables deviate as real ones do, with known values.

It writes pages and flattened text on its own terms: labels and order are those of the published
forms, copied here by hand, so that a wrong row in the forms under test shows.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

COLUMNS = [
    "natural_person",
    "org_business",
    "org_research",
    "org_public_interest",
    "org_legal_service",
    "org_other",
    "total",
]
HEADS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
REQUEST_ROWS = [
    ("new_received", "", "一、本年新收政府信息公开申请数量"),
    ("carried_in", "", "二、上年结转政府信息公开申请数量"),
    ("granted", "", "（一）予以公开"),
    ("partially_granted", "", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
    ("denied_state_secret", "（三）不予公开", "1.属于国家秘密"),
    ("denied_prohibited_by_law", "（三）不予公开", "2.其他法律行政法规禁止公开"),
    ("denied_security_stability", "（三）不予公开", "3.危及“三安全一稳定”"),
    ("denied_third_party", "（三）不予公开", "4.保护第三方合法权益"),
    ("denied_internal_affairs", "（三）不予公开", "5.属于三类内部事务信息"),
    ("denied_process_info", "（三）不予公开", "6.属于四类过程性信息"),
    ("denied_enforcement_file", "（三）不予公开", "7.属于行政执法案卷"),
    ("denied_admin_inquiry", "（三）不予公开", "8.属于行政查询事项"),
    ("unable_not_held", "（四）无法提供", "1.本机关不掌握相关政府信息"),
    ("unable_needs_creation", "（四）无法提供", "2.没有现成信息需要另行制作"),
    ("unable_unclear", "（四）无法提供", "3.补正后申请内容仍不明确"),
    ("refused_petition_complaint", "（五）不予处理", "1.信访举报投诉类申请"),
    ("refused_repeat", "（五）不予处理", "2.重复申请"),
    ("refused_publication", "（五）不予处理", "3.要求提供公开出版物"),
    ("refused_excessive", "（五）不予处理", "4.无正当理由大量反复申请"),
    ("refused_confirm_reissue", "（五）不予处理", "5.要求行政机关确认或重新出具已获取信息"),
]
OTHER_2019 = [("other_handling", "", "（六）其他处理")]
OTHER_2021 = [
    (
        "other_no_correction",
        "（六）其他处理",
        "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
    ),
    (
        "other_fee_unpaid",
        "（六）其他处理",
        "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
    ),
    ("other_misc", "（六）其他处理", "3.其他"),
]
LAST_ROWS = [("closed_total", "", "（七）总计"), ("carried_out", "", "四、结转下年度继续办理")]
PROACTIVE = {
    "2019": [
        (
            "一",
            ["本年新制作数量", "本年新公开数量", "对外公开总数量"],
            [
                (
                    "规章",
                    [
                        "t2_regulations_made",
                        "t2_regulations_published",
                        "t2_regulations_public_total",
                    ],
                ),
                (
                    "规范性文件",
                    [
                        "t2_normative_docs_made",
                        "t2_normative_docs_published",
                        "t2_normative_docs_public_total",
                    ],
                ),
            ],
        ),
        (
            "五",
            ["上一年项目数量", "本年增/减", "处理决定数量"],
            [
                (
                    "行政许可",
                    ["t2_permits_prev_items", "t2_permits_change", "t2_permits_decisions"],
                ),
                (
                    "其他对外管理服务事项",
                    [
                        "t2_other_services_prev_items",
                        "t2_other_services_change",
                        "t2_other_services_decisions",
                    ],
                ),
            ],
        ),
        (
            "六",
            ["上一年项目数量", "本年增/减", "处理决定数量"],
            [
                (
                    "行政处罚",
                    ["t2_penalties_prev_items", "t2_penalties_change", "t2_penalties_decisions"],
                ),
                (
                    "行政强制",
                    ["t2_coercion_prev_items", "t2_coercion_change", "t2_coercion_decisions"],
                ),
            ],
        ),
        (
            "八",
            ["上一年项目数量", "本年增/减"],
            [("行政事业性收费", ["t2_admin_fees_prev_items", "t2_admin_fees_change"])],
        ),
        (
            "九",
            ["采购项目数量", "采购总金额"],
            [("政府集中采购", ["t2_procurement_projects", "t2_procurement_amount_wan_yuan"])],
        ),
    ],
    "2021": [
        (
            "一",
            ["本年制发件数", "本年废止件数", "现行有效件数"],
            [
                (
                    "规章",
                    ["t2_regulations_made", "t2_regulations_repealed", "t2_regulations_valid"],
                ),
                (
                    "行政规范性文件",
                    [
                        "t2_normative_docs_made",
                        "t2_normative_docs_repealed",
                        "t2_normative_docs_valid",
                    ],
                ),
            ],
        ),
        ("五", ["本年处理决定数量"], [("行政许可", ["t2_permits_decisions"])]),
        (
            "六",
            ["本年处理决定数量"],
            [("行政处罚", ["t2_penalties_decisions"]), ("行政强制", ["t2_coercion_decisions"])],
        ),
        (
            "八",
            ["本年收费金额（单位：万元）"],
            [("行政事业性收费", ["t2_admin_fees_amount_wan_yuan"])],
        ),
    ],
}
REVIEW = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
REVIEW_NAMES = [
    f"{group}_{suffix}"
    for group in ("review", "lit_direct", "lit_after_review")
    for suffix in ("upheld", "corrected", "other", "pending", "total")
]
LOOKALIKE = dict(
    zip(
        "政信息公开申请数量行处理其他文件本年提供法律予以",
        "攻倌恳厷幵中靖效童彳外埋具她攵仵木午堤供怯侓矛似",
        strict=True,
    )
)
BLANKS = ["", "", "", "/", "-", "—", "无"]
PROSE = (
    "根据《中华人民共和国政府信息公开条例》规定，现公布安定县2022年政府信息公开工作年度报告。"
    "全年围绕中心工作推进公开，及时回应社会关切，办理群众来信，组织各单位开展学习培训和业务交流。"
)


@dataclass
class Sample:
    """A report: its page or text, what its cells say, the rows that cannot be read for sure."""

    body: bytes
    media_type: str
    form2: str
    form3: str
    cells: dict[str, float | int | None] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    deviations: list[str] = field(default_factory=list)


@dataclass
class Td:
    text: str
    columns: int = 1
    rows: int = 1


Table = list[list[Td]]
"""A table's rows, each its cells with their spans."""


def sample(number: int) -> Sample:
    """One report of three tables; the same number gives the same bytes."""
    draw = random.Random(number)
    form2, form3 = draw.choice(["2019", "2021"]), draw.choice(["2019", "2021"])
    as_text = number % 5 in (3, 4)
    made = Sample(b"", "text/plain" if as_text else "text/html", form2, form3)
    tables = [proactive(draw, made), *requests(draw, made, as_text), review(draw, made)]
    if as_text:
        made.body = _text(tables, tokens=number % 5 == 3).encode()
    else:
        made.body = _page(draw, made, tables).encode()
    return made


def _number(
    draw: random.Random, *, signed: bool = False, money: bool = False
) -> tuple[str, float | int | None]:
    if draw.random() < 0.1:
        return draw.choice(BLANKS), None
    value = draw.choice(
        [0, 0, draw.randint(1, 40), draw.randint(41, 9_999), draw.randint(10_000, 3_000_000)]
    )
    if money:
        yuan = draw.randint(0, 10**11)
        return draw.choice(
            [
                (f"{yuan / 10_000:.4f}".rstrip("0").rstrip("."), float(f"{yuan / 10_000:.4f}")),
                (f"{yuan}元", yuan / 10_000),
                (f"{value}万元", value),
                (f"{value}(万元)", value),
            ]
        )
    printed = str(value)
    if signed:
        value = draw.choice([value, -value])
        return (f"+{value}" if value > 0 else str(value)), value
    kind = draw.random()
    if kind < 0.03 and value > 999:
        printed = f"{value:,}"
    elif kind < 0.06:
        printed = printed.translate({ord("0") + i: ord("０") + i for i in range(10)})
    elif kind < 0.08:
        printed += f"（其中修订{draw.randint(1, 9)}件）"
    elif kind < 0.1:
        printed += draw.choice(["件", "项"])
    elif kind < 0.12 and value > 9:
        printed = printed[:1] + " " + printed[1:]
    return printed, value


def _damaged(draw: random.Random, label: str, made: Sample) -> str:
    """One or two characters misread or lost, where enough are left to know the label by."""
    if len(label) < 6 or draw.random() > 0.12:
        return label
    places = [i for i, c in enumerate(label) if c in LOOKALIKE and i > 2]
    if not places:
        return label
    made.deviations.append(f"damaged {label}")
    where = draw.choice(places)
    swap = LOOKALIKE[label[where]] if draw.random() < 0.7 else ""
    return label[:where] + swap + label[where + 1 :]


def proactive(draw: random.Random, made: Sample) -> Table:
    rows: list[list[Td]] = []
    wide = draw.random() < 0.3
    for item, heads, lines in PROACTIVE[made.form2]:
        rows.append([Td(f"第二十条第（{item}）项", 4)])
        spare = 3 - len(heads)
        rows.append(_spread([Td("信息内容"), *map(Td, heads)], spare, wide, len(heads)))
        for label, names in lines:
            cells = []
            for name in names:
                printed, value = _number(draw, signed="change" in name, money="wan_yuan" in name)
                made.cells[name] = value
                cells.append(Td(printed))
            rows.append(_spread([Td(_damaged(draw, label, made)), *cells], spare, wide, len(names)))
        if item == "六" and draw.random() < 0.2:
            made.deviations.append("extra row in table 2")
            rows.append(
                _spread([Td("行政确认"), *[Td("7") for _ in heads]], spare, wide, len(heads))
            )
    return rows


def _spread(row: list[Td], spare: int, wide: bool, count: int) -> list[Td]:
    """The cells that the form spans: as spans, or left apart and blank."""
    if not spare:
        return row
    if wide and count > 1:
        return [*row, *[Td("") for _ in range(spare)]]
    return [*row[:-1], Td(row[-1].text, 1 + spare)]


def requests(draw: random.Random, made: Sample, as_text: bool) -> list[Table]:
    other = OTHER_2019 if made.form3 == "2019" else OTHER_2021
    lines = [*REQUEST_ROWS, *other, *LAST_ROWS]
    header = [
        [
            Td("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 3, 3),
            Td("申请人情况", 7),
        ],
        [Td("自然人", 1, 2), Td("法人或其他组织", 5), Td("总计", 1, 2)],
        [Td(head) for head in HEADS[1:-1]],
    ]
    if draw.random() < 0.1:
        made.deviations.append("no header in table 3")
        header = []
    body: list[list[Td]] = []
    split = draw.randint(8, 18) if not as_text and draw.random() < 0.25 else 0
    bad = draw.choice(lines)[0] if draw.random() < 0.15 else ""
    group_before, tables = "", []
    inner = len(lines) - 3  # the rows of 三、本年度办理结果
    for index, (name, group, label) in enumerate(lines):
        if split and index == split:
            made.deviations.append("table 3 in two parts")
            tables.append(header + body)
            header, body, group_before = [], [], ""
        first_of_part = split and index == split
        row: list[Td] = []
        outer = name in ("new_received", "carried_in", "carried_out")
        if not outer and (index == 2 or first_of_part):
            height = (split if split and index < split else len(lines) - 1) - index
            row.append(Td("三、本年度办理结果", 1, max(min(height, inner), 1)))
        text = _damaged(draw, label, made)
        if group and group != group_before:
            stop = split if split and index < split else len(lines)
            same = sum(1 for i, line in enumerate(lines) if line[1] == group and index <= i < stop)
            row.append(Td(group, 1, same))
        row.append(Td(text, 3 if outer else 1 if group else 2))
        group_before = group
        values = [_number(draw) for _ in COLUMNS]
        cells = [Td(printed) for printed, _ in values]
        if name == bad:
            made.deviations.append(f"run together {name}")
            made.unreadable.add(name)
            cells = _run_together(draw, cells)
        else:
            made.cells |= {f"{name}.{c}": v for c, (_, v) in zip(COLUMNS, values, strict=True)}
        body.append(row + cells)
        if name == "granted" and draw.random() < 0.1:
            made.deviations.append("extra row in table 3")
            body.append([Td("其中：通过网络办理的", 2), *[Td("1") for _ in COLUMNS]])
    tables.append(header + body)
    return tables


def _run_together(draw: random.Random, cells: list[Td]) -> list[Td]:
    """Two or three figures in one cell, or a figure's cell lost."""
    if draw.random() < 0.5:
        return cells[:3] + cells[4:]
    joined = "".join(cell.text or "0" for cell in cells[:3])
    return [Td(joined), *cells[3:]]


def review(draw: random.Random, made: Sample) -> Table:
    values = [_number(draw) for _ in REVIEW_NAMES]
    made.cells |= {name: value for name, (_, value) in zip(REVIEW_NAMES, values, strict=True)}
    return [
        [Td("行政复议", 5), Td("行政诉讼", 10)],
        [Td(label, 1, 2) for label in REVIEW] + [Td("未经复议直接起诉", 5), Td("复议后起诉", 5)],
        [Td(label) for label in REVIEW * 2],
        [Td(printed) for printed, _ in values],
    ]


def _page(draw: random.Random, made: Sample, tables: list[Table]) -> str:
    parts = [f"<p>{PROSE}</p>" * 4]
    for markup in markup_of(draw, made, tables):
        parts.append(f"{markup}<p>表格说明见条例有关规定。</p>")
    title = "安定县2022年政府信息公开工作年度报告"
    return (
        f"<html><head><title>{title}</title><meta charset=utf-8></head><body><h1>{title}</h1>"
        f"<div class=content>{''.join(parts)}<p>{PROSE}</p></div></body></html>"
    )


def markup_of(draw: random.Random, made: Sample, tables: list[Table]) -> list[str]:
    """Each table as HTML."""
    blank_column = draw.random() < 0.15
    if blank_column:
        made.deviations.append("blank column at the end")
    return [
        f"<table border=1>{''.join(tr(draw, row, blank_column) for row in table)}</table>"
        for table in tables
    ]


def tr(draw: random.Random, row: list[Td], blank_column: bool) -> str:
    cells = [
        f"<td{f' colspan={td.columns}' if td.columns > 1 else ''}"
        f"{f' rowspan={td.rows}' if td.rows > 1 else ''}>{_markup(draw, td.text)}</td>"
        for td in row
    ]
    return f"<tr>{''.join(cells)}{'<td></td>' if blank_column else ''}</tr>"


def _markup(draw: random.Random, text: str) -> str:
    if draw.random() < 0.2 and len(text) > 1:
        middle = len(text) // 2
        joint = (
            "</span><span lang=EN-US>" if text.isascii() else draw.choice(["</span><span>", "<br>"])
        )
        return f"<p class=MsoNormal><span>{text[:middle]}{joint}{text[middle:]}</span></p>"
    return draw.choice([text, f"<p><span>{text}</span></p>", f" \n {text}&nbsp;"])


def lines_of(table: Table, *, tokens: bool) -> list[str]:
    """A table as the lines that converters make of it: a row or a cell a line."""
    lines = []
    for row in table:
        if tokens:
            for td in row:
                lines.append(f"{td.text} |" if td.text else "|")
                lines += ["|" * (td.columns - 1)] if td.columns > 2 else []
            lines.append("||")
        elif len(row) == 1:
            lines.append(row[0].text)
        else:
            lines.append(" | ".join(td.text for td in row))
    return lines


def _text(tables: list[Table], *, tokens: bool) -> str:
    lines = ["安定县2022年政府信息公开工作年度报告", PROSE, PROSE]
    for number, table in enumerate(tables):
        lines.append(f"{'二三四五'[number]}、有关情况")
        lines += lines_of(table, tokens=tokens)
    return "\n".join([*lines, "五、存在的主要问题及改进情况", PROSE])
