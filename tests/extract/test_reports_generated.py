"""Whole reports made with known values, in four eras: read right, and nothing invented."""

from __future__ import annotations

from evaluate_generated_reports import Scores, judge
from report_samples import report

REPORTS = 80


def test_generated_reports_are_read_and_nothing_is_invented() -> None:
    scores = Scores()
    for number in range(REPORTS):
        judge(number, scores)
    assert not scores.wrong
    assert not scores.short(), scores.missed[:20]
    assert scores.known["cells"] > 5_000
    assert scores.known["figures"] > 500


def test_the_generator_repeats_itself_and_varies() -> None:
    assert report(7).body == report(7).body
    made = [report(number) for number in range(40)]
    assert len({one.body for one in made}) == 40
    assert {one.era for one in made} == {"free", "appendix", "2019", "2021"}
    assert {one.media_type for one in made} == {"text/html", "text/plain"}
    assert len({deviation for one in made for deviation in one.deviations}) > 10


def test_what_is_not_read_is_seen() -> None:
    """A report whose counts were rewritten behind the generator's back is judged as wrong."""
    import evaluate_generated_reports as judging

    original = judging.report

    def tampered(number: int) -> object:
        made = original(number)
        made.body = made.body.replace("主动公开".encode(), "主动公开公开".encode())
        made.figures = [one for one in made.figures if one.measure != "requests_received"]
        return made

    scores = Scores()
    judging.report = tampered  # type: ignore[assignment]
    try:
        for number in range(24):
            judge(number, scores)
    finally:
        judging.report = original
    assert any("requests_received" in line for line in scores.wrong)
