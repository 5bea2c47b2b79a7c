"""Which portals an update crawls: those that are followed, due, in their hours and in the share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.errors import CrawlerError
from crawler.portal import Portal, PortalSet, portal_from_toml
from crawler.updating import Shard, plan_update
from crawler.visits import Came, Visit

NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


def portal(name: str, more: str = "", *, status: str = "active", host: str = "h") -> Portal:
    text = (
        f'name = "x"\ndivision = "440300"\nlistings = ["http://{host}/{name}/"]\n'
        f'status = "{status}"\n{more}'
    )
    return portal_from_toml(name, text, name)


def portal_set(*portals: Portal, packaged: str = "") -> PortalSet:
    return PortalSet(
        portals={one.portal_id: one for one in portals},
        texts={one.portal_id: "" for one in portals},
        sources={
            one.portal_id: f"{'packaged ' if one.portal_id == packaged else ''}{one.portal_id}.toml"
            for one in portals
        },
    )


def visit(name: str, due: datetime, came: Came = Came.COMPLETE, at: datetime = NOW) -> Visit:
    return Visit(portal_id=name, visited_at=at, came=came, troubles=0, due=due, why="said")


def test_due_ones_the_longest_waiting_first() -> None:
    known = portal_set(*map(portal, "abcd"))
    visits = {
        "a": visit("a", NOW - HOUR),
        "b": visit("b", NOW - 2 * HOUR),
        "c": visit("c", NOW + HOUR),
    }
    plan = plan_update(known, visits, now=NOW)
    assert [(one.portal_id, due.why) for one, due in plan.due] == [
        ("d", "never crawled"),
        ("b", "said"),
        ("a", "said"),
    ]
    assert [one.portal_id for one, _ in plan.later] == ["c"]
    assert plan.line() == "3 of 4 portals are due; the next is c at 2026-07-01T04:00Z: said"


@pytest.mark.parametrize(
    ("status", "packaged", "is_followed"),
    [
        ("active", True, True),
        ("active", False, True),
        ("unverified", False, True),
        ("unverified", True, False),
        ("blocked", False, False),
        ("retired", False, False),
        ("moved", False, False),
    ],
)
def test_which_are_followed(status: str, packaged: bool, is_followed: bool) -> None:
    known = portal_set(portal("a", status=status), packaged="a" if packaged else "")
    assert plan_update(known, {}, now=NOW).followed == int(is_followed)


def test_a_schedule_wins_over_the_season_but_not_over_trouble() -> None:
    known = portal_set(portal("a", 'schedule = "0 12 * * *"\n'))
    late = NOW + 20 * 24 * HOUR
    plan = plan_update(known, {"a": visit("a", late, at=NOW - 22 * HOUR)}, now=NOW)
    ((_, due),) = plan.later
    assert due.due == NOW + HOUR, "12:00 of Shanghai is 4:00 UTC"
    failed = visit("a", late, Came.FAILED, at=NOW - 22 * HOUR)
    ((_, due),) = plan_update(known, {"a": failed}, now=NOW).later
    assert due.due == late


def test_outside_its_hours_it_waits() -> None:
    known = portal_set(portal("a", '[fetch]\nhours = "22-06"\nwhy = "asked by the office"\n'))
    ((_, due),) = plan_update(known, {}, now=NOW).later
    assert due.due == datetime(2026, 7, 1, 14, tzinfo=UTC)
    assert "outside its hours" in due.why
    assert len(plan_update(known, {}, now=due.due).due) == 1


def test_a_clock_that_was_wrong_puts_no_portal_off() -> None:
    far = NOW + timedelta(days=4000)
    plan = plan_update(portal_set(portal("a")), {"a": visit("a", far, at=far)}, now=NOW)
    assert len(plan.due) == 1


def test_shards_share_out_hosts() -> None:
    portals = [portal(f"p{n}", host=f"h{n // 2}") for n in range(200)]
    known = portal_set(*portals)
    shares = [
        {one.portal_id for one, _ in plan_update(known, {}, now=NOW, shard=Shard(k, 3)).due}
        for k in (1, 2, 3)
    ]
    assert set.union(*shares) == {one.portal_id for one in portals}
    assert sum(map(len, shares)) == 200
    assert all(40 < len(share) < 100 for share in shares)
    for n in range(0, 200, 2):
        assert len([1 for share in shares if {f"p{n}", f"p{n + 1}"} & share]) == 1


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1", "1/0", "a/b", "-1/3", "1/3/5"])
def test_a_bad_shard_is_refused(text: str) -> None:
    with pytest.raises(CrawlerError, match="K/N"):
        Shard.of(text)
