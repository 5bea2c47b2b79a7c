"""An identity at its place, as one plain sentence in Chinese; ``check_words`` has the English."""

from __future__ import annotations

from extract.check_words import NAMED_PARTS, identity_of
from extract.check_words import number as printed_number
from extract.identities import PREVIOUS, Identity, Needs, Relation
from extract.labels import label_of
from extract.report import Check, CheckOutcome
from extract.text_table import counterparts_of

TABLES_ZH = {
    Needs.TABLE_2: "表二（主动公开政府信息情况）",
    Needs.TABLE_3: "表三（收到和处理政府信息公开申请情况）",
    Needs.TABLE_4: "表四（行政复议、行政诉讼情况）",
    Needs.APPENDIX: "附表（政府信息公开情况统计表）",
}
_OUTCOMES = {
    CheckOutcome.PASS: "成立",
    CheckOutcome.FAIL: "不成立",
    CheckOutcome.NOT_ASSESSABLE: "无法判断",
    CheckOutcome.NOT_APPLICABLE: "不适用",
}
_RELATIONS = {
    Relation.EQUAL: "应等于它的",
    Relation.AT_MOST: "不应更小的",
    Relation.AT_LEAST: "不应更大的",
}
_PROSE = {
    "prose_sum": ("总数", "各部分之和"),
    "prose_share": ("所印比例", "算得的比例"),
    "prose_growth": ("所印增长率", "算得的增长率"),
}


def sentence_zh(check: Check) -> str:
    """What a check found, with how it stands as printed and with blanks taken for 0."""
    said = f"{_compared(check)}；按所印数字{_OUTCOMES[check.outcome]}"
    is_told = identity_of(check) is not None and check.outcome is not CheckOutcome.NOT_APPLICABLE
    if not is_told or check.blank_as_zero_outcome is None:
        return f"{said}。"
    return f"{said}，空白当作 0 则{_OUTCOMES[check.blank_as_zero_outcome]}。"


def _compared(check: Check) -> str:
    identity = identity_of(check)
    if check.outcome is CheckOutcome.NOT_APPLICABLE:
        where = TABLES_ZH[identity.needs] if identity else check.identity
        return f"{where}：报告没有这张表，或用的是另一种表样"
    if identity is not None:
        return _of_cells(identity, check)
    if check.identity in _PROSE:
        left, right = _PROSE[check.identity]
        return f"正文“{check.place}”：{_sides(left, right, check)}"
    if check.identity == "text_table":
        return _of_measure(check)
    if check.identity == "count_valid":
        label = label_of(check.place) or check.place
        if check.place == "report":
            return "所有件数都是不为负的整数"
        return f"{label}：{_number(check.printed)} 不是整数，或为负数"
    if check.identity == "regulations_plausible":
        makers = "只有省、设区的市和国务院部门制定规章"
        return f"{TABLES_ZH[Needs.TABLE_2]}，规章：{_number(check.printed)}；{makers}"
    if check.identity == "report_year_agrees":
        return _sides("标题中的年份", "统计期间或列表中的年份", check)
    return f"{check.place}：{_sides('一边', '另一边', check)}"


def _of_measure(check: Check) -> str:
    if check.place == "report":
        return "正文与表格：正文中没有可与表格比较的数字"
    counterparts = [cells for cells in counterparts_of(check.place) if len(cells) <= NAMED_PARTS]
    sums = [" + ".join(str(label_of(name) or name) for name in cells) for cells in counterparts]
    cells = f"（{'，或'.join(sums)}）" if sums else ""
    return f"正文与表格：{_sides('正文中的数字', f'表格中的数字{cells}', check)}"


def _of_cells(identity: Identity, check: Check) -> str:
    where = _where(identity)
    left = _sum(identity, identity.printed)
    right = _sum(identity, identity.computed, identity.subtracted)
    if not identity.computed:
        return f"{where}：{left}为 {_number(check.printed)}，不应为负"
    return f"{where}：{_sides(left, right, check, identity.relation)}"


def _sides(left: str, right: str, check: Check, relation: Relation = Relation.EQUAL) -> str:
    said = (
        f"{left}为 {_number(check.printed)}，{_RELATIONS[relation]}{right}为 "
        f"{_number(check.computed)}"
    )
    if check.difference:
        said += f"，{'多' if check.difference > 0 else '少'} {_number(abs(check.difference))}"
    return said


def _number(value: float | int | None) -> str:
    return "空白或没有" if value is None else printed_number(value)


def _where(identity: Identity) -> str:
    label = label_of(identity.printed[0].removeprefix(PREVIOUS))
    table = TABLES_ZH[identity.needs]
    if label is None or not identity.place:
        return table
    if identity.needs is Needs.TABLE_3 and identity.name != "t3_row":
        return f"{table}“{label.column}”列"
    return f"{table}“{label.row}”行"


def _sum(identity: Identity, names: tuple[str, ...], less: tuple[str, ...] = ()) -> str:
    if len(names) > NAMED_PARTS:
        return f"其 {len(names)} 项之和"
    words = " + ".join(_cell(identity, name) for name in names)
    return words + "".join(f" − {_cell(identity, name)}" for name in less)


def _cell(identity: Identity, name: str) -> str:
    label = label_of(name.removeprefix(PREVIOUS))
    year = "上年" if name.startswith(PREVIOUS) else ""
    if label is None:
        return f"{year}{name.removeprefix(PREVIOUS)}"
    by_column = identity.needs in (Needs.TABLE_2, Needs.TABLE_4) or identity.name == "t3_row"
    return f"{year}“{label.column if by_column and label.column else label.row}”"
