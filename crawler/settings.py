"""Scrapy settings, each that differs from its default with the reason."""

BOT_NAME = "nianbao"
SPIDER_MODULES = ["crawler.spiders"]
SPIDER_LOADER_CLASS = "crawler.loader.PortalSpiderLoader"

# Every exchange goes through the archive; ``crawl --from-archive`` sets the other handler.
DOWNLOAD_HANDLERS = {
    "http": "crawler.handlers.CapturingDownloadHandler",
    "https": "crawler.handlers.CapturingDownloadHandler",
    # an address of another scheme in a listing is never followed
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    # br and zstd would be offered by default: gzip is read by everyone, and ETags stay the same
    "Accept-Encoding": "gzip",
}

# The order of records and rows is the archive's, so the decisions are kept in few places:
DOWNLOADER_MIDDLEWARES = {
    # robots by RFC 9309, archived; Scrapy's own parses a 5xx body as rules
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.robots.RobotsMiddleware": 100,
    # each host's slot, redirects and retries included: nearer the network than both
    "crawler.politeness.PaceMiddleware": 620,
    # the content coding belongs to the payload; extract.decode removes it
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    # conditions of each request by its own URL, so nearer to the network than retry and redirect
    "crawler.conditions.ConditionsMiddleware": 615,
    # Scrapy's own drops a loop in silence, and follows a report that is gone to the home page
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.redirects.BoundedRedirectMiddleware": 600,
    # not needed by portals, and each costs on every page
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": None,  # the handler's
    # portals set cookies at random; only those whose file says so need them. Scrapy's own would
    # download a list of public suffixes
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "crawler.cookies.PortalCookiesMiddleware": 610,
}
SPIDER_MIDDLEWARES = {
    # links come from the frontier, which knows depth, host and length rules itself
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    # error pages are archived and read for what they are
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    # each is a layer around every response's output, which holds no request here
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
ITEM_PIPELINES = {"crawler.pipelines.ReadingPipeline": 300}

SCHEDULER = "crawler.scheduler.FewRequests"
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # "seen" is asked of the frontier
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False  # a remote shell
EXTENSIONS = {
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
}
REMOTE_CONTROL_ENABLED = False  # Scrapy 2.19 runs a server that runs Python, by default
ROBOTSTXT_USER_AGENT = "nianbao"  # the product token, whatever the agent is called
ROBOTSTXT_OBEY = False  # Scrapy's own; see crawler.robots
METAREFRESH_ENABLED = False  # a deleted article is a meta refresh to its parent: not to be followed
REDIRECT_MAX_TIMES = 5
RETRY_TIMES = 2
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524]  # 408 and 429 are the host's wish to be left
RETRY_PRIORITY_ADJUST = 0
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # the run's line and the findings say so, with the portal

CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0  # never under the delay that is promised
AUTOTHROTTLE_ENABLED = False
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 64 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True  # a cut body is archived as truncated, never as whole
CONCURRENT_ITEMS = 1  # Scrapy makes as many tasks for every response: 100 cost 40 % of the time
# bytes of answers that wait for the readers: more is only memory, they are slower than any server
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 4_000_000

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
LOG_INSTALL_ROOT_HANDLER = False  # the command line has its own
