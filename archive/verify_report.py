"""What a check of the archive finds, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from archive.ledger import LedgerHead

SHOWN = 1000
"""Findings kept in a report; more are counted."""


class Problem(StrEnum):
    """What can be wrong with an archive."""

    DAMAGED = "damaged"
    WRONG_DIGEST = "wrong_digest"
    NOT_UNDERSTOOD = "not_understood"
    NO_INDEX = "no_index"
    NOT_INDEXED = "not_indexed"
    INDEX_DIFFERS = "index_differs"
    RECORD_MISSING = "record_missing"
    ORIGINAL_MISSING = "original_missing"
    ORIGINAL_DIFFERS = "original_differs"
    LEDGER_CHANGED = "ledger_changed"
    FILE_MISSING = "file_missing"
    FILE_CHANGED = "file_changed"
    FILE_EXCHANGED = "file_exchanged"
    NOT_IN_LEDGER = "not_in_ledger"
    NOT_AT_ITS_PLACE = "not_at_its_place"


WHAT_TO_DO = {
    Problem.DAMAGED: "restore the file from a copy; everything else in it is still readable",
    Problem.WRONG_DIGEST: "do not trust the record; restore the file from a copy",
    Problem.NOT_UNDERSTOOD: "a newer nianbao may have written it",
    Problem.NO_INDEX: "run `nianbao rebuild`",
    Problem.NOT_INDEXED: "run `nianbao rebuild`",
    Problem.INDEX_DIFFERS: "run `nianbao rebuild`",
    Problem.RECORD_MISSING: "put the file back, or run `nianbao rebuild` to forget the record",
    Problem.ORIGINAL_MISSING: "put back the file that holds the original",
    Problem.ORIGINAL_DIFFERS: "one of the two records is wrong; restore their files from copies",
    Problem.LEDGER_CHANGED: (
        "put warc/ledger.jsonl and ledger-head.txt back from a copy; if there is none, "
        "`nianbao rebuild --new-ledger` begins another"
    ),
    Problem.FILE_MISSING: "put it back from a copy",
    Problem.FILE_CHANGED: "restore it from a copy; until then do not trust what was read of it",
    Problem.FILE_EXCHANGED: "give each file its content back",
    Problem.NOT_IN_LEDGER: (
        "find out how it came here: what was made elsewhere belongs to `nianbao import`; the next "
        "crawl adds its line"
    ),
    Problem.NOT_AT_ITS_PLACE: "run `nianbao extract`; if it stays, report it with the address",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyFinding:
    """One thing that is wrong. ``offset`` and ``record_id`` are None where they do not apply."""

    problem: Problem
    file: str
    message: str
    offset: int | None = None
    record_id: str | None = None

    def __str__(self) -> str:
        place = self.file if self.offset is None else f"{self.file} offset {self.offset}"
        record = f" ({self.record_id})" if self.record_id else ""
        return f"{place}{record}: {self.message}; {WHAT_TO_DO[self.problem]}"

    def as_json(self) -> dict[str, object]:
        """The finding for a program."""
        return {
            "problem": self.problem.value,
            "file": self.file,
            "offset": self.offset,
            "record_id": self.record_id,
            "message": self.message,
            "what_to_do": WHAT_TO_DO[self.problem],
        }


@dataclass(slots=True)
class Findings:
    """Findings; beyond SHOWN they are counted."""

    kept: list[VerifyFinding] = field(default_factory=list)
    count: int = 0

    def add(self, finding: VerifyFinding) -> None:
        """Takes in a finding."""
        self.count += 1
        if len(self.kept) < SHOWN:
            self.kept.append(finding)

    def extend(self, more: Findings) -> None:
        """Takes in others, behind its own."""
        self.count += more.count
        self.kept += more.kept[: max(SHOWN - len(self.kept), 0)]


@dataclass(slots=True)
class VerifyReport:
    """What was checked and what is wrong. ``notes`` are no faults: a file still written to, what
    a sample left out. ``unread`` are the files that it left out, ``seed`` is what chose;
    ``readings`` counts those of the corpus that were read again, ``values`` their values.
    """

    files: int = 0
    records: int = 0
    stored_bytes: int = 0
    found: Findings = field(default_factory=Findings)
    notes: list[str] = field(default_factory=list)
    ledger: LedgerHead = field(default_factory=LedgerHead)
    unread: list[str] = field(default_factory=list)
    seed: int | None = None
    readings: int = 0
    values: int = 0

    @property
    def findings(self) -> list[VerifyFinding]:
        """The findings that are kept."""
        return self.found.kept

    @property
    def findings_count(self) -> int:
        """How many there are."""
        return self.found.count

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return self.found.count == 0

    def lines(self) -> list[str]:
        """The report for a person."""
        more = self.found.count - len(self.found.kept)
        read = f" and {self.values} values of {self.readings} readings" if self.readings else ""
        ledger = f"; {self.ledger.lines} in the ledger, head {self.ledger}" if self.ledger else ""
        return [
            *map(str, self.found.kept),
            *((f"and {more} more",) if more else ()),
            *self.notes,
            f"checked {self.records} records in {self.files} WARC files "
            f"({self.stored_bytes} bytes){read}: {self.found.count} findings{ledger}",
        ]

    def as_json(self) -> dict[str, object]:
        """The report for a program."""
        return {
            "is_sound": self.is_sound,
            "files": self.files,
            "records": self.records,
            "bytes": self.stored_bytes,
            "readings": self.readings,
            "values": self.values,
            "ledger": {"lines": self.ledger.lines, "chain": self.ledger.chain},
            "findings_count": self.found.count,
            "findings": [finding.as_json() for finding in self.found.kept],
            "notes": self.notes,
            "seed": self.seed,
            "unread_files": self.unread,
        }
