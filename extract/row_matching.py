"""Which row of a form a row of a table is: by its label and by its position, both must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from extract.forms import FormRow
from extract.table_rows import TableRow, label_key

NEAR = 0.5
"""Likeness from which a damaged label may be a form's, if its position leaves nothing else."""
CLOSE = 0.72
"""Likeness from which a damaged label is a form's where its position leaves several."""
MARGIN = 0.15
"""How much the second best likeness must be lower."""
ROWS_LIMIT = 400
"""Rows of a table that are compared; the largest form has 60."""
_PIECES = 4


@dataclass(frozen=True, slots=True)
class Matching:
    """``rows`` pairs rows of the table with rows of the form; ``unplaced`` are the rows between
    them that hold values and are no row of the form, ``doubtful`` the form rows that may stand
    among these."""

    rows: tuple[tuple[TableRow, FormRow], ...]
    unplaced: tuple[TableRow, ...]
    doubtful: tuple[FormRow, ...]


def keys_of(row: TableRow) -> tuple[str, ...]:
    """The keys that a row's labels may give: the last, and it with those before, split labels."""
    labels = row.labels[-_PIECES:]
    keys = (label_key("".join(labels[first:])) for first in range(len(labels) - 1, -1, -1))
    return tuple(dict.fromkeys(key for key in keys if key))


@lru_cache(maxsize=8192)
def likeness(one: str, other: str) -> float:
    """1 less the edit distance by the longer label's length; 0 where they share too little."""
    longer = max(len(one), len(other))
    if not longer or abs(len(one) - len(other)) > longer * (1 - NEAR):
        return 0.0
    shared = (Counter(one) & Counter(other)).total()
    if shared < longer * NEAR:
        return 0.0
    return 1 - _distance(one, other) / longer


def _distance(one: str, other: str) -> int:
    previous = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        current = [row]
        for column, right in enumerate(other, 1):
            current.append(
                min(
                    previous[column] + 1,
                    current[column - 1] + 1,
                    previous[column - 1] + (left != right),
                )
            )
        previous = current
    return previous[-1]


def match_rows(rows: Sequence[TableRow], form: Sequence[FormRow]) -> Matching:
    """Pairs rows with the rows of a form, whose order they keep."""
    rows = [row for row in rows[:ROWS_LIMIT] if row.values and row.labels]
    scores = [_scores(row, form) for row in rows]
    anchors = _anchors(scores, form)
    pairs: dict[int, int] = {}
    ends = [(-1, -1), *anchors, (len(rows), len(form))]
    for (row_before, form_before), (row_after, form_after) in pairwise(ends):
        if row_before >= 0:
            pairs[row_before] = form_before
        pairs |= _between(
            scores, range(row_before + 1, row_after), range(form_before + 1, form_after)
        )
    return _matching(rows, form, pairs)


def _matching(rows: Sequence[TableRow], form: Sequence[FormRow], pairs: dict[int, int]) -> Matching:
    first, last = min(pairs, default=0), max(pairs, default=-1)
    unplaced = tuple(
        row for index, row in enumerate(rows) if first < index < last and index not in pairs
    )
    taken = set(pairs.values())
    return Matching(
        tuple((rows[index], form[pairs[index]]) for index in sorted(pairs)),
        unplaced,
        tuple(row for index, row in enumerate(form) if index not in taken) if pairs else (),
    )


def _scores(row: TableRow, form: Sequence[FormRow]) -> list[float]:
    keys = keys_of(row)
    # a longer run of labels only counts where the last alone is no row of the form
    for key in keys:
        exact = [float(key in one.keys) for one in form]
        if any(exact):
            return exact
    return [max((likeness(k, one) for k in keys for one in f.keys), default=0.0) for f in form]


def _anchors(scores: list[list[float]], form: Sequence[FormRow]) -> list[tuple[int, int]]:
    """The longest ascending run of rows whose label is exactly one row's of the form."""
    sure = [
        (index, score.index(1.0)) for index, score in enumerate(scores) if score.count(1.0) == 1
    ]
    # a label that stands twice is no anchor: which of the two is meant cannot be told
    counts = Counter(place for _, place in sure)
    sure = [(index, place) for index, place in sure if counts[place] == 1]
    best: list[list[tuple[int, int]]] = []
    for index, place in sure:
        before = [run for run in best if run[-1][1] < place]
        longest: list[tuple[int, int]] = max(before, key=len, default=[])
        best.append([*longest, (index, place)])
    return max(best, key=len, default=[])


def _between(scores: list[list[float]], rows: range, places: range) -> dict[int, int]:
    """Pairs of the rows between two anchors: those that position and label both allow."""
    if len(rows) == len(places):
        forced = dict(zip(rows, places, strict=True))
        if all(scores[row][place] >= NEAR for row, place in forced.items()):
            return forced
    pairs: dict[int, int] = {}
    for row in rows:
        ranked = sorted(((scores[row][place], place) for place in places), reverse=True)
        if not ranked or ranked[0][0] < CLOSE:
            continue
        if len(ranked) == 1 or ranked[1][0] <= ranked[0][0] - MARGIN:
            pairs[row] = ranked[0][1]
    counts = Counter(pairs.values())
    kept = {row: place for row, place in pairs.items() if counts[place] == 1}
    in_order = list(kept.values()) == sorted(kept.values())
    return kept if in_order else {}
