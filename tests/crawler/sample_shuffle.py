"""The sample portal's site with every body, year and count replaced, pages and gold alike.

Code that knows the five reports by heart reads these wrong. Places are real ones that stood
unchanged from 2005 to 2024; years move by a few; counts are multiplied by one factor a report, so
that sums and shares hold (and the source's own wrong sums stay wrong).
"""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SITE = REPOSITORY / "crawler" / "sample_portal" / "site"
SEEDS = REPOSITORY.parent / "shared" / "seeds"
COLUMN = "/zfxxgk/zfxxgknb/"


@dataclass(frozen=True)
class Place:
    """Names that go together (each replaces the one in the same position) and the code."""

    names: tuple[str, ...]
    division: str


@dataclass(frozen=True)
class Source:
    """One report of the site: its seed, page, encoding, and the places it may move to."""

    seed: str
    stem: str
    place: Place
    others: tuple[Place, ...]
    charset: str = "utf-8"
    shifts: tuple[int, ...] = (-1, 1, 2, 3)

    @property
    def path(self) -> str:
        return f"{COLUMN}{self.stem}.html"


SOURCES = (
    Source(
        seed="000_42c3f47b0cae06fe.txt",
        stem="201003/t20100315_100121",
        charset="gb18030",
        place=Place(("伊春", "黑龙江", "铁力"), "230700"),
        others=(
            Place(("黄冈", "湖北", "麻城"), "421100"),
            Place(("宜春", "江西", "丰城"), "360900"),
            Place(("衡阳", "湖南", "耒阳"), "430400"),
            Place(("渭南", "陕西", "韩城"), "610500"),
        ),
    ),
    Source(
        seed="001_4b7625570ef27f99.txt",
        stem="201103/t20110309_100236",
        place=Place(("杜集", "高岳"), "340602"),
        others=(
            Place(("吉州", "古南"), "360802"),
            Place(("零陵", "徐家井"), "431102"),
            Place(("涪城", "城厢"), "510703"),
            Place(("东昌府", "柳园"), "371502"),
        ),
    ),
    Source(
        seed="002_ee48f4fde292f35b.txt",
        stem="202003/t20200312_100417",
        place=Place(("靖宇", "白山", "吉林"), "220622"),
        others=(
            Place(("宁陕", "安康", "陕西"), "610923"),
            Place(("郧西", "十堰", "湖北"), "420322"),
            Place(("资溪", "抚州", "江西"), "361028"),
        ),
        shifts=(-1, 1, 2, 3, 4),
    ),
    Source(
        seed="003_bc599757aa1697fd.txt",
        stem="201503/t20150318_100352",
        place=Place(("雲城", "云城", "雲浮", "廣東"), "445302"),
        others=(
            Place(("武陵", "武陵", "常德", "湖南"), "430702"),
            Place(("涵江", "涵江", "莆田", "福建"), "350303"),
            Place(("漢台", "汉台", "漢中", "陝西"), "610702"),
        ),
    ),
    Source(
        seed="004_6c56c39d01f2e555.txt",
        stem="201303/t20130328_100298",
        place=Place(("瀘州", "泸州", "四川"), "510500"),
        others=(
            Place(("贛州", "赣州", "江西"), "360700"),
            Place(("岳陽", "岳阳", "湖南"), "430600"),
            Place(("綿陽", "绵阳", "四川"), "510700"),
        ),
    ),
)

_UNIT = "条|條|件|份|次|场|場|个(?!月|工作日)|個(?!月|工作日)|项|項|人|名|期|宗|元|冊|册|块|塊|篇"
_COUNT = rf"(?<![\d.\-—〔])\d+(?:\.\d+)?(?=\s?[多余餘]?[万萬亿億]?[多余餘]?(?:{_UNIT}))"
_YEAR = r"(?<!\d)20[0-2]\d(?!\d)"
_CELL = r'(?<=font-size:12pt">)[+-]?\d+(?=</span>)'
_HANZI = str.maketrans("0123456789", "0一二三四五六七八九")
_KEPT = frozenset({"form", "script", "admin_level", "division", "identity", "outcome"})
_RATES = frozenset({"prose_growth", "prose_share"})


@dataclass(frozen=True)
class Change:
    """What is done to one report: ``text`` changes any string of page, listing or gold."""

    source: Source
    place: Place
    shift: int
    factor: int
    pattern: re.Pattern[str] = field(init=False)
    names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        names = dict(zip(self.source.place.names, self.place.names, strict=True))
        for year in range(2000, 2025):
            names[self._hanzi(year)] = self._hanzi(year + self.shift)
        either = "|".join(map(re.escape, names))
        object.__setattr__(self, "names", names)
        pattern = f"(?P<name>{either})|(?P<cell>{_CELL})|(?P<count>{_COUNT})|(?P<year>{_YEAR})"
        object.__setattr__(self, "pattern", re.compile(pattern))

    @staticmethod
    def _hanzi(year: int) -> str:
        return f"{str(year).translate(_HANZI)}年"

    def text(self, text: str) -> str:
        return self.pattern.sub(self._changed, text)

    def _changed(self, match: re.Match[str]) -> str:
        if match["name"]:
            return self.names[match["name"]]
        if match["year"]:
            return str(int(match["year"]) + self.shift)
        return self.multiplied(match[0])

    def multiplied(self, number: str) -> str:
        value = f"{Decimal(number) * self.factor:f}"
        value = value.rstrip("0").rstrip(".") if "." in value else value
        return f"+{value}" if number.startswith("+") and value != "0" else value

    @property
    def stem(self) -> str:
        shifted: Callable[[re.Match[str]], str] = lambda year: str(int(year[0]) + self.shift)  # noqa: E731
        return re.sub(r"20\d\d(?=\d\d/)|(?<=t)20\d\d(?=\d{4}_)", shifted, self.source.stem)


def original_gold() -> dict[str, dict]:
    """The seeds' gold, each with ``path``: where the site serves the report."""
    gold = json.loads((SEEDS / "gold.json").read_text(encoding="utf-8"))
    return {source.seed: gold[source.seed] | {"path": source.path} for source in SOURCES}


def shuffled_site(seed: int, folder: Path) -> tuple[Path, dict[str, dict]]:
    """A shuffled copy of the site below ``folder``, and the gold that holds for it.

    The same seed gives the same site. Gold is in the form of gold.json, each entry with ``path``.
    """
    chance = random.Random(seed)
    site = folder / f"site-{seed}"
    shutil.copytree(SITE, site)
    gold = original_gold()
    for source in SOURCES:
        change = Change(
            source=source,
            place=chance.choice(source.others),
            shift=chance.choice(source.shifts),
            factor=chance.randint(2, 6),
        )
        _change_page(site, change)
        _change_listings(site, change)
        gold[source.seed] = _changed_gold(gold[source.seed], change)
    return site, gold


def _change_page(site: Path, change: Change) -> None:
    old = site / change.source.path.lstrip("/")
    new = site / f"{COLUMN}{change.stem}.html".lstrip("/")
    text = old.read_bytes().decode(change.source.charset)
    text = change.text(text).replace(change.source.stem, change.stem)
    old.unlink()
    new.parent.mkdir(parents=True, exist_ok=True)
    new.write_bytes(text.encode(change.source.charset))


def _change_listings(site: Path, change: Change) -> None:
    stem = re.escape(change.source.stem)
    row = re.compile(rf'<a href="[^"]*{stem}\.html"[^>]*>[^<]*</a><span>[\d-]+</span>')
    for name in ("index.html", "zfxxgk/zfxxgknb/index.html", "zfxxgk/zfxxgknb/index_1.html"):
        file = site / name
        text = row.sub(lambda match: change.text(match[0]), file.read_text(encoding="utf-8"))
        file.write_text(text.replace(change.source.stem, change.stem), encoding="utf-8")
    table = site / "responses.toml"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace(change.source.stem, change.stem), encoding="utf-8")


def _changed_gold(gold: dict, change: Change) -> dict:
    changed = {
        key: _changed_value(value, change) for key, value in gold.items() if key not in _KEPT
    }
    changed |= {key: gold[key] for key in _KEPT if key in gold}
    changed["report_year"] = gold["report_year"] + change.shift
    changed["division"] = change.place.division
    changed["path"] = f"{COLUMN}{change.stem}.html"
    cells = gold.get("cells", {})
    if cells:
        changed["cells"] = {
            name: None if value is None else value * change.factor for name, value in cells.items()
        }
    changed["figures"] = [_changed_figure(figure, change) for figure in gold["figures"]]
    changed["checks"] = [_changed_check(check, change) for check in gold.get("checks", [])]
    return changed


def _changed_value(value: object, change: Change) -> object:
    if isinstance(value, str):
        return change.text(value)
    if isinstance(value, list):
        return [_changed_value(member, change) for member in value]
    return value


def _changed_figure(figure: dict, change: Change) -> dict:
    texts = {key: _changed_value(value, change) for key, value in figure.items()}
    rate = figure["unit"] == "%"
    return texts | {"value": figure["value"] * (1 if rate else change.factor)}


def _changed_check(check: dict, change: Change) -> dict:
    place = re.sub(r"\d+", lambda number: change.multiplied(number[0]), check["place"])
    changed = check | {"place": place}
    if check["identity"] not in _RATES:
        for key in ("printed", "computed"):
            if key in check:
                changed[key] = check[key] * change.factor
    return changed
