"""Whether what the corpus holds is what the archived bytes say: readings checked value by value.

A cell's provenance and a figure's offsets say where its raw string stands. Each is read again from
the WARC file, at its place and without the readers of tables and prose, and must be the stored one;
so must the text, and where corpus.db says that the bytes lie.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from archive.errors import ArchiveError
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.processes import run_in_order
from archive.reader import ArchiveReader
from archive.rows import CaptureRow
from archive.sample import Sample
from archive.suppression import Suppression, load_suppression
from archive.verify_report import Findings, Problem, VerifyFinding, VerifyReport
from extract import decode
from extract.bodies_csv import load_bodies
from extract.errors import ExtractError
from extract.read_again import Source, is_same
from extract.rows import reading_version
from extract.schema import open_corpus_to_read
from extract.split_articles import further_parts, part_rows
from extract.withheld import Withheld

BATCH = 8
"""Readings handed to a worker at a time, as in extract.workers."""

SECONDS_A_BATCH = 240.0
"""Longest time for a batch: as long as its pages may take one by one, when they are read."""

SHOWN = 40
"""Characters of a value that a message shows."""


@dataclass(slots=True)
class CheckedReadings:
    """What became of some readings: how many, how many of their values, and what is wrong."""

    readings: int = 0
    values: int = 0
    found: Findings = field(default_factory=Findings)


def source_of(index: ArchiveIndex, reader: ArchiveReader, row: CaptureRow) -> Source:
    """A capture to be read again, with the further parts of a split page. Raises ArchiveError and
    ExtractError.
    """
    capture = reader.capture(row)
    further = [link.url for link in further_parts(decode.page(capture))]
    parts = map(reader.capture, part_rows(index, row, further))
    return Source(capture, list(parts))


def check_provenance(
    folder: DataFolder,
    report: VerifyReport,
    *,
    jobs: int = 1,
    sample: Sample | None = None,
    suppression: Suppression | None = None,
) -> None:
    """Reads the values of the corpus again, of a ``sample`` of its readings, into the report.
    ``suppression`` is what suppress.txt said, where it was read before.

    A corpus that is not there, or that another version read, is a note. Raises ExtractError for one
    that cannot be opened, InvalidBodies for the user's bodies.csv, InvalidSuppression.
    """
    if suppression is None:
        suppression = load_suppression(folder.suppress_file)
    if not folder.corpus_db.exists() or not folder.archive_db.exists():
        report.notes.append("there is no corpus whose values could be read again")
        return
    version = reading_version(load_bodies(folder.bodies_file))
    with closing(open_corpus_to_read(folder.corpus_db)) as db:
        foreign = db.execute(OTHER_VERSION, (version,)).fetchone()
        readings = [str(row[0]) for row in db.execute(READINGS)]
    if foreign is not None:
        report.notes.append(
            "the values of the corpus were not read again: it was read by another version or with "
            f"another bodies.csv ({foreign[0]}); `nianbao extract` reads the archive anew"
        )
        return
    chosen = readings if sample is None else sample.choose(readings)
    if len(chosen) < len(readings):
        report.notes.append(
            f"the values of {len(chosen)} of {len(readings)} readings were read again; those of "
            "the others were not checked"
        )
    for checked in _checked(folder, suppression, chosen, jobs=jobs):
        report.readings += checked.readings
        report.values += checked.values
        report.found.extend(checked.found)


def _checked(
    folder: DataFolder, suppression: Suppression, record_ids: Sequence[str], *, jobs: int
) -> Iterator[CheckedReadings]:
    batches = _batches(record_ids)
    if jobs <= 1 or len(record_ids) <= BATCH:
        with closing(ProvenanceChecker(folder, suppression)) as checker:
            yield from map(checker.check, batches)
        return
    yield from run_in_order(
        _check_here,
        batches,
        jobs=jobs,
        prepare=_prepare_checker,
        given=(folder, suppression),
        seconds=SECONDS_A_BATCH,
        on_failure=_not_checked,
    )


def _batches(record_ids: Sequence[str]) -> Iterator[list[str]]:
    waiting = iter(record_ids)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _not_checked(record_ids: list[str], error: BaseException) -> CheckedReadings:
    checked = CheckedReadings(readings=len(record_ids))
    message = (
        f"reading one of {', '.join(record_ids)} again ended its worker, or took longer than "
        f"{SECONDS_A_BATCH:.0f} seconds ({error or type(error).__name__})"
    )
    checked.found.add(
        VerifyFinding(problem=Problem.NOT_AT_ITS_PLACE, file="corpus.db", message=message)
    )
    return checked


class ProvenanceChecker:
    """Checks readings of one data folder."""

    def __init__(self, folder: DataFolder, suppression: Suppression) -> None:
        self._index = ArchiveIndex.open(folder.archive_db, read_only=True)
        self._reader = ArchiveReader(folder, self._index)
        self._corpus = open_corpus_to_read(folder.corpus_db)
        self._withheld = Withheld(folder, suppression=suppression, db=self._corpus)

    def close(self) -> None:
        """Closes both databases."""
        self._corpus.close()
        self._index.close()

    def check(self, record_ids: Sequence[str]) -> CheckedReadings:
        """What is wrong with these readings. Of one that suppress.txt takes down the record and the
        kind are told: neither its address nor anything that it says.
        """
        checked = CheckedReadings()
        for record_id in record_ids:
            document = self._corpus.execute(DOCUMENT, (record_id,)).fetchone()
            checked.readings += 1
            line = self._withheld.find_reading(record_id)
            for wrong in self._wrong(record_id, document, checked):
                checked.found.add(_finding(document, wrong, line))
        return checked

    def _wrong(
        self, record_id: str, document: sqlite3.Row, checked: CheckedReadings
    ) -> Iterator[_Wrong]:
        row = self._index.find(record_id)
        if row is None:
            yield _Wrong("archive.db knows no such record, and the corpus has values of it")
            return
        said = (document["warc_file"], document["warc_offset"], document["payload_digest"])
        pointer = row.pointer
        if said != (pointer.file, pointer.offset, pointer.payload_digest):
            yield _Wrong(
                f"the capture lies in {pointer.file} offset {pointer.offset}, not where the "
                "corpus says, or has another payload digest"
            )
        try:
            source = source_of(self._index, self._reader, row)
            yield from self._wrong_values(record_id, source, checked)
            text = document["text_original"]
            if text is not None and source.passage(0, len(text)) != text:
                yield _Wrong("the text is not the one that the archived bytes give")
        except (ArchiveError, ExtractError) as error:
            yield _Wrong("it cannot be read again", f"it cannot be read again: {error}")

    def _wrong_values(
        self, record_id: str, source: Source, checked: CheckedReadings
    ) -> Iterator[_Wrong]:
        cells = self._corpus.execute(CELLS, (record_id,)).fetchall()
        found = source.cells([cell["provenance"] for cell in cells])
        for cell, there in zip(cells, found, strict=True):
            if not is_same(cell["raw"] or "", there):
                said = _unlike(f"the cell {cell['name']}", cell["raw"], cell["provenance"], there)
                yield _Wrong("a cell is not what stands at its place", said)
        figures = self._corpus.execute(FIGURES, (record_id,)).fetchall()
        for figure in figures:
            begin, end = figure["original_start"], figure["original_end"]
            there = source.passage(begin, end)
            if not is_same(figure["quote"], there):
                name = f"the figure {figure['ordinal']} ({figure['measure']})"
                said = _unlike(name, figure["quote"], f"{begin}–{end} of the text", there)
                yield _Wrong("a figure is not what stands at its place", said)
        checked.values += len(cells) + len(figures)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with a reading: its kind, and where that says too little, all of it, which may
    quote the page.
    """

    kind: str
    told: str | None = None


def _unlike(what: str, stored: str | None, place: str, there: str | None) -> str:
    stands = "nothing" if there is None else repr(there[:SHOWN])
    return f"{what} is stored as {(stored or '')[:SHOWN]!r}, and at {place} stands {stands}"


def _finding(document: sqlite3.Row, wrong: _Wrong, line: int | None) -> VerifyFinding:
    """``line`` is that of suppress.txt which takes the reading down, None when none does."""
    if line is None:
        message = f"{document['url']}: {wrong.told or wrong.kind}"
    else:
        message = f"{wrong.kind} (suppress.txt line {line} takes it down: not shown)"
    return VerifyFinding(
        problem=Problem.NOT_AT_ITS_PLACE,
        file=document["warc_file"],
        offset=document["warc_offset"],
        record_id=document["record_id"],
        message=message,
    )


_checker: ProvenanceChecker | None = None


def _prepare_checker(folder: DataFolder, suppression: Suppression) -> None:
    """In a worker process."""
    global _checker
    _checker = ProvenanceChecker(folder, suppression)


def _check_here(record_ids: list[str]) -> CheckedReadings:
    assert _checker is not None
    return _checker.check(record_ids)


OTHER_VERSION = "SELECT extractor_version FROM documents WHERE extractor_version <> ? LIMIT 1"

READINGS = "SELECT record_id FROM report_documents ORDER BY record_id"

DOCUMENT = """
SELECT record_id, url, warc_file, warc_offset, payload_digest, text_original
FROM documents WHERE record_id = ?
"""

CELLS = "SELECT name, raw, provenance FROM cells WHERE record_id = ? ORDER BY name"

FIGURES = """
SELECT ordinal, measure, quote, original_start, original_end
FROM figures WHERE record_id = ? ORDER BY ordinal
"""
