"""The pace of hosts: one host whatever its spelling, the strictest portal, back-off and memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.database import open_database
from crawler.frontier import frontier_migrations
from crawler.host_store import StoredHosts
from crawler.hosts import (
    BLOCKED_REST,
    BLOCKS_BORNE,
    CRAWL_DELAY_CAP,
    FIRST_REST,
    LEVEL_OF_REST,
    LONGEST_REST,
    PATIENCE,
    HostPaces,
    HostPolicy,
    HostResting,
    host_key,
    policies_of,
)
from crawler.portal import portal_from_toml
from crawler.robots import RobotsEntry, RobotsOutcome
from crawler.robots_rules import parse_robots

URL = "http://www.example.gov.cn/x"


class Time:
    """Both clocks of a run; ``pass_by`` moves them together."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.moment = datetime.now(UTC).replace(microsecond=0)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        self.moment += timedelta(seconds=seconds)

    def paces(self, store: StoredHosts | None = None) -> HostPaces:
        return HostPaces(store=store, clock=lambda: self.seconds, now=lambda: self.moment)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.example.gov.cn/x", "www.example.gov.cn"),
        ("https://WWW.Example.Gov.CN.:8443/", "www.example.gov.cn"),
        ("http://u:p@www.example.gov.cn/", "www.example.gov.cn"),
        ("http://政府.中国/", "xn--mxtq1m.xn--fiqs8s"),
        ("http://127.0.0.1:81/", "127.0.0.1"),
        ("http://127.1/", "127.0.0.1"),
        ("http://0x7f.1/", "127.0.0.1"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://[::ffff:127.0.0.1]/", "127.0.0.1"),
        ("http://[2001:DB8:0::1]:80/", "2001:db8::1"),
        ("http://12345.gov.cn/", "12345.gov.cn"),
        ("http://" + "a" * 70 + ".cn/", "a" * 70 + ".cn"),
        ("about:blank", ""),
    ],
)
def test_one_host_is_one_host(url, key):
    assert host_key(url) == key


def portal(name: str, url: str, delay: float, concurrency: int):
    text = f'''name = "x"
listings = ["{url}"]
status = "unverified"
[fetch]
delay = {delay}
concurrency = {concurrency}
why = "test"
'''
    return portal_from_toml(name, text, "test")


def test_of_portals_on_one_host_the_strictest_holds():
    shared = [
        portal("a", "https://www.example.gov.cn/a/", 0.5, 1),
        portal("b", "http://WWW.EXAMPLE.gov.cn:8080/b/", 2.0, 4),
    ]
    alone = portal("c", "https://www.other.gov.cn/", 0.2, 3)
    for order in (shared, shared[::-1]):
        assert policies_of([*order, alone]) == {
            "www.example.gov.cn": HostPolicy(delay=2.0, concurrency=1),
            "www.other.gov.cn": HostPolicy(delay=0.2, concurrency=3),
        }


@pytest.mark.parametrize(
    ("now", "asked", "then"),
    [(1.0, 10.0, 10.0), (5.0, 2.0, 5.0), (1.0, 86400.0, CRAWL_DELAY_CAP)],
)
def test_a_crawl_delay_only_slows_down_and_says_so(now, asked, then, caplog):
    pace = HostPaces(default=HostPolicy(delay=now)).of(URL)
    pace.slow_down(asked)
    pace.slow_down(asked)
    assert pace.delay == then
    assert len(caplog.messages) == (then != now), "once, and only when it changes something"


def test_overloads_hold_a_host_for_twice_as_long_each_until_it_recovers():
    time = Time()
    paces = time.paces()
    pace, held = paces.of(URL), []
    for _ in range(4):
        paces.overloaded(pace, "429")
        held.append(pace.ready_at() - time.seconds)
        time.pass_by(held[-1])
    assert held == [1.0, 2.0, 4.0, 8.0]
    paces.recovered(pace)
    paces.overloaded(pace, "429")
    assert pace.ready_at() - time.seconds == 1.0


def test_what_the_server_asks_for_goes_before_the_own_measure():
    time = Time()
    paces = time.paces()
    paces.overloaded(paces.of(URL), "503", asked=PATIENCE)
    assert paces.of(URL).ready_at() - time.seconds == PATIENCE
    paces.check_awake(paces.of(URL))
    paces.overloaded(paces.of(URL), "503", asked=PATIENCE + 1)
    with pytest.raises(HostResting, match="503"):
        paces.check_awake(paces.of(URL))
    time.pass_by(PATIENCE + 1)
    paces.check_awake(paces.of(URL))


def test_one_address_that_fails_again_and_again_is_no_trouble_of_the_host():
    paces = Time().paces()
    for _ in range(20):
        paces.unreached(paces.of(URL), URL, "timeout")
    assert paces.of(URL).level == 0


def test_a_host_that_is_gone_is_left_alone_for_longer_and_longer():
    time = Time()
    paces = time.paces()
    pace, rests = paces.of(URL), []
    for number in range(200):
        paces.unreached(pace, f"{URL}{number}", "timeout")
        if pace.rest_until and pace.rest_until > time.moment:
            rests.append(pace.rest_until - time.moment)
            time.pass_by(rests[-1].total_seconds())
    assert rests[:3] == [FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST]
    assert rests[-1] == LONGEST_REST


def test_the_next_run_knows_what_the_last_one_learned(tmp_path):
    time, store = Time(), StoredHosts(tmp_path / "state.db")
    first = time.paces(store)
    for _ in range(LEVEL_OF_REST):
        first.overloaded(first.of(URL), "429")
    store.close()
    store = StoredHosts(tmp_path / "state.db")
    time.pass_by(60)
    second = time.paces(store)
    until = time.moment - timedelta(seconds=60) + FIRST_REST
    with pytest.raises(HostResting, match=f"until {until:%Y-%m-%d %H:%M:%S} UTC .*429"):
        second.check_awake(second.of(URL.upper().replace("HTTP", "http")))
    asked_now = HostPaces(store=store, wakes=True, now=lambda: time.moment)
    asked_now.check_awake(asked_now.of(URL))  # a person asks: it is not left to rest
    time.pass_by(FIRST_REST.total_seconds())
    third = time.paces(store)
    third.check_awake(third.of(URL))
    third.overloaded(third.of(URL), "429")
    assert third.of(URL).ready_at() - time.seconds == 16.0, "it goes on at half of what it was"
    third.recovered(third.of(URL))
    assert store.find_trouble("www.example.gov.cn") is None
    store.close()


def test_a_short_wait_is_remembered_as_a_wait(tmp_path):
    time, store = Time(), StoredHosts(tmp_path / "state.db")
    time.paces(store).hold(time.paces(store).of(URL), 100.0, "503")
    time.pass_by(30)
    pace = time.paces(store).of(URL)
    assert pace.ready_at() - time.seconds == 70.0
    store.close()


def test_state_db_is_shared_with_the_frontier_whoever_opens_it_first(tmp_path):
    for name, opened in (("a.db", (0, 1)), ("b.db", (1, 0))):
        openers = (
            lambda path: StoredHosts(path).close(),
            lambda path: open_database(path, frontier_migrations).close(),
        )
        for which in (*opened, *opened):
            openers[which](tmp_path / name)
        store = StoredHosts(tmp_path / name)
        assert {"hosts", "robots"} < set(store.db.table_names()), name
        store.close()


def test_robots_txt_is_remembered_from_run_to_run_unless_it_could_not_be_had(tmp_path):
    now = datetime.now(UTC)
    rules = parse_robots(b"User-agent: *\nDisallow: /x*y$\nAllow: /x\nCrawl-delay: 3\n", "nianbao")
    known = RobotsEntry(outcome=RobotsOutcome.RULES, asked_at=now, why="status 200", rules=rules)
    old = RobotsEntry(
        outcome=RobotsOutcome.UNAVAILABLE, asked_at=now - timedelta(hours=25), why="status 404"
    )
    down = RobotsEntry(outcome=RobotsOutcome.UNREACHABLE, asked_at=now, why="status 500")
    store = StoredHosts(tmp_path / "state.db")
    for origin, entry in (("http://a", known), ("http://b", old), ("http://c", down)):
        store.put(origin, entry)
        assert store.get(origin) == entry
    store.close()
    store = StoredHosts(tmp_path / "state.db")
    assert store.get("http://a") == known
    assert rules.crawl_delay == 3.0
    assert not store.get("http://a").rules.allows("http://a/x1y")
    assert store.get("http://b") is None, "older than a day"
    assert store.get("http://c") is None, "asked again by the next run"
    store.close()


def test_hosts_without_trouble_are_forgotten_when_there_are_many(monkeypatch):
    monkeypatch.setattr("crawler.hosts.HOSTS", 3)
    time = Time()
    paces = time.paces()
    paces.overloaded(paces.of("http://bad.cn/"), "429", asked=200.0)
    for number in range(10):
        paces.of(f"http://{number}.cn/")
    assert paces.of("http://bad.cn/").ready_at() - time.seconds == 200.0
    assert len(paces._paces) <= 4


def test_a_rest_noted_by_a_clock_that_was_ahead_is_over(tmp_path: Path) -> None:
    """No rest is longer than a day: one that ends in a year is of a clock that was wrong."""
    time, store = Time(), StoredHosts(tmp_path / "state.db")
    for _ in range(2):
        paces = time.paces(store)
        paces.hold(paces.of(URL), PATIENCE + 1, "429")
        with pytest.raises(HostResting):
            time.paces(store).check_awake(time.paces(store).of(URL))
        time.pass_by(-365 * 86400)
        later = time.paces(store)
        later.check_awake(later.of(URL))
    store.close()


def test_a_host_that_blocks_rests_for_a_week(tmp_path: Path) -> None:
    time, store = Time(), StoredHosts(tmp_path / "state.db")
    paces = time.paces(store)
    pace = paces.of(URL)
    for number in range(BLOCKS_BORNE):
        paces.check_awake(pace)
        paces.blocked(pace, f"{URL}{number}", "captcha")
        paces.blocked(pace, f"{URL}{number}", "captcha")  # a retry says nothing new
        time.pass_by(60)
    with pytest.raises(HostResting, match="captcha"):
        paces.check_awake(pace)
    time.pass_by(BLOCKED_REST.total_seconds() - 3600)
    later = time.paces(store)
    with pytest.raises(HostResting, match="captcha"):
        later.check_awake(later.of(URL))
    time.pass_by(3700)
    after = time.paces(store)
    after.check_awake(after.of(URL))


def test_one_block_holds_a_run_back_and_rests_the_next_unless_a_good_page_came(
    tmp_path: Path,
) -> None:
    time, store = Time(), StoredHosts(tmp_path / "state.db")
    paces = time.paces(store)
    pace = paces.of(URL)
    paces.blocked(pace, URL, "captcha")
    paces.check_awake(pace)
    assert paces.seconds_held(URL) == 1
    paces.recovered(pace)  # an answer, which may be a block as well
    with pytest.raises(HostResting):
        (other := time.paces(store)).check_awake(other.of(URL))
    paces.unblocked(pace)
    (other := time.paces(store)).check_awake(other.of(URL))
