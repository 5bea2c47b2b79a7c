"""Which rows of a table differ between two corpora that are attached as ``old`` and ``next``.

Keys are content, so rows are the same ones when their keys are. SQLite walks both by their keys;
only what differs comes to memory, of tables that count their rows (``ordinal``) a record at a time.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Value = str | int | float | None

NOT_COMPARED = frozenset({"extractor_version"})
"""It names the version and is told once for the whole."""

PAIRED_BY: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "figures": (("measure", "quote"), ("quote",), ("measure", "value"), ("measure",)),
    "sections": (("kind", "heading"), ("heading",), ("kind",)),
    "changes": (("kind", "field"),),
}
"""Of tables that count their rows: what makes a lost and a gained row one that changed, the
strictest first. An ordinal says nothing: one number more in the prose moves all behind it."""


class What(StrEnum):
    """What became of a row."""

    CHANGED = "changed"
    LOST = "lost"
    GAINED = "gained"
    MOVED = "moved"
    """Its place or number in its document is another, and nothing else."""


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column of a row that differs; None on the side that has no such row."""

    column: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """A row that differs: its key by column, and its columns that differ, all of one that is lost
    or gained.
    """

    table: str
    what: What
    key: tuple[tuple[str, Value], ...]
    columns: tuple[ColumnChange, ...]

    def find(self, column: str) -> Value:
        """A column's value in the key, else the new one, else the old one."""
        for name, value in self.key:
            if name == column:
                return value
        for one in self.columns:
            if one.column == column:
                return one.old if one.new is None else one.new
        return None

    def values(self) -> Iterator[Value]:
        """All that is told of it."""
        for _, value in self.key:
            yield value
        for one in self.columns:
            yield from (one.old, one.new)


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table as both sides have it: the columns of its key, and its other common ones."""

    name: str
    key: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def owner(self) -> tuple[str, ...]:
        """The key without the number of the row."""
        return tuple(name for name in self.key if name != "ordinal")

    @property
    def is_counted(self) -> bool:
        """Whether its rows are numbered within a document."""
        return "ordinal" in self.key

    @property
    def content(self) -> tuple[str, ...]:
        """What a numbered row says, without its place."""
        return tuple(name for name in self.others if not name.endswith(("_start", "_end")))


def shapes(db: sqlite3.Connection) -> tuple[list[TableShape], list[str]]:
    """The tables that both sides have, and in words what only one of them has."""
    notes: list[str] = []
    sides = {side: _tables(db, side) for side in ("old", "next")}
    found: list[TableShape] = []
    for name in sorted(set(sides["old"]) | set(sides["next"])):
        old, new = sides["old"].get(name), sides["next"].get(name)
        if old is None or new is None or old.keys != new.keys:
            which = "the former alone" if new is None else "the new one alone"
            notes.append(f"table {name}: of another form, or in {which}; not compared")
            continue
        only = sorted(set(old.columns) ^ set(new.columns))
        if only:
            notes.append(f"table {name}: not on both sides and not compared: {', '.join(only)}")
        kept = [c for c in new.columns if c in old.columns and c not in NOT_COMPARED]
        others = tuple(column for column in kept if column not in new.keys)
        found.append(TableShape(name, new.keys, others))
    return found, notes


@dataclass(frozen=True, slots=True)
class _Stored:
    keys: tuple[str, ...]
    columns: tuple[str, ...]


def _tables(db: sqlite3.Connection, side: str) -> dict[str, _Stored]:
    query = (
        "SELECT name FROM pragma_table_list WHERE schema = ? AND type = 'table'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_%' ESCAPE '\\'"
    )
    tables = {}
    for (name,) in db.execute(query, [side]).fetchall():
        rows = db.execute(f"PRAGMA {side}.table_info({name})").fetchall()
        keyed = sorted((row[5], row[1]) for row in rows if row[5])
        tables[name] = _Stored(tuple(key for _, key in keyed), tuple(row[1] for row in rows))
    return tables


def iter_changes(db: sqlite3.Connection, shape: TableShape) -> Iterator[RowChange]:
    """Every row of a table that differs."""
    return _iter_counted(db, shape) if shape.is_counted else _iter_keyed(db, shape)


def _iter_keyed(db: sqlite3.Connection, shape: TableShape) -> Iterator[RowChange]:
    size = len(shape.others)
    if size:
        asked = ", ".join(
            [f"n.{c}" for c in shape.key]
            + [f"o.{c}" for c in shape.others]
            + [f"n.{c}" for c in shape.others]
        )
        query = (
            f"SELECT {asked} FROM next.{shape.name} n JOIN old.{shape.name} o"  # noqa: S608
            f" ON {_same(shape.key)} WHERE {_unlike(shape.others)}"
        )
        for row in db.execute(query):
            key, sides = row[: len(shape.key)], row[len(shape.key) :]
            yield _row(shape, key, sides[:size], sides[size:])
    for side, what in (("next", What.GAINED), ("old", What.LOST)):
        other = "old" if side == "next" else "next"
        query = (
            f"SELECT {', '.join((*shape.key, *shape.others))} FROM {side}.{shape.name} n"  # noqa: S608
            f" WHERE NOT EXISTS (SELECT 1 FROM {other}.{shape.name} o WHERE {_same(shape.key)})"
        )
        for row in db.execute(query):
            yield _whole(shape, what, row[: len(shape.key)], shape.others, row[len(shape.key) :])


def _row(
    shape: TableShape, key: Sequence[Value], old: Sequence[Value], new: Sequence[Value]
) -> RowChange:
    columns = tuple(
        ColumnChange(name, before, after)
        for name, before, after in zip(shape.others, old, new, strict=True)
        if before != after
    )
    named = tuple(zip(shape.key, key, strict=True))
    return RowChange(table=shape.name, what=What.CHANGED, key=named, columns=columns)


def _whole(
    shape: TableShape,
    what: What,
    key: Sequence[Value],
    names: Sequence[str],
    values: Sequence[Value],
) -> RowChange:
    keyed = shape.owner if len(key) < len(shape.key) else shape.key
    columns = tuple(
        ColumnChange(name, None, value) if what is What.GAINED else ColumnChange(name, value, None)
        for name, value in zip(names, values, strict=True)
    )
    named = tuple(zip(keyed, key, strict=True))
    return RowChange(table=shape.name, what=what, key=named, columns=columns)


def _same(key: Sequence[str]) -> str:
    return " AND ".join(f"o.{column} IS n.{column}" for column in key)


def _unlike(columns: Sequence[str]) -> str:
    return " OR ".join(f"o.{column} IS NOT n.{column}" for column in columns)


def _iter_counted(db: sqlite3.Connection, shape: TableShape) -> Iterator[RowChange]:
    """Rows that stand on both sides are taken out, however they are numbered; of the rest pairs
    are told as changed.
    """
    owner = ", ".join(f"n.{column}" for column in shape.owner)
    unlike = f" AND NOT ({_unlike(shape.others)})" if shape.others else ""
    parts = [
        f"SELECT {owner} FROM {side}.{shape.name} n WHERE NOT EXISTS ("  # noqa: S608
        f"SELECT 1 FROM {other}.{shape.name} o WHERE {_same(shape.key)}{unlike})"
        for side, other in (("next", "old"), ("old", "next"))
    ]
    for record in db.execute(" UNION ".join(parts)):
        yield from _of_record(db, shape, record)


def _of_record(
    db: sqlite3.Connection, shape: TableShape, record: Sequence[Value]
) -> Iterator[RowChange]:
    where = " AND ".join(f"{column} IS ?" for column in shape.owner)
    rows = {
        side: db.execute(
            f"SELECT {', '.join(shape.content)} FROM {side}.{shape.name}"  # noqa: S608
            f" WHERE {where} ORDER BY ordinal",
            record,
        ).fetchall()
        for side in ("old", "next")
    }
    lost = list((Counter(rows["old"]) - Counter(rows["next"])).elements())
    gained = list((Counter(rows["next"]) - Counter(rows["old"])).elements())
    if not lost and not gained:
        named = tuple(zip(shape.owner, record, strict=True))
        yield RowChange(table=shape.name, what=What.MOVED, key=named, columns=())
        return
    for by in PAIRED_BY.get(shape.name, ()):
        places = [shape.content.index(column) for column in by if column in shape.content]
        pairs, lost, gained = _paired(lost, gained, places)
        for old, new in pairs:
            yield _pair(shape, record, old, new)
    for old in lost:
        yield _whole(shape, What.LOST, record, shape.content, old)
    for new in gained:
        yield _whole(shape, What.GAINED, record, shape.content, new)


_Rows = list[tuple[Value, ...]]


def _paired(
    lost: _Rows, gained: _Rows, places: Sequence[int]
) -> tuple[list[tuple[tuple[Value, ...], tuple[Value, ...]]], _Rows, _Rows]:
    """Those with the same values at these places, in order; and what is left of both."""
    waiting: dict[tuple[Value, ...], deque[tuple[Value, ...]]] = {}
    for new in gained:
        waiting.setdefault(tuple(new[place] for place in places), deque()).append(new)
    pairs, left = [], []
    for old in lost:
        same = waiting.get(tuple(old[place] for place in places))
        if same:
            pairs.append((old, same.popleft()))
        else:
            left.append(old)
    return pairs, left, [new for rows in waiting.values() for new in rows]


def _pair(
    shape: TableShape, record: Sequence[Value], old: Sequence[Value], new: Sequence[Value]
) -> RowChange:
    """A changed row; what both sides say of it stands in its key, so that it can be told."""
    sides = list(zip(shape.content, old, new, strict=True))
    named = [*zip(shape.owner, record, strict=True)]
    named += [
        (name, after)
        for name, before, after in sides
        if before == after and name in ("measure", "quote", "kind", "heading", "field")
    ]
    columns = tuple(
        ColumnChange(name, before, after) for name, before, after in sides if before != after
    )
    return RowChange(table=shape.name, what=What.CHANGED, key=tuple(named), columns=columns)
