"""What can be wrong with a WACZ: the rules that it is checked against, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

SHOWN = 1000
"""Findings kept in a report; more are counted."""


class WaczRule(StrEnum):
    """A rule of WACZ 1.1.1, of the formats that it is made of, or of what is safe to open."""

    NOT_A_PACKAGE = "not_a_package"
    """No ZIP file, one that is torn, or a name without ``.wacz``."""
    UNSAFE_NAME = "unsafe_name"
    """A name that leads out of a folder, or that some system takes for another."""
    LINK = "link"
    """A member that is a link or a device."""
    SAME_NAME = "same_name"
    """Two members of one name, on systems that take upper and lower case for the same too."""
    OVERLAP = "overlap"
    """Members that share bytes of the file."""
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too_large"
    """More than is unpacked: a bomb, or nothing that a replay tool would open."""
    DAMAGED_MEMBER = "damaged_member"
    """A member that cannot be read, or whose bytes are not those of its checksum."""
    PACKED_MEMBER = "packed_member"
    """WARC files and packed indexes are STOREd; nothing is packed but by DEFLATE."""
    MISSING_MEMBER = "missing_member"
    FOREIGN_MEMBER = "foreign_member"
    """Something else in archive/, indexes/ or pages/."""
    MANIFEST = "manifest"
    """A datapackage.json that is not one of a WACZ."""
    VERSION = "version"
    """Another version of WACZ than 1.1.1."""
    UNLISTED = "unlisted"
    """A member that the manifest does not list."""
    RESOURCE_MISSING = "resource_missing"
    """A member that the manifest lists and the package lacks."""
    WRONG_SIZE = "wrong_size"
    WRONG_HASH = "wrong_hash"
    MANIFEST_DIGEST = "manifest_digest"
    """A datapackage-digest.json that is not that of the manifest."""
    PAGE_LIST = "page_list"
    """A list of pages without its header, or a line that is no page."""
    PAGE_WITHOUT_CAPTURE = "page_without_capture"
    """A page that no capture of the index was made at this address and second for."""
    INDEX_LIST = "index_list"
    """A list (index.idx) that is not of the packed index beside it."""
    INDEX_LINE = "index_line"
    """What is no line of CDXJ, or twice there."""
    UNSORTED = "unsorted"
    LINE_OPENS_NOTHING = "line_opens_nothing"
    """An index line at whose place no record of that length begins."""
    LINE_DIFFERS = "line_differs"
    """An index line that says something else than the record at its place."""
    NOT_INDEXED = "not_indexed"
    """A response, revisit or resource that no index line names."""
    DAMAGED_RECORD = "damaged_record"
    WRONG_DIGEST = "wrong_digest"
    """A record that has not the digest that it names."""
    NO_WARCINFO = "no_warcinfo"
    """A WARC file that does not begin with a warcinfo record."""
    SAME_RECORD = "same_record"
    """A record id that two records have, warcinfo aside."""
    ORIGINAL_MISSING = "original_missing"
    """A revisit whose original the package lacks, or has with another payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFinding:
    """A rule that does not hold: of which member, and why. ``member`` is empty for the file."""

    rule: WaczRule
    member: str
    message: str

    def __str__(self) -> str:
        place = f"{self.member}: " if self.member else ""
        return f"{self.rule.value}: {place}{self.message}"


@dataclass(slots=True)
class PackageReport:
    """What was checked of a package, and what is wrong with it."""

    members: int = 0
    records: int = 0
    index_lines: int = 0
    pages: int = 0
    findings: list[PackageFinding] = field(default_factory=list)
    findings_count: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether every rule holds."""
        return self.findings_count == 0

    def add(self, rule: WaczRule, member: str, message: str) -> None:
        """Takes in a finding."""
        self.findings_count += 1
        if len(self.findings) < SHOWN:
            self.findings.append(PackageFinding(rule=rule, member=member, message=message))

    def lines(self) -> list[str]:
        """The report for a person."""
        more = self.findings_count - len(self.findings)
        return [
            *map(str, self.findings),
            *((f"and {more} more",) if more else ()),
            f"checked {self.members} members, {self.records} records, {self.index_lines} index "
            f"lines and {self.pages} pages: {self.findings_count} findings",
        ]
