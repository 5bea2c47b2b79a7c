from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from surt import surt

from archive.urlkey import _PLAIN, url_key


def oracle(url: str) -> str:
    """As cdxj-indexer calls it."""
    try:
        return str(surt(url))
    except Exception:  # noqa: BLE001
        return url


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.example.gov.cn/", "cn,gov,example)/"),
        ("https://www2.Example.gov.cn:443/A/../B//c/./", "cn,gov,example)/b/c"),
        ("http://example.cn:8080/x?b=2&a=1&a", "cn,example:8080)/x?a&a=1&b=2"),
        ("http://example.cn/x?", "cn,example)/x"),
        ("http://u:p@example.cn/%E5%B9%B4", "cn,example)/%e5%b9%b4"),
        ("http://政府.cn/", "cn,xn--mxtq1m)/"),
        ("http://192.0.2.7/", "7,2,0,192)/"),
        (f"http://e.cn/?jsessionid={'a1' * 16}&x=1", "cn,e)/?x=1"),
        (f"http://e.cn/(S({'a' * 24}))/p.aspx", "cn,e)/p.aspx"),
        ("http://e.cn:port/", "http://e.cn:port/"),
        ("", "-"),
    ],
)
def test_keys_as_written_by_hand(url: str, key: str) -> None:
    assert url_key(url) == key
    assert oracle(url) == key


PIECES = st.sampled_from(
    [
        *("www.", "www12.", "WWW.", "example", ".gov", ".cn", ".", "..", "政府", "例え", "ß"),
        *("xn--", "1.2.3.4", "0177.1", "3232235521", "1.2", "999.1.1.1", "[::1]", "u:p@", "@"),
        *(":80", ":443", ":8080", ":", ":x", ":99999", "/", "//", "/./", "/../", "/a", "/B"),
        *("/a/", "%2e%2E", "%2f", "%25%32%35", "%E5%B9%B4", "%zz", "%", "%00", "%3f", "%23"),
        *("中", "\xff", "?", "&", "=", "a=1", "B", "b=", "=c", "+", " ", "\t", "\n", ";", "|", "^"),
        *('"', "<", "#f", "jsessionid=" + "aB1x" * 8, "PHPSESSID=" + "0" * 32),
        *("sid=" + "f" * 32, "sid=" + "f" * 31, "ASPSESSIONIDABCDEFGH=" + "A" * 24),
        *("cfid=1&cftoken=2", "CFID=&CFTOKEN=", ";jsessionid=1", "/(a(" + "0a" * 12 + "))/"),
        *("/(" + "b" * 24 + ")/", "p.aspx", ".ASPX?x", "http://", "dns:"),
    ]
)
URLS = st.builds(
    lambda scheme, parts: scheme + "".join(parts),
    st.sampled_from(["http://", "https://", "HTTP://", "http:", "", "ftp://", "https://http://"]),
    st.lists(PIECES, max_size=9),
)


@example("http://0.8")
@example("http://0.7")
@example("http://1.8.9")
@given(st.from_regex(_PLAIN, fullmatch=True))
@settings(max_examples=400, deadline=None)
def test_plain_addresses_have_the_same_key_by_their_short_way(url: str) -> None:
    assert url_key(url) == oracle(url)


@settings(max_examples=2500, deadline=None)
@given(URLS)
def test_keys_are_those_of_surt(url: str) -> None:
    assert url_key(url) == oracle(url)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=40).map(lambda text: "http://h.cn/" + text))
def test_keys_of_any_text_are_those_of_surt(url: str) -> None:
    assert url_key(url) == oracle(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://e.cn/?" + "cfid=" * 12_000,
        "http://e.cn/x.aspx" + ("/(" + "a" * 24 + ")") * 2_000,
        "http://e.cn/" + "%25" * 20_000,
        "http://e.cn/" + "../" * 20_000,
        "http://" + "." * 60_000,
    ],
)
def test_a_hostile_address_costs_little(url: str) -> None:
    begin = time.process_time()
    url_key(url)
    # without bounds these take from seconds to minutes
    assert time.process_time() - begin < 1
