"""Tables as Parquet: an explicit schema, labels with the fields, few row groups."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extract.errors import ExtractError
from extract.panel_columns import Column, ColumnType
from extract.panel_rows import Row

GROUP_CELLS = 3_000_000
"""Of a row group, 30 MB of the panel: what is known of a group takes 1 MB till the file ends."""
GROUP_ROWS = 100_000
"""At most, of tables with few columns."""


def arrow() -> Any:  # noqa: ANN401 -- a module
    """pyarrow. Raises ExtractError where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ExtractError(
            "Parquet files are written by pyarrow, which is not installed: "
            "pip install 'nianbao[export]'"
        ) from error
    return pyarrow


class ParquetTable:
    """A table as Parquet (zstd). Values are doubles, codes and text strings; null is null.

    Nothing in it is of the moment: the same rows and pyarrow give the same bytes.
    """

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._arrow = arrow()
        self._schema = self._arrow.schema([self._field(column) for column in columns])
        self._group_rows = min(GROUP_ROWS, GROUP_CELLS // len(columns))
        self._held: list[Any] = []
        self._writer = self._arrow.parquet.ParquetWriter(
            path, self._schema, compression="zstd", version="2.6"
        )

    def _field(self, column: Column) -> Any:  # noqa: ANN401 -- pyarrow's
        types = {
            ColumnType.TEXT: self._arrow.string(),
            ColumnType.CODE: self._arrow.string(),
            ColumnType.INTEGER: self._arrow.int32(),
            ColumnType.NUMBER: self._arrow.float64(),
        }
        metadata = {"label": column.label}
        if column.variable is not None:
            metadata |= {"label_zh": column.variable.chinese, "unit": column.variable.unit}
        return self._arrow.field(column.name, types[column.type], metadata=metadata)

    def write(self, rows: Sequence[Row]) -> None:
        """Adds rows, in the order of the columns."""
        if not rows:
            return
        arrays = [
            self._arrow.array(
                [_encodable(value) for value in values]
                if self._arrow.types.is_string(field.type)
                else values,
                type=field.type,
            )
            for values, field in zip(zip(*rows, strict=True), self._schema, strict=True)
        ]
        self._held.append(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        if sum(len(table) for table in self._held) >= self._group_rows:
            self._write_group()

    def _write_group(self) -> None:
        group = self._arrow.concat_tables(self._held)
        self._held.clear()
        self._writer.write_table(group, row_group_size=len(group))

    def close(self) -> None:
        """Ends the file."""
        if self._held:
            self._write_group()
        self._writer.close()

    def abandon(self) -> None:
        """Lets go of what is open, after an error."""
        self._writer.close()


def _encodable(value: object) -> object:
    """Text without lone surrogates, which UTF-8 cannot hold."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()
    return value
