"""A table of the corpus as CSV in pieces, for one who takes it over a line: memory stays flat."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterator
from itertools import chain, islice

from extract.csv_table import CsvTable, text_of
from extract.known_bodies import KnownBodies
from extract.panel_order import body_years
from extract.panel_tables import PanelTable, columns_of, rows_of
from extract.selection import Selection

PIECE = 1 << 17
"""Bytes of a piece, about: a row more."""


def iter_csv(
    db: sqlite3.Connection,
    table: PanelTable,
    selection: Selection,
    *,
    bom: bool,
    hides: Callable[[str], bool],
    known: KnownBodies,
) -> Iterator[bytes]:
    """The bytes of ``<table>.csv`` as an export writes it of the same selection, its first line at
    once. ``db`` is that of ``reading_corpus``, one state until the end; reports are left out by id,
    bodies.csv is ``known``.
    """
    years = body_years(db, selection, hides, known=known)
    first = list(islice(years, 1))  # a corpus of which nothing can be claimed says so here
    held = io.BytesIO()
    text = text_of(held)
    out = CsvTable(text, columns_of(table), bom=bom)
    text.flush()
    yield _taken(held)
    for made in chain(first, years):
        out.write(list(rows_of(table, made)))
        text.flush()
        if held.tell() >= PIECE:
            yield _taken(held)
    yield _taken(held)


def _taken(held: io.BytesIO) -> bytes:
    piece = held.getvalue()
    held.seek(0)
    held.truncate()
    return piece
