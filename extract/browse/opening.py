"""Where a report's capture, or one of its values, is opened in replay."""

from __future__ import annotations

from urllib.parse import urlencode

from archive.index import ArchiveIndex
from archive.replay_address import replay_path
from archive.rows import CaptureRow
from extract.browse.corpus import Reading
from extract.browse.errors import BadQuestion, NotThere, TakenDownHere
from extract.value_places import ValuePlace, find_value

MOST_FIGURES = 1_000_000
"""The highest number of a figure in its report."""


def value_link(report_id: str, *, cell: str = "", figure: int | None = None) -> str:
    """Our address that leads to a value on its archived page; without one to the report's page."""
    given = {"report": report_id, "cell": cell, "figure": "" if figure is None else str(figure)}
    return "/open?" + urlencode({name: value for name, value in given.items() if value})


def record_link(record_id: str) -> str:
    """Our address that leads to a capture."""
    return "/open?" + urlencode({"record": record_id})


def opened_at(reading: Reading) -> str:
    """The path in replay that ``/open`` leads to: of ``record``, or of ``report`` and of its
    ``cell`` or ``figure``. Raises NotThere, TakenDownHere.
    """
    asked = reading.asked
    report_id, record_id, fragment = asked.text("report"), asked.text("record"), ""
    if report_id:
        reading.refuse_taken_down(report_id)
        value = _value(reading, report_id)
        record_id, fragment = value.record_id, value.fragment if value.place or value.text else ""
    if not record_id:
        raise BadQuestion("report, record")
    url, moment = _capture(reading, record_id)
    return replay_path(url, moment) + fragment


def _capture(reading: Reading, record_id: str) -> tuple[str, str]:
    """Address and time, 14 digits, of a document's capture, else of a listing's or any other.
    Raises NotThere, TakenDownHere.
    """
    row = reading.db.execute(CAPTURE, [record_id]).fetchone()
    if row is not None:
        hidden = reading.hides_capture(record_id, row["url"])
        url, digits = row["url"], "".join(one for one in row["captured_at"] if one.isdigit())
    else:
        found = _archived(reading, record_id)
        hidden = any(
            reading.hides_capture(one, found.url) for one in (record_id, found.refers_to) if one
        )
        url, digits = found.url, f"{found.captured_at:%Y%m%d%H%M%S}"
    if hidden:
        raise TakenDownHere
    return url, digits[:14]


def _archived(reading: Reading, record_id: str) -> CaptureRow:
    """What the archive's index says of a capture that is no document. Raises NotThere."""
    if not reading.folder.archive_db.exists():
        raise NotThere(record_id)
    with ArchiveIndex.open(reading.folder.archive_db, read_only=True) as index:
        found = index.find(record_id)
    if found is None:
        raise NotThere(record_id)
    return found


def _value(reading: Reading, report_id: str) -> ValuePlace:
    row = reading.db.execute(REPORT, [report_id]).fetchone()
    if row is None:
        raise NotThere(report_id)
    cell, record = reading.asked.text("cell"), row["record_id"]
    ordinal = reading.asked.number("figure", 0, MOST_FIGURES)
    found = ValuePlace(record_id=record, text="", place={})
    if cell:
        named = find_value(reading.db, report_id, record, cell)
        if named is None:
            raise NotThere(cell)
        return named
    if ordinal is not None:
        figure = reading.db.execute(FIGURE, [record, ordinal]).fetchone()
        if figure is None:
            raise NotThere(str(ordinal))
        return ValuePlace(record_id=record, text=figure["quote"], place={})
    return found


REPORT = "SELECT record_id FROM reports WHERE report_id = ?"
FIGURE = "SELECT quote FROM figures WHERE record_id = ? AND ordinal = ?"
CAPTURE = "SELECT url, captured_at FROM documents WHERE record_id = ?"
