"""The fixity ledger: one line for each closed WARC file, so that any later change is seen.

``warc/ledger.jsonl`` is only ever added to. A line is a JSON object::

    {"line": 2, "file": "nianbao-….warc.gz", "bytes": 812, "sha256": "…", "taken_at": "…Z",
     "taken": "close", "chain": "…"}

``chain`` is the SHA-256, Base16, of the chain of the line before (64 zeros before the first) and
the line's own text up to ``, "chain"``, both as ASCII. So a line that is changed, taken out, put in
or moved breaks the chain at its place. A tail of whole lines cut off does not: therefore the head
of the ledger (how many lines, and the last chain) stands elsewhere too, in ``ledger-head.txt`` of
the data folder and in the warcinfo record of the next WARC file (archive.warcinfo).

The line is on disk before the file takes its final name: a closed file of ours without a line was
closed before there was a ledger, or came another way. A kill between the two leaves an ``.open``
file that has its line already; ``mend`` closes it. To a ledger that was changed nothing is added,
which would hide it: files then wait for their lines until it is put right.

The caller of all that writes holds the data folder's writer lock.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from archive.folder import DataFolder

NO_CHAIN = "0" * 64
"""Before the first line."""

_PIECE = 1024 * 1024
_HEAD = re.compile(r"(\d{1,12}) ([0-9a-f]{64})")


class Taken(StrEnum):
    """When a file's digest was taken: ``close`` of the bytes as they were written, ``mend`` when a
    file that a killed run had left was closed, ``import`` while it was copied in; ``later`` when it
    had lain closed without a line, ``anew`` when a lost ledger was begun anew.
    """

    CLOSE = "close"
    MEND = "mend"
    IMPORT = "import"
    LATER = "later"
    ANEW = "anew"


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """How far a ledger goes: its number of lines, and the chain of the last."""

    lines: int = 0
    chain: str = NO_CHAIN

    def __str__(self) -> str:
        return f"{self.lines} {self.chain}"


def parse_head(text: str) -> LedgerHead | None:
    """A head as ``str`` gives it; None for anything else."""
    match = _HEAD.fullmatch(text.strip())
    return LedgerHead(int(match[1]), match[2]) if match else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """What the ledger says of a WARC file; ``file`` is its name below the WARC folder."""

    line: int
    file: str
    size: int
    sha256: str
    taken_at: str
    taken: Taken
    chain: str = ""

    def text(self) -> str:
        """The line without its line end."""
        return f'{self._body()}, "chain": {json.dumps(self.chain)}}}'

    def chained(self, before: str) -> LedgerLine:
        """The same with its chain behind that of the line before."""
        digest = hashlib.sha256((before + self._body()).encode("ascii"))
        return replace(self, chain=digest.hexdigest())

    def _body(self) -> str:
        said = {
            "line": self.line,
            "file": self.file,
            "bytes": self.size,
            "sha256": self.sha256,
            "taken_at": self.taken_at,
            "taken": self.taken.value,
        }
        return json.dumps(said).removesuffix("}")


def parse_line(text: str) -> LedgerLine | None:
    """A line as ``LedgerLine.text`` gives it, to the character; None for anything else."""
    try:
        said = json.loads(text)
        line = LedgerLine(
            line=int(said["line"]),
            file=str(said["file"]),
            size=int(said["bytes"]),
            sha256=str(said["sha256"]),
            taken_at=str(said["taken_at"]),
            taken=Taken(said["taken"]),
            chain=str(said["chain"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return line if line.text() == text else None


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """What is wrong with a line of the ledger, counted from 1."""

    line: int
    problem: str

    def __str__(self) -> str:
        return f"line {self.line} {self.problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReading:
    """A ledger as it was read. ``torn`` counts the bytes behind the last line end: a line that a
    kill or a power failure left unfinished. ``size`` is that of the whole lines.
    """

    lines: tuple[LedgerLine, ...] = ()
    faults: tuple[LedgerFault, ...] = ()
    torn: int = 0
    size: int = 0
    is_there: bool = True

    @property
    def head(self) -> LedgerHead:
        """How far it goes."""
        return LedgerHead(len(self.lines), self.lines[-1].chain) if self.lines else LedgerHead()

    def find_contradiction(self, head: LedgerHead) -> str | None:
        """Why this ledger is not one that went as far as a head says; None when it is."""
        if not head.lines:
            return None
        if head.lines > len(self.lines) + len(self.faults):
            return f"it has {len(self.lines)} lines, and had {head.lines}"
        if not self.faults and self.lines[head.lines - 1].chain != head.chain:
            return f"its first {head.lines} lines are not those that were there"
        return None


def read_ledger(path: Path) -> LedgerReading:
    """Reads a ledger and its chain; one that is not there is empty."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return LedgerReading(is_there=False)
    whole, newline, torn = content.rpartition(b"\n")
    lines: list[LedgerLine] = []
    faults: list[LedgerFault] = []
    before: str | None = NO_CHAIN
    seen: dict[str, int] = {}
    for number, raw in enumerate(whole.split(b"\n") if newline else (), start=1):
        line = parse_line(raw.decode("ascii", "replace"))
        if line is None:
            faults.append(LedgerFault(number, "is no line of a ledger"))
            before = None
            continue
        if problem := _wrong(line, number=number, before=before, seen=seen):
            faults.append(LedgerFault(number, problem))
        before = line.chain
        seen.setdefault(line.file, number)
        lines.append(line)
    return LedgerReading(
        lines=tuple(lines),
        faults=tuple(faults),
        torn=len(torn),
        size=len(whole) + len(newline),
    )


def _wrong(
    line: LedgerLine, *, number: int, before: str | None, seen: dict[str, int]
) -> str | None:
    if line.line != number:
        return f"calls itself line {line.line}: lines were taken out, put in or moved"
    if before is not None and line.chained(before).chain != line.chain:
        return "was changed, or the line before it was: the chain does not hold"
    if line.file in seen:
        return f"names {line.file}, which line {seen[line.file]} does"
    return None


def digest_file(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256, Base16, of a file."""
    hasher, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        for piece in iter(partial(file.read, _PIECE), b""):
            hasher.update(piece)
            size += len(piece)
    return size, hasher.hexdigest()


def read_head(folder: DataFolder) -> LedgerHead | None:
    """What ``ledger-head.txt`` says; None when it is not there, or says nothing."""
    try:
        return parse_head(folder.ledger_head.read_text("ascii", "replace"))
    except FileNotFoundError:
        return None
