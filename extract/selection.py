"""Which reports of the corpus are meant: by body, portal, year, division or address."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, fields

_UNSAFE = re.compile(r"[^\w.]+")
_MAX_STEM = 80

BODY = """r.body_id IN (SELECT body_id FROM bodies WHERE ? IN (body_id, name)
    UNION SELECT body_id FROM body_names WHERE name = ?)"""

PORTAL = """EXISTS (SELECT 1 FROM report_documents rd JOIN documents d USING (record_id)
    WHERE rd.report_id = r.report_id AND d.portal = ?)"""

YEAR = "r.report_year = ?"

DIVISION = "substr(r.division, 1, length(?)) = ?"

AT = """r.report_id IN (
    SELECT rd.report_id FROM report_documents rd JOIN documents x USING (record_id)
    WHERE x.url = ? OR x.asked_url = ? OR (x.entry_url = ? AND NOT EXISTS (
        SELECT 1 FROM report_documents od JOIN documents o USING (record_id)
        WHERE o.asked_url = ?)))"""
"""Of an address the reports there; of a page that is none those of its files."""

RECORD = """r.report_id IN (SELECT report_id FROM report_documents WHERE record_id = ?)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Reports to which each kind that is given applies, by any of its values: ``bodies`` are ids or
    names, ``divisions`` beginnings of codes ("44" a province), ``urls`` addresses of readings,
    ``records`` the record ids of readings. Empty: all reports.
    """

    bodies: tuple[str, ...] = ()
    portals: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    divisions: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    records: tuple[str, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether nothing is given."""
        return not any(getattr(self, kind.name) for kind in fields(self))

    def condition(self) -> tuple[str, list[str | int]]:
        """An SQL condition on ``reports r``, and the values of its marks."""
        conditions: list[str] = []
        given: list[str | int] = []
        for sql, values in self._kinds():
            if values:
                conditions.append("(" + " OR ".join([sql] * len(values)) + ")")
                given += [value for value in values for _ in range(sql.count("?"))]
        return " AND ".join(conditions) or "1", given

    def _kinds(self) -> tuple[tuple[str, tuple[str | int, ...]], ...]:
        return (
            (BODY, self.bodies),
            (PORTAL, self.portals),
            (YEAR, self.years),
            (DIVISION, self.divisions),
            (AT, self.urls),
            (RECORD, self.records),
        )

    def words(self) -> str:
        """What was given, for a person; "all" for nothing."""
        parts = [
            f"{kind.name} {', '.join(map(str, values))}"
            for kind in fields(self)
            if (values := getattr(self, kind.name))
        ]
        return "; ".join(parts) or "all"

    def stem(self) -> str:
        """A file's name without suffix for what is selected: the same for the same, another for
        another, and safe on any system.
        """
        if self.is_all:
            return "reports"
        values = [str(value) for _, given in self._kinds() for value in given]
        plain = "-".join(["reports", *values])
        safe = _UNSAFE.sub("-", plain).strip("-.")
        if safe == plain and len(safe.encode()) <= _MAX_STEM:
            return safe
        digest = hashlib.sha256("\0".join(values).encode("utf-8", "replace")).hexdigest()
        return f"{safe[: _MAX_STEM // 4].strip('-.')}-{digest[:12]}"
