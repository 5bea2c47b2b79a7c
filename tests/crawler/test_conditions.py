"""Which conditions a request carries, and which requests go without."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from scrapy import Request

from archive.capture import CaptureContext, CapturePointer, Role, Truncation
from archive.index import CaptureRow
from archive.records import RecordType
from crawler.conditions import is_sampled, validators
from crawler.run_findings import _opaque

URL = "http://h/1.html"
WHOLE = CaptureRow(
    pointer=CapturePointer(file="f", offset=0, length=1, record_id="urn:1", payload_digest="d"),
    method="GET",
    url=URL,
    url_key="h)/1.html",
    body_digest="",
    captured_at=datetime(2026, 1, 1, tzinfo=UTC),
    status=200,
    mime="text/html",
    record_type=RecordType.RESPONSE,
    refers_to=None,
    truncated=None,
    etag='W/"5f-é"',
    last_modified="Tue, 03 Mar 2020 01:02:03 GMT",
    context=CaptureContext(run_id="r", portal_id="p"),
)


@dataclass
class Index:
    """The latest capture, and the latest that was whole."""

    newest: CaptureRow | None
    whole: CaptureRow | None = None

    def latest(self, method: str, url: str, body_digest: str) -> CaptureRow | None:
        assert (method, url, body_digest) == ("GET", URL, "")
        return self.newest

    def latest_whole(self, method: str, url: str, body_digest: str) -> CaptureRow | None:
        return self.whole


def conditions(newest: CaptureRow | None, whole: CaptureRow | None = None) -> dict[str, str]:
    index, request = Index(newest, whole), Request(f"{URL}#part")
    return validators(index, request, role=Role.REPORT)  # type: ignore[arg-type]


BOTH = {
    "If-None-Match": 'W/"5f-é"',
    "If-Modified-Since": "Tue, 03 Mar 2020 01:02:03 GMT",
}


def test_the_servers_own_strings_are_echoed() -> None:
    assert conditions(WHOLE) == BOTH


def test_after_a_304_those_of_the_page_itself() -> None:
    assert conditions(replace(WHOLE, status=304, etag='"other"'), WHOLE) == BOTH
    assert conditions(replace(WHOLE, status=304), None) == {}


@pytest.mark.parametrize(
    "latest",
    [
        None,
        replace(WHOLE, status=404),
        replace(WHOLE, status=302),
        replace(WHOLE, status=503),
        replace(WHOLE, truncated=Truncation.LENGTH),
        replace(WHOLE, etag=None, last_modified=None),
    ],
)
def test_none_when_the_latest_is_not_the_page(latest: CaptureRow | None) -> None:
    assert conditions(latest, WHOLE) == {}


@pytest.mark.parametrize("etag", ["*", "", '"a\r\nX: y"', '"' + "a" * 2000 + '"'])
def test_a_hostile_etag_is_not_sent(etag: str) -> None:
    assert conditions(replace(WHOLE, etag=etag)) == {
        "If-Modified-Since": "Tue, 03 Mar 2020 01:02:03 GMT"
    }


def test_a_post_has_none() -> None:
    request = Request(URL, method="POST", body=b"page=1")
    found = validators(Index(WHOLE), request, role=Role.REPORT)  # type: ignore[arg-type]
    assert found == {}


def test_a_document_is_not_asked_for_by_what_a_requisite_was() -> None:
    picture = replace(WHOLE, context=replace(WHOLE.context, role=Role.REQUISITE))
    assert conditions(picture) == {}
    found = validators(Index(picture), Request(URL), role=Role.REQUISITE)  # type: ignore[arg-type]
    assert found == BOTH


def test_one_in_fifty_goes_without_and_another_in_each_run() -> None:
    urls = [f"http://h/{number}.html" for number in range(10_000)]
    first, again, other = (
        {url for url in urls if is_sampled(url, run)} for run in ("run-1", "run-1", "run-2")
    )
    assert first == again
    assert 150 <= len(first) <= 250
    assert len(first & other) < 20


@pytest.mark.parametrize(
    ("one", "other"), [('W/"a"', '"a"'), ('"a-gzip"', '"a"'), ('"a;gzip"', 'W/"a"')]
)
def test_marks_that_honest_servers_add_make_no_other_etag(one: str, other: str) -> None:
    assert _opaque(one) == _opaque(other)
    assert _opaque('"a"') != _opaque('"b"')
