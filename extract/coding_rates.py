"""Error rates of a coded sheet by variable and form, weighted by strata, with intervals.

A sample has equal shares of forms and at least one report of each level, so that its strata (form
and level) are drawn at different rates. A rate over several strata therefore weights each by its
lines in the corpus: the stratum's reports, times the lines that a report drawn of it has. The
interval is that of extract.stratified: Wilson's of one stratum. A sheet that does not say how many
reports its strata have gets the rate of its lines, unweighted, with Wilson's interval of them.
Lines of one report count as independent: where its errors go together, the interval over all
variables is too narrow.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from extract.coding_sample import Stratum
from extract.coding_score import Drawing, Scored, Verdict
from extract.panel_columns import panel_variables
from extract.stratified import Sampled, interval, share

ALL = "all"
"""In the place of a variable or form: all of them."""

WEIGHTED = (
    "Rates are weighted by the reports of each form and level in the corpus. Intervals of 95 %: "
    "score interval of a weighted sum of shares (Martín Andrés et al. 2012, S0), Wilson's of one "
    "form and level. Lines of one report count as independent."
)
UNWEIGHTED = (
    "Rates are unweighted, of the lines coded: the sheet does not say how many reports the corpus "
    "has of each form and level. Intervals of 95 %: Wilson's. Lines of one report count as "
    "independent."
)


@dataclass(slots=True)
class _Lines:
    """Lines of one stratum on the sheet, those scored of them, and the errors of these."""

    drawing: Drawing | None
    lines: int = 0
    scored: int = 0
    errors: int = 0

    def take(self, one: Scored) -> None:
        """Counts a line of the sheet."""
        self.lines += 1
        if isinstance(one.outcome, Verdict):
            self.scored += 1
            self.errors += one.outcome is not Verdict.RIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Errors of so many lines, at least one; ``share`` and ``interval``, weighted if the sheet
    says how. ``left_out`` counts strata of which the sheet has lines, and none is scored: the rate
    does not speak of them.
    """

    variable: str
    form: str
    errors: int
    lines: int
    share: float
    interval: tuple[float, float]
    left_out: int


def is_weighted(scored: Sequence[Scored]) -> bool:
    """Whether the sheet says how many reports its strata have."""
    return any(one.drawing is not None for one in scored)


def rates(scored: Sequence[Scored]) -> Iterator[Rate]:
    """By variable and form; ``all`` for all forms of a variable, last all variables of a form."""
    rows: dict[tuple[str, str], dict[Stratum, _Lines]] = defaultdict(dict)
    for one in scored:
        for variable in (one.variable, ALL):
            for form in (one.stratum[0], ALL):
                strata = rows[variable, form]
                strata.setdefault(one.stratum, _Lines(one.drawing)).take(one)
    order = {variable.name: place for place, variable in enumerate(panel_variables())}
    for key in sorted(rows, key=lambda k: (order.get(k[0], len(order)), k[1] == ALL, k[1])):
        if any(lines.scored for lines in rows[key].values()):
            yield _rate(*key, list(rows[key].values()))


def _rate(variable: str, form: str, strata: Sequence[_Lines]) -> Rate:
    told = [one for one in strata if one.scored]
    errors, lines = sum(one.errors for one in told), sum(one.scored for one in told)
    sampled = [
        Sampled(one.errors, one.scored, one.drawing.reports * one.lines / one.drawing.drawn)
        for one in told
        if one.drawing is not None
    ] or [Sampled(errors, lines, 1)]
    return Rate(
        variable=variable,
        form=form,
        errors=errors,
        lines=lines,
        share=share(sampled),
        interval=interval(sampled),
        left_out=len(strata) - len(told),
    )


def score_json(scored: Sequence[Scored]) -> dict[str, Any]:
    """The whole result: counts of outcomes, rates, and each error."""
    return {
        "lines": len(scored),
        "outcomes": dict(sorted(Counter(str(one.outcome) for one in scored).items())),
        "is_weighted": is_weighted(scored),
        "method": WEIGHTED if is_weighted(scored) else UNWEIGHTED,
        "rates": [
            {
                "variable": rate.variable,
                "form": rate.form,
                "errors": rate.errors,
                "lines": rate.lines,
                "rate": round(rate.share, 6),
                "interval_95": [round(end, 6) for end in rate.interval],
                "strata_left_out": rate.left_out,
            }
            for rate in rates(scored)
        ],
        "errors": [
            {
                "line": one.line,
                "report_id": one.report_id,
                "variable": one.variable,
                "kind": str(one.outcome),
                "coded": one.coded,
                "ours": one.ours,
                "status": one.status,
            }
            for one in scored
            if isinstance(one.outcome, Verdict) and one.outcome is not Verdict.RIGHT
        ],
    }
