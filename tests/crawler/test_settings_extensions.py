"""What a crawl switches on in Scrapy: nothing that listens."""

from __future__ import annotations

from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list

# each looked at: none opens a port, and none does anything unless a setting asks for it,
# but for the two that count
LOOKED_AT = {
    "scrapy.extensions.corestats.CoreStats",
    "scrapy.extensions.logcount.LogCount",
    "scrapy.extensions.memdebug.MemoryDebugger",
    "scrapy.extensions.closespider.CloseSpider",
    "scrapy.extensions.feedexport.FeedExporter",
    "scrapy.extensions.spiderstate.SpiderState",
    "scrapy.extensions.throttle.AutoThrottle",
}


def test_no_extension_listens() -> None:
    settings = Settings()
    settings.setmodule("crawler.settings")
    enabled = {str(name) for name in build_component_list(settings.getwithbase("EXTENSIONS"))}
    assert enabled <= LOOKED_AT, "switched on by Scrapy's defaults, and not looked at"
    assert not settings.getbool("TELNETCONSOLE_ENABLED")
    assert not settings.getbool("REMOTE_CONTROL_ENABLED"), "it runs Python that a client sends"
