"""A page before it is written: its template and what it says, which is its JSON as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
"""A JSON object."""


@dataclass(frozen=True, slots=True)
class Page:
    """``data`` is the page's JSON, and all that its template knows beside words and links."""

    template: str
    data: Json
    status: int = 200


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a list stands: its number of entries, and the page of it, from 1."""

    total: int
    page: int
    size: int

    @property
    def offset(self) -> int:
        """Entries in front of this page."""
        return (self.page - 1) * self.size

    def as_json(self) -> Json:
        """The numbers of the pages beside it, None where there are none."""
        last = max(1, -(-self.total // self.size))
        return {
            "total": self.total,
            "page": self.page,
            "last": last,
            "size": self.size,
            "previous": self.page - 1 if self.page > 1 else None,
            "next": self.page + 1 if self.page < last else None,
        }
