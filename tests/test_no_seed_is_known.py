"""The program knows no seed: none of their names, bodies or figures stands in its code or data."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from extract.document import Script
from extract.script import normalise

ROOT = Path(__file__).resolve().parents[1]
DATA_OF_ALL_DIVISIONS = "divisions.tsv.gz"
SEEDS = json.loads((ROOT.parent / "shared/seeds/gold.json").read_text(encoding="utf-8"))
FILES = sorted(
    path
    for package in ("archive", "extract", "crawler")
    for path in (ROOT / package).rglob("*")
    if path.is_file()
    and "sample_portal" not in path.parts
    and "__pycache__" not in path.parts
    and path.name != DATA_OF_ALL_DIVISIONS
)
SUFFIX = re.compile(r"(人民政府|街道办事处|政务公开领导小组办公室|及其办公室|[市县区])")


def names(gold: dict[str, object]) -> set[str]:
    """Body and place names of a seed, long and short, in both scripts."""
    found = {str(gold[key]) for key in ("title", "issuing_body", "reporting_for")}
    for whole in list(found):
        found |= {part for part in SUFFIX.split(whole) if is_name(part)}
    return found | {normalise(name, Script.HANT)[0] for name in found}


def is_name(part: str) -> bool:
    return 2 <= len(part) <= 4 and not SUFFIX.fullmatch(part) and not re.search(r"\d", part)


def numbers(gold: dict[str, object]) -> set[str]:
    """Figures of a seed with four digits or more, years aside: shorter ones stand anywhere."""
    found = {str(figure["value"]) for figure in gold["figures"]}  # type: ignore[index, attr-defined]
    return {n for n in found if len(n) >= 4 and not re.fullmatch(r"(19|20)\d\d", n)}


@pytest.mark.parametrize("seed", sorted(SEEDS))
def test_no_seed_is_known(seed: str) -> None:
    gold = SEEDS[seed]
    telling = names(gold) | numbers(gold) | {figure["quote"] for figure in gold["figures"]}
    assert len(telling) >= 8
    for path in FILES:
        text = path.read_bytes().decode("utf-8", "ignore")
        for term in telling:
            if term.isdigit():
                assert not re.search(rf"(?<!\d){term}(?!\d)", text), f"{path}: {term}"
            else:
                assert term not in text, f"{path}: {term}"
