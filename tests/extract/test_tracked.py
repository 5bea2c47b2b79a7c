"""A text that is rewritten remembers what each of its characters stands for: against a list that
says it character by character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extract.document import Span
from extract.tracked import TrackedText

Edits = list[tuple[int, int, str]]


@st.composite
def rewritings(draw: st.DrawFn) -> tuple[int, list[Edits]]:
    """A text's length, and edits that fit, or none."""
    length = rest = draw(st.integers(0, 30))
    rounds: list[Edits] = []
    for _ in range(draw(st.integers(0, 1))):
        edits, at, change = [], 0, 0
        while at < rest and draw(st.booleans()):
            start = draw(st.integers(at, rest - 1))
            end = draw(st.integers(start + 1, min(rest, start + 4)))
            edits.append((start, end, "x" * draw(st.integers(0, 5))))
            change += len(edits[-1][2]) - (end - start)
            at = end
        rest += change
        rounds.append(edits)
    return length, rounds


@given(rewritings())
def test_each_character_leads_to_what_it_stands_for(given: tuple[int, list[Edits]]) -> None:
    length, rounds = given
    tracked = TrackedText("a" * length)
    origins = [(place, place + 1) for place in range(length)]
    for edits in rounds:
        tracked.apply(edits)
        for start, end, new in reversed(edits):
            if len(new) != end - start:
                origins[start:end] = [(origins[start][0], origins[end - 1][1])] * len(new)
    assert len(tracked.text) == len(origins)
    alignment = tracked.alignment()
    for place, (start, end) in enumerate(origins):
        found = alignment.to_original(Span(place, place + 1))
        assert found.start <= start < end <= found.end <= length, (place, found)
    untouched = all(len(new) == end - start for edits in rounds for start, end, new in edits)
    if untouched:
        assert all(
            alignment.to_original(Span(place, place + 1)) == Span(place, place + 1)
            for place in range(length)
        )
