"""Small promises: the response made of a capture, the failures' table, what Capturing refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import TextResponse
from scrapy.settings import Settings
from scrapy.settings.default_settings import RETRY_EXCEPTIONS
from scrapy.utils.misc import load_object

from archive.capture import (
    Capture,
    CaptureContext,
    CapturedRequest,
    CapturedResponse,
    CapturePointer,
    FailureReason,
    Role,
    Truncation,
)
from crawler.capturing import CAPTURING_SETTING, CONTEXT_META, Capturing
from crawler.errors import CrawlerError
from crawler.failures import exception_for, reason_for
from crawler.handlers import response_from_capture

URL = "http://www.example.gov.cn/a"
CONTEXT = CaptureContext(run_id="20260101000000-00000000", portal_id="p", role=Role.LISTING)
RETRIED = tuple(load_object(kind) if isinstance(kind, str) else kind for kind in RETRY_EXCEPTIONS)


def captured(**changes) -> Capture:
    return Capture(
        **{
            "request": CapturedRequest(method="GET", url=URL),
            "response": CapturedResponse(
                status=200,
                headers=((b"x-ODD", b"1"), (b"Content-Encoding", b"gzip"), (b"X-Odd", b"2")),
                body=b"\x1f\x8b not decoded",
            ),
            "captured_at": datetime(2026, 1, 1, tzinfo=UTC),
            "context": CONTEXT,
            "pointer": CapturePointer(
                file="f", offset=0, length=1, record_id="urn:uuid:1", payload_digest="sha1:A"
            ),
            **changes,
        }
    )


def test_the_response_is_the_capture_undecoded():
    capture, request = captured(), Request(URL + "#part")
    response = response_from_capture(capture, request)
    assert response.capture is capture
    assert response.url == URL
    assert response.body == b"\x1f\x8b not decoded"
    assert response.headers.getlist("X-Odd") == [b"1", b"2"]
    assert response.headers["Content-Encoding"] == b"gzip"
    assert response.request is request
    assert response.flags == []
    assert not isinstance(response, TextResponse), "decoding is for extract.decode alone"


def test_flags_say_what_is_not_as_usual():
    request = Request(URL)
    not_modified = response_from_capture(captured(not_modified=True), request)
    assert (not_modified.status, not_modified.flags) == (200, ["not_modified"])
    cut = response_from_capture(captured(truncated=Truncation.TIME), request)
    assert cut.flags == ["truncated"]


def test_a_replaced_response_keeps_its_capture():
    response = response_from_capture(captured(), Request(URL))
    assert response.replace(url=URL + "2").capture is response.capture


@pytest.mark.parametrize("reason", FailureReason)
def test_every_reason_has_an_exception_that_gives_it_back(reason):
    error = exception_for(reason, f"{URL}: why")
    assert reason_for(error) is reason
    assert URL in str(error)


def test_only_what_may_heal_in_seconds_is_retried_at_once():
    retried = {reason for reason in FailureReason if isinstance(exception_for(reason, ""), RETRIED)}
    assert retried == {
        FailureReason.DNS,
        FailureReason.CONNECT,
        FailureReason.TIMEOUT,
        FailureReason.DISCONNECTED,
    }
    assert isinstance(exception_for(FailureReason.ROBOTS, ""), IgnoreRequest)


def test_a_foreign_exception_has_no_reason_of_its_own():
    assert reason_for(KeyError("x")) is FailureReason.OTHER


def test_capturing_is_either_live_or_replayed():
    both = {"recorder": SimpleNamespace(), "archived": SimpleNamespace()}
    for given in ({}, both):
        with pytest.raises(CrawlerError, match="either"):
            Capturing(run_id=CONTEXT.run_id, **given)


def test_capturing_survives_the_copy_of_the_settings():
    capturing = Capturing(run_id=CONTEXT.run_id, recorder=SimpleNamespace())
    copied = Settings({CAPTURING_SETTING: capturing}).copy()
    assert Capturing.of(SimpleNamespace(settings=copied)) is capturing


def test_settings_without_an_archive_are_an_error():
    with pytest.raises(CrawlerError, match=CAPTURING_SETTING):
        Capturing.of(SimpleNamespace(settings=Settings()))


def test_a_request_without_a_context_gets_a_bare_one():
    capturing = Capturing(run_id=CONTEXT.run_id, recorder=SimpleNamespace())
    assert capturing.context_of({CONTEXT_META: CONTEXT}) is CONTEXT
    bare = capturing.context_of({}, role=Role.ROBOTS)
    assert (bare.run_id, bare.portal_id, bare.role) == (CONTEXT.run_id, "", Role.ROBOTS)


def test_a_replay_writes_nothing_and_a_finished_crawl_neither():
    replayed = Capturing(run_id=CONTEXT.run_id, archived=SimpleNamespace())
    with pytest.raises(CrawlerError, match="writes nothing"):
        replayed.append(SimpleNamespace())
    ended = Capturing(run_id=CONTEXT.run_id, recorder=SimpleNamespace(append=print))
    ended.close()
    ended.close()
    with pytest.raises(CrawlerError, match="over"):
        ended.append(SimpleNamespace())
