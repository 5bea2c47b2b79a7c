"""Real pages and the seed with tables, their cell numbers replaced by seeded ones.

Where a cell stands is found without the code under test: the numbers of each table, in the order
of the document, are gold's in the order of the form, which the unchanged page has to confirm.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree, html

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
SAMPLE = ROOT / "crawler/sample_portal/site/zfxxgk/zfxxgknb/202003/t20200312_100417.html"
SEED = SHARED / "seeds" / "002_ee48f4fde292f35b.txt"
_FIGURE = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?(?:万元)?")


@dataclass(frozen=True)
class Case:
    """A page or text and its gold."""

    path: Path
    gold: dict[str, object]

    @property
    def media_type(self) -> str:
        return "text/html" if self.path.suffix == ".html" else "text/plain"

    @property
    def cells(self) -> dict[str, float | int | None]:
        return self.gold.get("cells", {})  # type: ignore[return-value]


def cases() -> list[Case]:
    """Every page and text with gold; none where the shared folder is not beside."""
    if not SHARED.exists():
        return []
    found = [
        Case(path, json.loads(gold.read_text(encoding="utf-8")))
        for gold in sorted((SHARED / "real").glob("*.gold.json"))
        for path in gold.parent.glob(gold.name.removesuffix(".gold.json") + ".*")
        if path.suffix in (".html", ".txt")
    ]
    seeds = json.loads((SHARED / "seeds" / "gold.json").read_text(encoding="utf-8"))
    seed = seeds[SEED.name]
    others = [Case(SEED.parent / name, gold) for name, gold in seeds.items() if name != SEED.name]
    return [*found, Case(SEED, seed), Case(SAMPLE, seed), *others]


def names_in_order(cells: dict[str, float | int | None]) -> list[str]:
    """Names of the cells as the document has them: tables 2, 3, 4."""
    second = [name for name in cells if name.startswith("t2_")]
    third = [name for name in cells if "." in name]
    placed = {*second, *third}
    return [*second, *third, *[name for name in cells if name not in placed]]


def variant(case: Case, number: int) -> tuple[bytes, dict[str, float | int | None]]:
    """The page with other numbers, and what its cells then say."""
    draw = random.Random(f"{case.path.name} {number}")
    if case.media_type == "text/html":
        return _page_variant(case, draw)
    return _text_variant(case, draw)


def _drawn(
    draw: random.Random, printed: str, value: float | int | None
) -> tuple[str, float | int | None]:
    """Another number in the shape of a printed one; a blank may become a number and back."""
    if value is None or printed.strip() == "":
        chance = draw.random()
        return ("", None) if chance < 0.5 else _counted(draw)
    if printed.endswith("万元"):
        count = draw.randint(0, 99_999)
        return f"{count}万元", count
    if printed[0] in "+-":
        count = draw.randint(1, 999)
        return draw.choice([(f"+{count}", count), (f"-{count}", -count)])
    if "." in printed:
        amount = draw.randint(1, 10**9)
        return f"{amount / 10_000:.4f}", float(f"{amount / 10_000:.4f}")
    return _counted(draw)


def _counted(draw: random.Random) -> tuple[str, int]:
    count = draw.choice(
        [0, draw.randint(1, 9), draw.randint(10, 999), draw.randint(1_000, 9_999_999)]
    )
    return str(count), count


def _page_variant(case: Case, draw: random.Random) -> tuple[bytes, dict[str, float | int | None]]:
    tree = html.fromstring(case.path.read_bytes().decode("utf-8"))
    slots = [
        td
        for td in tree.iter("td", "th")
        if td.find(".//table") is None and _is_slot(td, len(case.cells))
    ]
    names = names_in_order(case.cells)
    assert len(slots) == len(names), f"{case.path.name}: {len(slots)} cells, gold {len(names)}"
    cells: dict[str, float | int | None] = {}
    for td, name in zip(slots, names, strict=True):
        printed = re.sub(r"\s", "", td.text_content())
        assert _same(printed, case.cells[name]), f"{case.path.name} {name}: {printed}"
        text, cells[name] = _drawn(draw, printed, case.cells[name])
        for child in list(td):
            td.remove(child)
        td.text = text
    return etree.tostring(tree, encoding="utf-8", method="html"), cells


def _is_slot(td: html.HtmlElement, _wanted: int) -> bool:
    printed = re.sub(r"\s", "", td.text_content())
    table = next(td.iterancestors("table"), None)
    if table is None or not re.search(
        "信息内容|申请人情况|结果维持|指标名称", table.text_content()
    ):
        return False
    if printed:
        return bool(_FIGURE.fullmatch(printed))
    row = next(td.iterancestors("tr"))
    texts = [re.sub(r"\s", "", one.text_content()) for one in row.iter("td", "th")]
    # blank cells count where figures stand in the same row: in none of these pages beside them
    return any(_FIGURE.fullmatch(text) for text in texts)


def _same(printed: str, value: float | int | None) -> bool:
    if value is None or printed == "":
        return value is None and printed == ""
    return float(printed.removesuffix("万元").replace(",", "")) == value


def _text_variant(case: Case, draw: random.Random) -> tuple[bytes, dict[str, float | int | None]]:
    names = iter(names_in_order(case.cells))
    cells: dict[str, float | int | None] = {}
    lines = []
    review = False
    for line in case.path.read_text(encoding="utf-8").split("\n"):
        review = review or "结果维持" in line
        parts = line.split("|")
        if len(parts) > 1:
            for index, part in enumerate(parts):
                blank = review and line == "|" and index == 0
                if blank or _FIGURE.fullmatch(part.strip()):
                    name = next(names)
                    assert _same(part.strip(), case.cells[name]), f"{name}: {part}"
                    text, cells[name] = _drawn(draw, part.strip(), case.cells[name])
                    parts[index] = f" {text} " if index else f"{text} " if text else ""
        lines.append("|".join(parts))
    assert next(names, None) is None, f"{case.path.name}: figures left over in gold"
    return "\n".join(lines).encode(), cells
