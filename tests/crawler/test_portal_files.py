"""Portal files: what is accepted, and one refusal for each rule."""

from pathlib import Path

import pytest

from crawler.errors import InvalidPortal, UnknownPortal
from crawler.portal import (
    HourRange,
    Listing,
    PortalStatus,
    RobotsPolicy,
    TlsPolicy,
    YearRange,
    load_portals,
    portal_for_url,
    portal_from_toml,
)

SMALL = """name = "某市人民政府"
division = "440300"
listings = ["https://www.example.gov.cn/zfxxgk/zfxxgknb/"]
status = "active"
"""
FULL = """
name     = "某市人民政府"
division = "440300"
listings = ["https://www.example.gov.cn/nb/#2629",
            { url = "http://example.gov.cn:8080/s?a=1", method = "POST", body = "页=1" }]
status   = "active"
family   = "trs_static"
aliases  = ["old-id"]
schedule = "0 3 * * *"
[fetch]
delay = 5
concurrency = 2
budget = 2000
budget_bytes = 1000000
budget_minutes = 30
hours = "22-06"
robots = "ignore"
tls = "legacy"
cookies = true
why = "429 seen at one request a second, 2026-11"
[expect]
years = "2008.."
gaps = [2012]
"""


def read(text: str, portal_id: str = "some-city"):
    return portal_from_toml(portal_id, text, "data/portals/some-city.toml")


def refusal(text: str, portal_id: str = "some-city") -> str:
    with pytest.raises(InvalidPortal) as caught:
        read(text, portal_id)
    message = str(caught.value)
    assert "data/portals/some-city.toml" in message, "the file is not named"
    return message


def test_small_portal_has_polite_defaults():
    portal = read(SMALL)
    assert portal.listings == (Listing(url="https://www.example.gov.cn/zfxxgk/zfxxgknb/"),)
    assert portal.status is PortalStatus.ACTIVE
    assert (portal.fetch.delay, portal.fetch.concurrency) == (1.0, 1)
    assert portal.fetch.robots is RobotsPolicy.OBEY
    assert portal.fetch.tls is TlsPolicy.DEFAULT
    assert not portal.fetch.cookies
    assert (portal.family, portal.schedule, portal.fetch.budget) == (None, None, None)


def test_every_key_is_read():
    portal = read(FULL)
    assert portal.listings[0] == Listing(url="https://www.example.gov.cn/nb/", fragment="2629")
    assert portal.listings[1] == Listing(
        url="http://example.gov.cn:8080/s?a=1", method="POST", body="页=1".encode()
    )
    assert portal.family == "trs_static"
    assert portal.aliases == ("old-id",)
    assert portal.schedule == "0 3 * * *"
    fetch = portal.fetch
    assert (fetch.delay, fetch.concurrency, fetch.budget) == (5.0, 2, 2000)
    assert (fetch.budget_bytes, fetch.budget_minutes) == (1_000_000, 30)
    assert fetch.hours == HourRange(start=22, end=6)
    assert (fetch.robots, fetch.tls, fetch.cookies) == (RobotsPolicy.IGNORE, TlsPolicy.LEGACY, True)
    assert fetch.why == "429 seen at one request a second, 2026-11"
    assert portal.expect.years == YearRange(first=2008)
    assert portal.expect.gaps == (2012,)


def test_hours_may_pass_midnight():
    night = HourRange(start=22, end=6)
    assert [hour for hour in range(24) if night.allows(hour)] == [0, 1, 2, 3, 4, 5, 22, 23]
    assert [hour for hour in range(24) if HourRange(start=9, end=11).allows(hour)] == [9, 10]


def test_division_may_be_missing_only_while_unverified():
    bare = SMALL.replace('division = "440300"\n', "")
    assert read(bare.replace("active", "unverified")).division is None
    assert "division" in refusal(bare)
    assert "unverified" in refusal(bare)


@pytest.mark.parametrize(
    ("old", "new", "key", "allowed"),
    [
        ("name =", "nmae =", "nmae", "listings"),
        ('name = "某市人民政府"', "", "name", "string"),
        ('name = "某市人民政府"', "name = 3", "name", "string"),
        ('name = "某市人民政府"', 'name = "  "', "name", "blank"),
        ('name = "某市人民政府"', 'name = "a\\u001b[2Jb"', "name", "control"),
        ('"active"', '"alive"', "status", "retired"),
        ('status = "active"', "", "status", "unverified"),
        ('"440300"', "440300", "division", "string"),
        ('"440300"', '"44030"', "division", "six-digit"),
        ('"440300"', '"4403００"', "division", "six-digit"),
        ('["https://www.example.gov.cn/zfxxgk/zfxxgknb/"]', "[]", "listings", "at least one"),
        ('["https://www.example.gov.cn/zfxxgk/zfxxgknb/"]', '"https://a.cn/"', "listings", "array"),
        ('["https://www.example.gov.cn/zfxxgk/zfxxgknb/"]', "[5]", "listings[0]", "url"),
        (
            'zfxxgknb/"]',
            'zfxxgknb/", "https://www.example.gov.cn/zfxxgk/zfxxgknb/"]',
            "listings",
            "twice",
        ),
        ("https://", "ftp://", "listings[0].url", "https://"),
        ("https://", "file://", "listings[0].url", "https://"),
        ("https://www.example.gov.cn", "https://", "listings[0].url", "host"),
        ("https://www", "https://me:secret@www", "listings[0].url", "password"),
        ("/zfxxgk/", "/zf xxgk/", "listings[0].url", "blanks"),
        ("/zfxxgk/", "/zfxxgk/\\r\\nHost: a", "listings[0].url", "control"),
        ("/zfxxgk/", "/zfxxgk/\\u202e", "listings[0].url", "control"),
        ("example.gov.cn", "example.gov.cn:99999", "listings[0].url", "port"),
        ("example.gov.cn", "example.gov.cn:0", "listings[0].url", "port"),
        ("www.example.gov.cn", "政府.cn", "listings[0].url", "xn--"),
        ("www.example.gov.cn", "www..cn", "listings[0].url", "host name"),
        ("/zfxxgk/zfxxgknb/", "/a\\\\b", "listings[0].url", "backslash"),
    ],
)
def test_each_bad_value_is_refused_by_key(old, new, key, allowed):
    assert old in SMALL, "the case no longer changes the text"
    message = refusal(SMALL.replace(old, new, 1))
    assert f" {key}:" in message, "the key is not named"
    assert allowed in message, "what is allowed is not said"


@pytest.mark.parametrize(
    ("lines", "key", "allowed"),
    [
        ("family = 'TRS static'", "family", "trs_static"),
        ("aliases = ['Old Id']", "aliases", "portal id"),
        ("aliases = ['some-city']", "aliases", "own id"),
        ("aliases = ['a', 'a']", "aliases", "twice"),
        ("schedule = '@daily'", "schedule", "five fields"),
        ("schedule = '0 24 * * *'", "schedule", "hour"),
        ("schedule = '*/0 3 * * *'", "schedule", "minute"),
        ("schedule = '0 3 * * MON'", "schedule", "day of week"),
        ("fetch = 5", "fetch", "table"),
        ("[fetch]\nspeed = 1\nwhy = 'x'", "fetch.speed", "concurrency"),
        ("[fetch]\ndelay = 5.0", "fetch.why", "reason"),
        ("[fetch]\nrobots = 'ignore'", "fetch.why", "reason"),
        ("[fetch]\ntls = 'legacy'\nwhy = ' '", "fetch.why", "blank"),
        ("[fetch]\ndelay = -1\nwhy = 'x'", "fetch.delay", "3600"),
        ("[fetch]\ndelay = nan\nwhy = 'x'", "fetch.delay", "3600"),
        ("[fetch]\ndelay = true\nwhy = 'x'", "fetch.delay", "number"),
        ("[fetch]\nconcurrency = 0\nwhy = 'x'", "fetch.concurrency", "1 or more"),
        ("[fetch]\nconcurrency = 17\nwhy = 'x'", "fetch.concurrency", "16"),
        ("[fetch]\nbudget = 2.5\nwhy = 'x'", "fetch.budget", "whole number"),
        ("[fetch]\nbudget_bytes = 0\nwhy = 'x'", "fetch.budget_bytes", "1 or more"),
        ("[fetch]\nbudget_minutes = '5'\nwhy = 'x'", "fetch.budget_minutes", "whole number"),
        ("[fetch]\nhours = '22:00'\nwhy = 'x'", "fetch.hours", "22-06"),
        ("[fetch]\nhours = '25-06'\nwhy = 'x'", "fetch.hours", "24"),
        ("[fetch]\nhours = '06-06'\nwhy = 'x'", "fetch.hours", "differ"),
        ("[fetch]\nrobots = 'no'\nwhy = 'x'", "fetch.robots", "obey, ignore"),
        ("[fetch]\ntls = 'ssl3'\nwhy = 'x'", "fetch.tls", "default, legacy"),
        ("[fetch]\ncookies = 1\nwhy = 'x'", "fetch.cookies", "true or false"),
        ("[expect]\nyear = '2008..'", "expect.year", "years, gaps"),
        ("[expect]\nyears = 2008", "expect.years", "string"),
        ("[expect]\nyears = '2008-'", "expect.years", "2008.."),
        ("[expect]\nyears = '2020..2008'", "expect.years", "first to last"),
        ("[expect]\nyears = '1908..'", "expect.years", "2003"),
        ("[expect]\nyears = '2008..'\ngaps = [2007]", "expect.gaps", "expected"),
        ("[expect]\nyears = '2008..'\ngaps = ['2012']", "expect.gaps", "year"),
        ("[expect]\ngaps = [2012]", "expect.gaps", "expected"),
    ],
)
def test_each_bad_option_is_refused_by_key(lines, key, allowed):
    message = refusal(SMALL + lines)
    assert f" {key}:" in message, "the key is not named"
    assert allowed in message, "what is allowed is not said"


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ('{ url = "http://a.cn/", method = "PUT" }', "listings[0].method"),
        ('{ url = "http://a.cn/", body = "x" }', "listings[0].body"),
        ('{ url = "http://a.cn/", headers = "x" }', "listings[0].headers"),
        ('{ method = "POST" }', "listings[0].url"),
    ],
)
def test_bad_listing_tables_are_refused(value, key):
    text = SMALL.replace('"https://www.example.gov.cn/zfxxgk/zfxxgknb/"', value)
    assert f" {key}:" in refusal(text)


@pytest.mark.parametrize("portal_id", ["", "Some", "a_b", "-a", "a.b", "城市", "a/b", "a" * 101])
def test_bad_ids_are_refused(portal_id):
    assert "portal id" in refusal(SMALL, portal_id)


def test_broken_toml_names_file_and_line():
    assert "line 2" in refusal('name = "a"\ndivision = \n')


def test_nested_bomb_is_refused():
    refusal("a = " + "[" * 100_000)


def write(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name.replace('_', '-')}.toml").write_text(text, encoding="utf-8")
    return folder


def test_packaged_portals_hold_and_name_known_families():
    portals = load_portals(None)
    assert not portals.problems
    assert len(portals) >= 4
    sample = portals.get("demo")
    assert sample.portal_id == "sample", "the alias does not lead to the sample portal"
    assert sample.listings[0].url.startswith("http://127.0.0.77:8077/")
    for portal in portals:
        assert portal == portal_from_toml(portal.portal_id, portals.text(portal.portal_id), "again")


def test_users_file_wins_over_the_packaged_one(tmp_path):
    folder = write(tmp_path / "portals", sample=SMALL)
    portals = load_portals(folder)
    assert portals.get("sample").name == "某市人民政府"
    assert portals.text("sample") == SMALL, "the text is not verbatim"
    assert portals.sources["sample"] == str(folder / "sample.toml")


def test_a_bad_user_file_stops_only_itself(tmp_path):
    folder = write(tmp_path / "portals", bad="name = ", good_one=SMALL, sample="name = 1")
    (folder / "latin.toml").write_bytes('name = "某"'.encode("gb18030"))
    portals = load_portals(folder)
    assert portals.get("good-one").name == "某市人民政府"
    assert portals.get("mva").name == "退役军人事务部"
    assert {problem.portal_id for problem in portals.problems} == {"bad", "sample", "latin"}
    for name in ("bad", "sample", "latin"):
        with pytest.raises(InvalidPortal, match=f"{name}.toml"):
            portals.get(name)


def test_user_folder_may_be_missing(tmp_path):
    assert len(load_portals(tmp_path / "none")) == len(load_portals(None))


def test_unknown_portal_lists_near_names():
    with pytest.raises(UnknownPortal, match="wuhan-mzj"):
        load_portals(None).get("wuhan-mjz")
    with pytest.raises(UnknownPortal, match="portals list"):
        load_portals(None).get("zzzzzzzz")


def test_alias_leads_to_its_portal_and_never_hides_one(tmp_path):
    aliased = SMALL + 'aliases = ["old-id", "good", "both"]\n'
    also = SMALL + 'aliases = ["both"]\n'
    portals = load_portals(write(tmp_path / "p", new_id=aliased, good=SMALL, third=also))
    assert portals.get("old-id").portal_id == "new-id"
    assert portals.get("good").portal_id == "good"
    assert any("new-id, third" in problem.message for problem in portals.problems)
    with pytest.raises(InvalidPortal, match="claimed by"):
        portals.get("both")


def test_portal_for_a_bare_address():
    portal, text = portal_for_url("http://WWW.Example.gov.cn/zfxxgk/nb/index.html?a=1#2629")
    assert portal.portal_id.startswith("www-example-gov-cn-zfxxgk-nb-index-html-")
    assert portal.listings == (
        Listing(url="http://www.example.gov.cn/zfxxgk/nb/index.html?a=1", fragment="2629"),
    )
    assert (portal.status, portal.family, portal.division) == (PortalStatus.UNVERIFIED, None, None)
    assert portal_from_toml(portal.portal_id, text, "again") == portal
    same = portal_for_url("http://www.example.gov.cn/zfxxgk/nb/index.html?a=1#2629")[0]
    other = portal_for_url("http://www.example.gov.cn/zfxxgk/nb/index.html?a=2#2629")[0]
    assert same.portal_id == portal.portal_id, "the id depends on the spelling of the host"
    assert other.portal_id != portal.portal_id, "two addresses share an id"


@pytest.mark.parametrize(
    "url", ['http://a.cn/"]\nx = ["', "http://a.cn/\\", "javascript:alert(1)", "a.cn", "http://[1/"]
)
def test_hostile_addresses_make_no_portal(url):
    with pytest.raises(InvalidPortal, match="cannot be crawled"):
        portal_for_url(url)


def test_quotes_in_an_address_stay_inside_their_string():
    portal, text = portal_for_url('http://a.cn/x?q="]')
    assert portal_from_toml(portal.portal_id, text, "again").listings[0].url == 'http://a.cn/x?q="]'


def test_spider_loader_speaks_of_portals(tmp_path):
    from scrapy import Request
    from scrapy.settings import Settings

    from crawler.loader import PortalSpiderLoader

    write(tmp_path / "portals", some_city=SMALL)
    loader = PortalSpiderLoader.from_settings(Settings({"NIANBAO_DATA": str(tmp_path)}))
    assert "some-city" in loader.list()
    assert "sample" in loader.list()
    found = loader.find_by_request(Request("https://www.example.gov.cn/other"))
    assert found == ["some-city"]
    with pytest.raises(KeyError, match="some-city"):
        loader.load("some-cty")
    spider = loader.load("demo")
    assert (spider.name, spider.portal_ids) == ("sample", ("sample",))
