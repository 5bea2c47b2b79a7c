"""Table layout by the HTML algorithm, compared with pandas where it is installed."""

from __future__ import annotations

from lxml import html

from extract import grid


def table(markup: str):
    return html.fromstring(f"<div><table>{markup}</table></div>").find("table")


def rows(markup: str) -> grid.Rows:
    return grid.lay_out(table(markup))


def test_spans_stand_in_their_first_slot() -> None:
    markup = """
    <tr><td rowspan="2">申请人</td><td colspan="2">法人或其他组织</td><td rowspan="2">总计</td></tr>
    <tr><td>商业企业</td><td>科研机构</td></tr>
    <tr><td>新收</td><td>1</td><td></td><td>1</td></tr>"""
    laid = rows(markup)
    assert laid == (
        ("申请人", "法人或其他组织", None, "总计"),
        (None, "商业企业", "科研机构", None),
        ("新收", "1", "", "1"),
    )
    assert grid.flattened(laid) == (
        "申请人 | 法人或其他组织 | 总计",
        "商业企业 | 科研机构",
        "新收 | 1 |  | 1",
    )


def test_a_row_span_ends_with_the_table_and_zero_reaches_there() -> None:
    for value in ("0", "99", "65535"):
        laid = rows(f'<tr><td rowspan="{value}">a</td><td>b</td></tr><tr><td>c</td></tr>')
        assert laid == (("a", "b"), (None, "c"))


def test_spans_that_are_no_numbers_are_one() -> None:
    for value in ("abc", "", "-3", "0", " "):
        assert rows(f'<tr><td colspan="{value}">a</td><td>b</td></tr>') == (("a", "b"),)
    assert rows('<tr><td colspan="2px">a</td><td>b</td></tr>') == (("a", None, "b"),)


def test_column_spans_are_clamped() -> None:
    laid = rows('<tr><td colspan="1000000000">a</td><td>b</td></tr><tr><td>c</td></tr>')
    assert len(laid[0]) == grid.COLUMNS_LIMIT
    assert laid[1][0] == "c"


def test_too_many_slots_give_no_grid() -> None:
    many = '<tr><td colspan="200">a</td></tr>' * (grid.SLOTS_LIMIT // 200 + 1)
    assert rows(many) == ()


def test_head_and_foot_rows_and_ragged_rows() -> None:
    laid = rows(
        "<thead><tr><th>a</th><th>b</th><th>c</th></tr></thead>"
        "<tbody><tr><td>1</td></tr><tr></tr></tbody><tfoot><tr><td>2</td><td>3</td></tr></tfoot>"
    )
    assert laid == (("a", "b", "c"), ("1", None, None), (None,) * 3, ("2", "3", None))
    assert grid.flattened(laid) == ("a | b | c", "1", "2 | 3")


def test_rows_of_an_inner_table_are_not_the_outers() -> None:
    outer = table("<tr><td>a<table><tr><td>x</td></tr></table></td><td>b</td></tr>")
    assert grid.lay_out(outer) == (("a x", "b"),)


def test_cell_text_is_on_one_line_and_split_digits_join() -> None:
    laid = rows(
        "<tr><td><p>商业</p>\n<p>企业</p></td><td><p><span>20</span><span>23</span></p></td>"
        "<td>本年新<br/>制作数量</td><td>3<br>0</td><td>&nbsp;</td><td> 7 <!-- x --></td>"
        "<td>4<span style='display:none'>9</span></td><td><script>1</script>5</td></tr>"
    )
    assert laid == (("商业企业", "2023", "本年新制作数量", "3 0", "", "7", "4", "5"),)


def test_a_long_label_does_not_make_a_layout_table() -> None:
    label = "（六）其他处理1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"
    assert grid.is_data_table(table(f"<tr><td>{label}</td><td>0</td></tr>" * 2))


def test_layout_tables() -> None:
    prose = "<p>某某县认真贯彻落实条例，公开各类信息。</p>" * 30
    menu = "<tr><td><a href='/a'>政务公开</a></td><td><a href='/b'>办事服务</a></td></tr>" * 3
    inner = "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"
    for markup in (
        "<tr><td>一格</td></tr>",
        "<tr><td>a</td><td>b</td></tr>",
        "<tr><td>a</td></tr><tr><td>b</td></tr>",
        f"<tr><td>左</td><td>{prose}</td></tr><tr><td>下</td><td>右</td></tr>",
        menu,
        f"<tr><td>a</td><td>{inner}</td></tr><tr><td>b</td><td>c</td></tr>",
    ):
        assert not grid.is_data_table(table(markup)), markup[:60]


def test_overlapping_spans_lose_no_cell() -> None:
    laid = rows(
        '<tr><td>a</td><td rowspan="3">b</td></tr><tr><td colspan="3">c</td></tr>'
        "<tr><td>d</td></tr>"
    )
    texts = [cell for row in laid for cell in row if cell]
    assert texts == ["a", "b", "c", "d"]
