"""Tables as Parquet: an explicit schema, row groups of one batch, labels with the fields."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extract.errors import ExtractError
from extract.panel_columns import Column, ColumnType
from extract.panel_rows import Row


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
        """Adds rows as one row group."""
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
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        """Ends the file."""
        self._writer.close()

    def abandon(self) -> None:
        """Lets go of what is open, after an error."""
        self._writer.close()


def _encodable(value: object) -> object:
    """Text without lone surrogates, which UTF-8 cannot hold."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()
    return value
