"""Coverage: what is claimed of a body and a year, on rows put in by hand."""

from __future__ import annotations

from extract.coverage import OF_THE_BODY, CoverageState


def test_three_states_are_the_bodys_doing() -> None:
    assert {state.value for state in OF_THE_BODY} == {"found", "not_listed", "removed"}
    assert len(CoverageState) == 7
