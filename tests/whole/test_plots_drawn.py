"""Pictures by command: coverage, and a body's numbers."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from chinese_font import needs_chinese_font
from nianbao_process import Nianbao

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    nianbao = Nianbao(tmp_path_factory.mktemp("plots") / "data")
    nianbao.run("demo")
    return nianbao


def words(path: Path) -> list[str]:
    """The texts of an SVG, which has to be well-formed."""
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def test_coverage(demo: Nianbao, tmp_path: Path) -> None:
    picture = tmp_path / "coverage.svg"
    demo.run("coverage", "--plot", str(picture))
    said = words(picture)
    assert {"靖宇县人民政府", "泸州市人民政府", "已收录", "未查看", "08", "24"} <= set(said)
    found = demo.query("SELECT count(*) FROM reports")[0][0]
    assert said.count("有") == found + 1, "one for each report, one in the legend"
    needs_chinese_font()
    demo.run("coverage", "--plot", str(tmp_path / "coverage.png"), "--division", "22")
    assert (tmp_path / "coverage.png").read_bytes().startswith(b"\x89PNG")


def test_a_body(demo: Nianbao, tmp_path: Path) -> None:
    for name, body in (("id.svg", "gov:220622"), ("name.svg", "靖宇县人民政府")):
        demo.run("show", body, "--plot", str(tmp_path / name))
    assert (tmp_path / "id.svg").read_bytes() == (tmp_path / "name.svg").read_bytes()
    said = words(tmp_path / "id.svg")
    assert said[0] == "靖宇县人民政府"
    assert "本年新收政府信息公开申请数（件）" in said


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("show", "gov:999999"), "no body has the id"),
        (("show", "gov:110101"), "has no report that states"),
        (("show", "gov:220622", "one.gif"), "ends in .svg or .png"),
        (("coverage", "one.gif"), "ends in .svg or .png"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_be_drawn_says_why(
    demo: Nianbao, tmp_path: Path, arguments: tuple[str, ...], reason: str
) -> None:
    given = list(arguments)
    name = given.pop() if given[-1].endswith(".gif") else "one.svg"
    done = demo.run(*given, "--plot", str(tmp_path / name), code=2)
    assert reason in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_taken_down_is_not_drawn(demo: Nianbao, tmp_path: Path) -> None:
    url = demo.query("SELECT url FROM documents d JOIN reports r USING (record_id)"
                     " WHERE body_id = 'gov:220622'")[0][0]  # fmt: skip
    suppress = demo.data / "suppress.txt"
    suppress.write_text(f"{url}\n", encoding="utf-8")
    try:
        done = demo.run("show", "gov:220622", "--plot", str(tmp_path / "one.svg"), code=2)
        assert "has no report that states" in done.stderr
    finally:
        suppress.unlink()


def test_nothing_to_draw_is_said(demo: Nianbao, tmp_path: Path) -> None:
    picture = tmp_path / "none.svg"
    done = demo.run("coverage", "--plot", str(picture), "--division", "99", code=1)
    assert f"no body to draw: no {picture}" in done.stderr
    assert not picture.exists()
