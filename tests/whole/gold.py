"""Judges exported reports by gold values, field by field. Used for seeds and shuffled seeds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

FIELDS = (
    "report_year",
    "issuing_body",
    "reporting_for",
    "division",
    "admin_level",
    "signed_on",
    "script",
)


def faults(report: dict[str, Any], gold: dict[str, Any]) -> Iterator[str]:
    """Every way in which a report is not what gold says; nothing when it is right."""
    title = gold["title"]
    for field in FIELDS:
        if gold.get(field) is not None and report[field] != gold[field]:
            yield f"{title}: {field} is {report[field]!r}, gold {gold[field]!r}"
    for figure in gold["figures"]:
        if not has_figure(report, figure):
            found = [f for f in report["figures"] if f["measure"] == figure["measure"]]
            yield f"{title}: no figure {figure}; read {found}"
    yield from wrong_cells(report, gold)
    squeezed = squeeze(report["text"])
    for line in gold["chrome"]:
        if line in report["text"].splitlines() or squeeze(line) in squeezed:
            yield f"{title}: chrome in the text: {line!r}"
    for term in (*gold.get("normalised_must_contain", ()), *gold.get("archives_kept", ())):
        if term not in report["text"]:
            yield f"{title}: {term!r} is not in the normalised text"
    for term in gold.get("normalised_must_not_contain", ()):
        if term in report["text"].replace("各级档案馆", ""):
            yield f"{title}: {term!r} is in the normalised text"


def wrong_cells(report: dict[str, Any], gold: dict[str, Any]) -> Iterator[str]:
    """Every cell of gold that is missing or has another value; a blank one is None."""
    cells = {name: cell["value"] for name, cell in report["cells"].items()}
    for name, value in gold.get("cells", {}).items():
        if name not in cells or cells[name] != value:
            yield f"{gold['title']}: cell {name} is {cells.get(name, 'missing')!r}, not {value!r}"


def has_figure(report: dict[str, Any], gold: dict[str, Any]) -> bool:
    """Measure and value agree, and the quotes overlap; what gold also says must agree."""
    return any(
        figure["measure"] == gold["measure"]
        and figure["value"] == gold["value"]
        and figure["negated"] == gold.get("negated", False)
        and figure["qualifier"] == gold.get("qualifier")
        and figure["scope"] == gold.get("scope")
        and overlap(figure["quote"], gold["quote"])
        for figure in report["figures"]
    )


def overlap(one: str, other: str) -> bool:
    """Whether two quotes of one text share six characters in a row, or one holds the other."""
    one, other = squeeze(one), squeeze(other)
    if one in other or other in one:
        return True
    length = min(6, len(one), len(other))
    return any(one[i : i + length] in other for i in range(len(one) - length + 1))


def squeeze(text: str) -> str:
    """A text without white space."""
    return re.sub(r"\s+", "", text)
