"""The manifest of a package, and its lists of pages."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive.records import storable
from archive.wacz import MANIFEST, MANIFEST_DIGEST, PAGES_FORMAT, PROFILE, VERSION
from archive.wacz_rules import PackageReport, WaczRule
from archive.zip_members import Member, ZipMembers

MOST_MANIFEST_BYTES = 16 * 1024 * 1024
MOST_PAGE_BYTES = 16 * 1024 * 1024
"""Of a page's line with its text; what is longer is told, and ends the list."""

_HASHES = frozenset({"md5", "sha1", "sha256", "sha512"})
_NAME = re.compile(r"[-a-z0-9._/]+")
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)
_TEXTS = ("title", "description", "software", "created", "modified", "mainPageUrl", "mainPageDate")


@dataclass(frozen=True, slots=True)
class ListChecking:
    """Checks manifest and pages; ``db`` has the table ``lines`` of the index."""

    members: ZipMembers
    db: sqlite3.Connection
    report: PackageReport

    # -- the manifest ---------------------------------------------------------------------------

    def check_manifest(self) -> None:
        """Its fields, its digest, and the size and hash of every member but these two."""
        member = self.members.by_name.get(MANIFEST)
        content = None if member is None else self._content(member)
        if content is None:
            return
        self._check_digest(content)
        manifest = _parsed(content)
        if not isinstance(manifest, dict):
            self.report.add(WaczRule.MANIFEST, MANIFEST, "it is no JSON object")
            return
        for problem in _manifest_problems(manifest):
            self.report.add(WaczRule.MANIFEST, MANIFEST, problem)
        if (version := manifest.get("wacz_version")) != VERSION:
            message = f"wacz_version is {version!r}; this checks {VERSION}"
            self.report.add(WaczRule.VERSION, MANIFEST, message)
        self._check_main_page(manifest)
        self._check_resources(_resources(manifest))

    def _content(self, member: Member) -> bytes | None:
        return self.members.content(member, most=MOST_MANIFEST_BYTES)

    def _check_digest(self, manifest: bytes) -> None:
        member = self.members.by_name.get(MANIFEST_DIGEST)
        content = None if member is None else self._content(member)
        if content is None:
            return
        digest = _parsed(content)
        if not isinstance(digest, dict) or digest.get("path") != MANIFEST:
            message = f"it is no JSON object with the path {MANIFEST}"
            self.report.add(WaczRule.MANIFEST_DIGEST, MANIFEST_DIGEST, message)
        elif not _holds(digest.get("hash"), iter((manifest,))):
            message = f"the manifest has not the hash {digest.get('hash')!r}"
            self.report.add(WaczRule.MANIFEST_DIGEST, MANIFEST_DIGEST, message)

    def _check_main_page(self, manifest: dict[str, Any]) -> None:
        url, moment = manifest.get("mainPageUrl"), _second(manifest.get("mainPageDate"))
        if isinstance(url, str) and not self._is_captured(url, moment):
            message = f"no capture of the index is of the main page {url[:200]}"
            self.report.add(WaczRule.PAGE_WITHOUT_CAPTURE, MANIFEST, message)

    def _check_resources(self, resources: list[dict[str, Any]]) -> None:
        listed = {resource["path"]: resource for resource in resources}
        for path in listed:
            if path not in self.members.by_name:
                message = "the manifest lists it, and it is not there"
                self.report.add(WaczRule.RESOURCE_MISSING, path, message)
        for member in self.members.iter_readable():
            self.report.members += 1
            if member.name in (MANIFEST, MANIFEST_DIGEST):
                continue
            resource = listed.get(member.name)
            if resource is None:
                self.report.add(WaczRule.UNLISTED, member.name, "the manifest does not list it")
            self._check_resource(member, resource or {"bytes": member.size, "hash": None})

    def _check_resource(self, member: Member, resource: dict[str, Any]) -> None:
        """Reads it, whether or not it is listed: its checksum is looked at too."""
        told = self.report.findings_count
        is_same = _holds(resource["hash"], self.members.pieces(member))
        if self.report.findings_count > told:
            return  # damaged, which is told
        if resource["bytes"] != member.size:
            message = f"it has {member.size} bytes, the manifest says {resource['bytes']}"
            self.report.add(WaczRule.WRONG_SIZE, member.name, message)
        if not is_same and resource["hash"] is not None:
            message = f"it has not the hash {resource['hash']!r:.200}"
            self.report.add(WaczRule.WRONG_HASH, member.name, message)

    # -- pages ----------------------------------------------------------------------------------

    def check_pages(self, name: str) -> None:
        """A header, then pages, each with a capture in the index."""
        header: dict[str, Any] | None = None
        has_texts = False
        for line in self._page_lines(self.members.by_name[name]):
            page = _parsed(line)
            if not isinstance(page, dict):
                self._tell_page(name, f"no JSON object: {line[:200].decode('utf-8', 'replace')!r}")
            elif header is None and page.get("format") == PAGES_FORMAT and _is_text(page.get("id")):
                header = page
            elif header is None:
                self._tell_page(name, f"it does not begin with a header of format {PAGES_FORMAT}")
                header = {}
            else:
                self.report.pages += 1
                has_texts = has_texts or "text" in page
                self._check_page(name, page)
        if header is None:
            self._tell_page(name, "it has no header")
        elif has_texts and header and header.get("hasText") is not True:
            self._tell_page(name, "its pages have text, and its header does not say hasText")

    def _check_page(self, name: str, page: dict[str, Any]) -> None:
        url, moment = page.get("url"), _second(page.get("ts"))
        if not isinstance(url, str) or not url or moment is None:
            self._tell_page(name, f"no url, or no RFC 3339 ts: {str(page)[:200]}")
            return
        if any(not isinstance(page.get(key, ""), str) for key in ("id", "title", "text")):
            self._tell_page(name, f"id, title or text is no string: {str(page)[:200]}")
        if "id" in page:
            known = (name, storable(str(page["id"])))
            taken_in = self.db.execute("INSERT OR IGNORE INTO page_ids VALUES (?, ?)", known)
            if not taken_in.rowcount:
                self._tell_page(name, f"two pages have the id {known[1][:200]!r}")
        if not self._is_captured(url, moment):
            message = f"no capture of the index is of {url[:200]} at {moment}"
            self.report.add(WaczRule.PAGE_WITHOUT_CAPTURE, name, message)

    def _page_lines(self, member: Member) -> Iterator[bytes]:
        waiting = b""
        for piece in self.members.pieces(member):
            *whole, waiting = (
                (waiting + piece).split(b"\n") if b"\n" in piece else (waiting + piece,)
            )
            yield from whole
            if len(waiting) > MOST_PAGE_BYTES:
                message = f"a line has more than {MOST_PAGE_BYTES} bytes"
                self.report.add(WaczRule.TOO_LARGE, member.name, message)
                return
        if waiting:
            yield waiting

    def _is_captured(self, url: str, second: str | None) -> bool:
        query = "SELECT 1 FROM lines WHERE url = ? AND (? IS NULL OR second = ?)"
        return self.db.execute(query, (storable(url), second, second)).fetchone() is not None

    def _tell_page(self, name: str, message: str) -> None:
        self.report.add(WaczRule.PAGE_LIST, name, message)


def _manifest_problems(manifest: dict[str, Any]) -> Iterator[str]:
    if manifest.get("profile") != PROFILE:
        yield f"its profile is {manifest.get('profile')!r:.200}, not {PROFILE!r}"
    for key in _TEXTS:
        if key in manifest and not _is_text(manifest[key]):
            yield f"{key} is no text"
    for key in ("created", "modified", "mainPageDate"):
        if _is_text(manifest.get(key)) and _second(manifest[key]) is None:
            yield f"{key} is no RFC 3339 time: {manifest[key][:200]!r}"
    resources = manifest.get("resources")
    if not isinstance(resources, list) or not resources:
        yield "it has no list of resources"
        return
    names: set[str] = set()
    for resource in resources:
        if not _is_resource(resource):
            yield f"no resource with name, path, hash and bytes: {str(resource)[:200]}"
        elif resource["name"] in names or resource["path"] in names:
            yield f"two resources are called {resource['name']!r:.200}"
        else:
            names |= {resource["name"], resource["path"]}


def _resources(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found = manifest.get("resources")
    return [one for one in found if _is_resource(one)] if isinstance(found, list) else []


def _is_resource(resource: object) -> bool:
    if not isinstance(resource, dict):
        return False
    name, path, size = (resource.get(key) for key in ("name", "path", "bytes"))
    algorithm = str(resource.get("hash")).rpartition(":")[0] or "md5"
    return (
        isinstance(name, str)
        and _NAME.fullmatch(name) is not None
        and _is_text(path)
        and isinstance(size, int)
        and not isinstance(size, bool)
        and isinstance(resource.get("hash"), str)
        and algorithm in _HASHES
    )


def _holds(stated: object, pieces: Iterator[bytes]) -> bool:
    """Whether bytes have a hash as a data package writes it: without a name it is MD5."""
    algorithm, _, value = str(stated).rpartition(":")
    hasher = hashlib.new(algorithm if algorithm in _HASHES else "md5", usedforsecurity=False)
    for piece in pieces:
        hasher.update(piece)
    return hasher.hexdigest() == value.lower()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _second(value: object) -> str | None:
    """An RFC 3339 time as 14 digits in UTC; None for anything else."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value[:19] + re.sub(r"^[.\d]*", "", value[19:]).upper())
        return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}".rjust(14, "0")
    except (ValueError, OverflowError):
        return None


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
