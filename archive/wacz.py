"""What a WACZ 1.1.1 is made of: the names and values that the standard fixes.

Web Archive Collection Zipped: WARC files, their index and the list of pages in one ZIP file, with a
manifest that holds the digest of each (https://specs.webrecorder.net/wacz/1.1.1/).
"""

from __future__ import annotations

from dataclasses import dataclass

SUFFIX = ".wacz"
VERSION = "1.1.1"
PROFILE = "data-package"

MANIFEST = "datapackage.json"
MANIFEST_DIGEST = "datapackage-digest.json"
PAGES = "pages/pages.jsonl"
INDEX_LIST = "indexes/index.idx"
INDEX_DATA = "indexes/index.cdx.gz"
ARCHIVE = "archive/"
INDEXES = "indexes/"
PAGE_LISTS = "pages/"

PAGES_FORMAT = "json-pages-1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePage:
    """A line of the list of pages: a capture that a person opens. ``url`` is the WARC-Target-URI
    of its record, ``ts`` its WARC-Date to the second (RFC 3339); without a title the address stands
    in for it, ``text`` is what is searched.
    """

    page_id: str
    url: str
    ts: str
    title: str | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageAbout:
    """What the manifest says beside the resources. The page to begin with is the one at
    ``main_url``, captured at ``main_ts`` (RFC 3339); None where there is none in particular.
    """

    title: str
    description: str
    software: str
    main_url: str | None = None
    main_ts: str | None = None


def package_time(moment: str) -> str:
    """A WARC-Date to the second, as the list of pages and the manifest write it."""
    return f"{moment[:19]}Z"
