"""Errors of the crawler. Each message says what, where and what to do."""


class CrawlerError(Exception):
    """Base of all errors of the crawler."""


class CrawlStopped(CrawlerError):
    """A crawl that could not do its work to the end; what it captured is archived."""


class InvalidPortal(CrawlerError):
    """A portal file with an unknown key, a wrong type or a bad value; names file and key."""


class UnknownPortal(CrawlerError):
    """No portal of this id; the message lists near names."""


class AddressRefused(CrawlerError):
    """An address that is not public, refused at connect time."""


class NotArchived(CrawlerError):
    """A replayed run asked for an exchange that the archive does not hold."""


class ContactMissing(CrawlerError):
    """No contact is configured, so hosts that are not loopback are not asked."""


class UnknownFamily(CrawlerError):
    """No adapter has this name; the message lists those there are."""
