"""kill -9 at moments of a crawl: nothing is lost, half or double, and the keystone holds.

Eight moments of kill_evaluation.py, which takes any number: exact points that a random time seldom
hits, and one that is a time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from kill_evaluation import Evaluation
from kill_moments import Moment, Moments
from nianbao_process import Nianbao
from watched_site import edit, generated_site, watched

ROUNDS: tuple[tuple[dict[str, object], ...], ...] = (
    (
        {"do": "tear", "call": 4, "members": 0, "share": 0.5},
        {"do": "kill", "at": "archive.mend:_close_left_over", "call": 1, "when": "before"},
        {"do": "tear", "call": 6, "members": 1, "share": 0.0},
        {"do": "kill", "at": "archive.warc_file:WarcFile.write", "call": 6, "when": "after"},
    ),
    (
        {"do": "kill", "at": "extract.extraction_rows:put", "call": 1, "when": "after"},
        {"do": "kill", "at": "archive.ledger_keeping:Ledger.add", "call": 1, "when": "after"},
        {"do": "kill", "at": "archive.warc_file:finish_file", "call": 1, "when": "after"},
        {},
    ),
)
"""Half a record written; the next run dies while it mends that; a response without its request and
metadata; a record without its index row. Then a reading half stored; a file in the ledger and not
renamed; one renamed and nothing after it; and a time.
"""


class Chosen(Evaluation):
    """An evaluation whose moments are given."""

    def choose(self, faults: tuple[dict[str, object], ...]) -> None:
        """The moments of the next round."""
        self.given = [Moment(name="chosen", fault=fault, seconds=2.0) for fault in faults]

    def next_moment(self, name: str) -> Moment:
        return self.given.pop(0)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chosen]:
    nianbao = Nianbao(tmp_path_factory.mktemp("killed") / "data")
    site = generated_site(cities=2, years=7)
    chosen = random.Random(7)
    one = Chosen(nianbao, site, chosen, Moments(chosen), jobs=1)
    with watched(site, "127.0.3.13"):
        nianbao.configure("x", site.listing)
        for moments in ROUNDS:
            one.choose(moments)
            one.round("crawl", len(moments))
            edit(site, one.chosen, pages=2)
        one.round("crawl", 0)
        yield one


def test_nothing_is_lost_half_or_double(killed: Chosen) -> None:
    assert killed.kills >= 5, "the moments are never reached: choose others"
    assert killed.faults == []


@pytest.mark.parametrize("command", ["extract", "rebuild", "from-archive"])
def test_the_keystone_holds(killed: Chosen, command: str) -> None:
    before = list(killed.faults)
    killed.keystone(command)
    assert killed.faults == before
