"""RFC 9309 §2.2 and §5, and what sites get wrong in robots.txt."""

from __future__ import annotations

import gzip

import pytest

from crawler.robots_rules import (
    PARSED_BYTES,
    decode_body,
    normalise_path,
    parse_robots,
    product_token,
)

SITE = "https://www.example.gov.cn"


def allowed(robots: bytes | str, path: str, token: str = "nianbao") -> bool:
    octets = robots.encode("utf-8") if isinstance(robots, str) else robots
    return parse_robots(octets, token).allows(SITE + path)


def test_the_example_of_rfc_9309_section_5_1():
    robots = (
        "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n"
        "User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n"
        "User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n\n"
        "User-Agent: quxbot\n"
    )
    assert allowed(robots, "/example/allowed.gif", "foobot")
    assert not allowed(robots, "/publications/", "foobot"), "its own group holds, not that of *"
    assert not allowed(robots, "/example/page.html", "barbot")
    assert not allowed(robots, "/example/page.html", "bazbot")
    assert allowed(robots, "/example/allowed.gif", "bazbot"), "a named group replaces that of *"
    assert allowed(robots, "/anything/at.gif", "quxbot"), "an empty group allows all"
    assert not allowed(robots, "/a.gif", "nianbao")
    assert allowed(robots, "/a.gif?x", "nianbao"), "$ is the end of path and query"
    assert not allowed(robots, "/example/x", "nianbao")


@pytest.mark.parametrize(
    ("line", "applies"),
    [
        ("nianbao", True),
        ("NianBao", True),
        ("nianbao/2.1", True),
        ("nianbao-images", False),
        ("nian", False),
        ("nianbao2", False),
        ("xnianbao", False),
        ("*", True),
    ],
)
def test_product_token_is_compared_whole_and_without_case(line, applies):
    assert allowed(f"User-agent: {line}\nDisallow: /\n", "/x") is not applies


def test_groups_of_one_token_are_merged():
    robots = (
        "User-agent: nianbao\nDisallow: /a\n\nUser-agent: other\nDisallow: /\n\n"
        "User-agent: NIANBAO\nDisallow: /b\n"
    )
    assert not allowed(robots, "/a")
    assert not allowed(robots, "/b")
    assert allowed(robots, "/c")


def test_unknown_lines_do_not_end_a_group():
    robots = "User-agent: a\nSitemap: https://x/s.xml\nUser-agent: nianbao\nHost: x\nDisallow: /b\n"
    assert not allowed(robots, "/b")
    assert not allowed(robots, "/b", "a")


def test_rules_before_any_group_are_nobodys():
    assert allowed("Disallow: /\nUser-agent: other\nDisallow: /\n", "/x")


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ("Allow: /p\nDisallow: /", "/page", True),
        ("Disallow: /\nAllow: /p", "/page", True),
        ("Allow: /folder\nDisallow: /folder", "/folder/page", True),
        ("Allow: /page\nDisallow: /*.htm", "/page.htm", False),
        ("Allow: /$\nDisallow: /", "/", True),
        ("Allow: /$\nDisallow: /", "/page.htm", False),
        ("Disallow:", "/x", True),
        ("Disallow: /x # comment", "/x", False),
        ("Disallow : /x", "/x", False),
        ("DISALLOW:/x", "/x", False),
        ("Disallow: /a*b*c", "/a-b-c", False),
        ("Disallow: /a*b*c", "/a-c-b", True),
        ("Disallow: /*.php$", "/x.php?y", True),
        ("Disallow: /*.php$", "/x/y.php", False),
        ("Disallow: /a*a$", "/a", True),
        ("Disallow: /*/zfxxgk/", "/x/zfxxgk/1", False),
        ("Disallow: /fish*", "/fish.html", False),
        ("Disallow: /fish", "/Fish", True),
        ("Disallow: /", "/robots.txt", True),
        ("Disallow: /x?y=", "/x?y=1", False),
        ("Disallow: /$a", "/$a", False),
        ("Disallow: x", "/x", True),
    ],
)
def test_longest_match_wins_and_allow_wins_a_tie(rules, path, expected):
    assert allowed(f"User-agent: *\n{rules}\n", path) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        # RFC 9309 §2.2.2, the table of encodings
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz", True),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84", True),
        ("/foo/bar/%E3%83%84", "/foo/bar/ツ", True),
        ("/foo/bar/%e3%83%84", "/foo/bar/ツ", True),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz", True),
        # RFC 9309 §2.2.3: special characters meant literally
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html", True),
        ("/path/foo-%24", "/path/foo-$", True),
        ("/path/foo-%24", "/path/foo-", False),
        # a reserved character and its escape are not the same
        ("/a%2Fb", "/a/b", False),
        ("/a%2fb", "/a%2Fb", True),
    ],
)
def test_percent_encoding_is_normalised(pattern, path, matches):
    assert allowed(f"User-agent: *\nDisallow: {pattern}\n", path) is not matches


def test_normalising_twice_changes_nothing():
    for path in ("/ツ/%e3%83%84/%7e%2f %", "/%zz%4", "/a?b=[c]&d=%41"):
        once = normalise_path(path)
        assert normalise_path(once) == once


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_byte_order_mark_and_line_ends(end, bom):
    robots = bom + end.join([b"User-agent: *", b"Disallow: /x", b""])
    assert not allowed(robots, "/x")
    assert allowed(robots, "/y")


def test_vertical_tab_and_separators_are_no_line_ends():
    robots = "User-agent: *\nDisallow: /x\x0bAllow: /\u2028Allow: /\n"
    assert allowed(robots, "/y")
    assert parse_robots(robots.encode(), "nianbao").rules[0].allow is False
    assert len(parse_robots(robots.encode(), "nianbao").rules) == 1


def test_a_web_page_holds_no_rules():
    page = "\n <!DOCTYPE html><html><pre>\nUser-agent: *\nDisallow: /\n</pre></html>"
    assert allowed(page, "/x")


def test_other_charsets_do_no_harm():
    robots = "# 禁止\nUser-agent: *\nDisallow: /x\n".encode("gb18030")
    assert not allowed(robots, "/x")


def test_rules_up_to_500_kib_are_read_and_no_half_line_after():
    filler = b"# " + b"x" * 97 + b"\n"
    head = b"User-agent: *\n" + filler * (500 * 1024 // len(filler) - 2)
    assert len(head) < 500 * 1024
    assert not allowed(head + b"Disallow: /late\n", "/late")
    short = b"User-agent: *\n" + b"#" * (PARSED_BYTES - 14 - 1 - 12) + b"\n"
    cut_inside = short + b"Disallow: /ab/only-this-page\n"
    assert len(cut_inside) > PARSED_BYTES
    assert allowed(cut_inside, "/ab"), "a rule cut at the limit would forbid more than it says"


def test_hostile_asterisks_cost_no_exponential_time():
    robots = "User-agent: *\n" + ("Disallow: /" + "*a" * 200 + "b$\n") * 50
    assert allowed(robots, "/" + "a" * 2000)


def test_crawl_delay_is_the_longest_of_the_group_and_nonsense_is_none():
    assert parse_robots(b"User-agent: *\nCrawl-delay: 10\nCrawl-delay: 2\n", "x").crawl_delay == 10
    for bad in (b"-1", b"1e9", b"ten", b"nan", b"99999999999"):
        assert parse_robots(b"User-agent: *\nCrawl-delay: " + bad, "x").crawl_delay is None


@pytest.mark.parametrize(
    ("agent", "token"),
    [("nianbao/0.1 (+https://x)", "nianbao"), ("My_Bot-x 1", "My_Bot-x"), ("42", ""), ("", "")],
)
def test_product_token_of_a_user_agent(agent, token):
    assert product_token(agent) == token


def test_gzip_bodies_are_decoded_with_a_bound():
    assert decode_body(gzip.compress(b"Disallow: /x"), "gzip") == b"Disallow: /x"
    assert decode_body(b"Disallow: /x", None) == b"Disallow: /x"
    assert decode_body(b"Disallow: /x", "gzip") == b"Disallow: /x", "labelled, not coded"
    bomb = gzip.compress(b"\n" * 50_000_000)
    assert len(decode_body(bomb, "gzip")) == PARSED_BYTES + 1
