"""How wide the text columns of Stata's files are: the same for any choice of reports."""

from __future__ import annotations

import sqlite3

FIXED_MOST = 244
"""Bytes up to which text is a fixed string in Stata's files; the body's id is always one, since
rows are merged by it."""


def text_widths(db: sqlite3.Connection) -> dict[str, int]:
    """The bytes of text columns, from the whole corpus: a choice changes no type."""
    asked = {
        "bodies": ("body_id", "name", "body_type", "admin_level", "division_today"),
        "reports": (
            *("division", "division_name", "published_on", "signed_on", "period_start"),
            *("period_end", "doc_number", "table2_form", "table3_form", "appendix_form"),
            *("tables_source", "confidence", "issuing_body", "reporting_for"),
        ),
        "documents": ("script", "captured_at", "payload_digest"),
        "figures": ("unit", "qualifier"),
        "cells": ("unit",),
    }
    found = {"report_scope": 7, "report_state": 17, "series": 17, "unit": 6}
    found |= {"variable": 64, "panel_column": 32}
    for table, columns in asked.items():
        measured = ", ".join(f"max(length(CAST({name} AS BLOB)))" for name in columns)
        row = db.execute(f"SELECT {measured} FROM {table}").fetchone()  # noqa: S608
        for name, width in zip(columns, row, strict=True):
            found[name] = max(width or 1, found.get(name, 1))
    return {
        name: width for name, width in found.items() if width <= FIXED_MOST or name == "body_id"
    }
