"""Owns what handlers and robots middleware are given from outside of Scrapy: where exchanges go.

One object in the settings under CAPTURING_SETTING: the recorder of a live crawl, or the archived
exchanges of a replayed one. The recorder is called on the reactor, in the order of the calls: it
hands bytes to the operating system and waits for no disk, and a thread of its own, which changes
places with this one at every release of the interpreter's lock, halved the pages a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from scrapy.crawler import Crawler

from archive.capture import Capture, CaptureContext, Exchange, FailureReason, RequestFailure, Role
from crawler.addresses import AddressPolicy
from crawler.errors import CrawlerError
from crawler.hosts import HostPaces

if TYPE_CHECKING:
    from crawler.robots import RobotsCache

CAPTURING_SETTING = "NIANBAO_CAPTURING"
"""The settings key of the crawl's Capturing."""

CONTEXT_META = "capture_context"
"""The ``request.meta`` key of a request's CaptureContext."""

NO_PORTAL = ""
"""The portal id of a request that no portal asked for."""


def installed_reactor() -> Any:  # noqa: ANN401
    """The running reactor. Imported late: importing it earlier would install the default one."""
    from twisted.internet import reactor

    return reactor


class Recorder(Protocol):
    """What the crawl needs of the archive's writer."""

    def append(self, exchange: Exchange) -> Capture | None:
        """Archives an exchange; None when it brought no response that could be read as one."""
        ...

    def append_failure(
        self,
        *,
        method: str,
        url: str,
        body: bytes,
        reason: FailureReason,
        text: str,
        context: CaptureContext,
    ) -> RequestFailure:
        """Records a request that was never sent."""
        ...


class ArchivedExchanges(Protocol):
    """Runs that are replayed: each exchange is served once, in captured order."""

    def take(
        self, run_id: str, method: str, url: str, body_digest: str
    ) -> Capture | RequestFailure | None:
        """The next exchange of this request in this run; None when there is no other."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentRequest:
    """A request that was decided against before anything was sent."""

    method: str
    url: str
    body: bytes
    reason: FailureReason
    text: str
    context: CaptureContext


class Capturing:
    """Where a crawl's exchanges go to, or come from.

    A live crawl has a ``recorder``, a replayed one ``archived`` exchanges. ``addresses``
    says where connections may go, ``hosts`` at what pace; ``robots`` remembers robots.txt, None
    for no longer than the crawl. ``run_id`` is that of requests which carry no context.
    """

    def __init__(
        self,
        *,
        run_id: str,
        recorder: Recorder | None = None,
        archived: ArchivedExchanges | None = None,
        addresses: AddressPolicy | None = None,
        hosts: HostPaces | None = None,
        robots: RobotsCache | None = None,
    ) -> None:
        if (recorder is None) == (archived is None):
            raise CrawlerError("Capturing needs either a recorder (live) or archived exchanges")
        self.run_id = run_id
        self.archived = archived
        self.addresses = addresses or AddressPolicy()
        self.hosts = hosts or HostPaces()
        self.robots = robots
        self._recorder = recorder
        self._closed = False

    def __deepcopy__(self, memo: dict[int, Any]) -> Capturing:
        # Scrapy deep-copies its settings; there is one archive, whoever holds the settings
        return self

    @classmethod
    def of(cls, crawler: Crawler) -> Capturing:
        """The Capturing in a crawler's settings; raises CrawlerError when there is none."""
        capturing = crawler.settings.get(CAPTURING_SETTING)
        if not isinstance(capturing, cls):
            raise CrawlerError(
                f"the setting {CAPTURING_SETTING} holds no Capturing, so there is no archive to "
                "write to; start the crawl with `nianbao crawl`, which opens the data folder"
            )
        return capturing

    @property
    def is_replay(self) -> bool:
        """Whether exchanges come from the archive and nothing may be written."""
        return self.archived is not None

    def context_of(self, meta: dict[str, Any], *, role: Role = Role.OTHER) -> CaptureContext:
        """The context in a request's meta, or a bare one of this run with the given role."""
        context = meta.get(CONTEXT_META)
        if isinstance(context, CaptureContext):
            return context
        return CaptureContext(run_id=self.run_id, portal_id=NO_PORTAL, role=role)

    def append(self, exchange: Exchange) -> Capture | None:
        """Archives an exchange; raises what the recorder raises."""
        return self._live_recorder().append(exchange)

    def append_failure(self, unsent: UnsentRequest) -> RequestFailure:
        """Records a request that was not sent. Not for a replay."""
        return self._live_recorder().append_failure(
            method=unsent.method,
            url=unsent.url,
            body=unsent.body,
            reason=unsent.reason,
            text=unsent.text,
            context=unsent.context,
        )

    def close(self) -> None:
        """From here on nothing is archived. May be called twice."""
        self._closed = True

    def _live_recorder(self) -> Recorder:
        if self._recorder is None:
            raise CrawlerError("a replayed run writes nothing")
        if self._closed:
            raise CrawlerError("the crawl is over, nothing more of it can be archived")
        return self._recorder
