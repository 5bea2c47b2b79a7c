"""The reports of the corpus that repeat an earlier one, as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from extract.copies import KINDS
from extract.schema import open_corpus_to_read


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCopy:
    """A finding on a report; ``message`` names the earlier one and how much of it is the same."""

    kind: str
    report: str
    title: str
    reporting_for: str
    report_year: int
    division: str | None
    url: str
    record_id: str
    message: str


def iter_copies(path: Path, *, division: str | None, year: int | None) -> Iterator[FoundCopy]:
    """Copies in order of division, body, year and kind: of divisions whose code begins so, of a
    year, or all. Raises ExtractError without a corpus."""
    given = {"division": division, "year": year}
    with closing(open_corpus_to_read(path)) as db:
        for row in db.execute(COPIES, given):
            yield FoundCopy(**dict(row))


COPIES = f"""
SELECT f.kind, f.report, r.title, r.reporting_for, r.report_year, r.division, f.url, f.record_id,
       f.message
FROM findings f JOIN reports r ON r.report_id = f.report
WHERE f.kind IN ({", ".join(map(repr, KINDS))})
  AND (:division IS NULL OR substr(r.division, 1, length(:division)) = :division)
  AND (:year IS NULL OR r.report_year = :year)
ORDER BY coalesce(r.division, '9'), f.report, f.kind, f.message
"""  # noqa: S608
