"""What requests for listing pages say of their bodies, and of the script that they stand for."""

from __future__ import annotations

import pytest

from crawler.request_headers import request_headers


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"page": 1}', "application/json"),
        (b' [{"page": 1}]', "application/json"),
        (b"page=1&size=20", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_says_what_it_is(body, content_type):
    headers = request_headers(body=body, ajax=False, via="http://a.test/")
    assert headers == {"Content-Type": content_type}, "type of the body, and nothing else"


def test_a_scripts_request_names_its_page():
    headers = request_headers(body=b"", ajax=True, via="http://a.test/list.html")
    assert headers == {
        "X-Requested-With": "XMLHttpRequest",
        "Referer": "http://a.test/list.html",
    }, "headers of a script's request"


def test_a_plain_request_says_nothing_more():
    assert request_headers(body=b"", ajax=False, via="http://a.test/") == {}, "no header"
