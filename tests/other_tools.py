"""What other tools say of WARC files: warcio, FastWARC and cdxj-indexer, run as their users do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def refused_by_warcio(path: Path) -> set[int]:
    """Offsets of the records that ``warcio check`` names."""
    done = run(sys.executable, "-m", "warcio.cli", "check", str(path))
    named = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("  offset ")]
    assert (done.returncode == 0) == (not named), done.stdout + done.stderr
    return set(map(int, named))


def refused_by_fastwarc(path: Path) -> set[int]:
    """Offsets of the records that FastWARC cannot agree with, revisits' payloads left aside: they
    are another record's.
    """
    refused = set()
    for record in ArchiveIterator(str(path), parse_http=False):
        record.freeze()
        holds = record.verify_block_digest()
        is_answer = record.record_type == WarcRecordType.response
        if is_answer and record.headers.get("WARC-Payload-Digest"):
            record.parse_http()
            holds = holds and record.verify_payload_digest()
        if not holds:
            refused.add(record.stream_pos)
    return refused


def blocks_by_fastwarc(path: Path, record_type: WarcRecordType) -> dict[int, bytes]:
    """The blocks of the records of one type by their offsets."""
    records = ArchiveIterator(str(path), parse_http=False, record_types=record_type)
    return {record.stream_pos: record.reader.read() for record in records}


def indexed_by_cdxj_indexer(path: Path) -> list[str]:
    """Its sorted lines."""
    done = run(sys.executable, "-m", "cdxj_indexer.main", "-p", "-s", str(path))
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
