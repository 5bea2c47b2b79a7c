"""The panel of a former export, row by row, as its CSV file has it."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from extract.csv_table import safe
from extract.errors import ExtractError
from extract.export import number
from extract.export_folder import read_manifest
from extract.panel_columns import Column, ColumnType
from extract.panel_rows import Value
from extract.parquet_table import arrow

BATCH = 500
"""Rows of a Parquet file that are held at a time."""


class FormerPanel:
    """An export that stands in a folder: its ``version``, and the rows of its panel."""

    def __init__(self, folder: Path) -> None:
        """Raises ExtractError where the folder holds no whole export with a panel in CSV or
        Parquet, or a file that is not what the manifest says.
        """
        self.manifest = read_manifest(folder)
        self.version = str(self.manifest.get("data_version", ""))
        files = {file["name"]: file["sha256"] for file in self.manifest["files"]}
        name = next((one for one in ("panel.csv", "panel.parquet") if one in files), None)
        if name is None:
            raise ExtractError(
                f"{folder} has no panel in CSV or Parquet to compare with; give an export with one"
            )
        self.path = folder / name
        try:
            with self.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ExtractError(f"{self.path} cannot be read: {error.strerror}") from error
        if digest != files[name]:
            raise ExtractError(
                f"{self.path} is not what its manifest says: it was changed; give another export"
            )

    def rows(self) -> Iterator[Mapping[str, str]]:
        """Rows by column, in the order of the key; blanks are empty."""
        if self.path.suffix == ".csv":
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                yield from csv.DictReader(file)
            return
        with arrow().parquet.ParquetFile(self.path) as file:
            text = {f.name for f in file.schema_arrow if str(f.type) == "string"}
            for batch in file.iter_batches(batch_size=BATCH):
                for row in batch.to_pylist():
                    yield {name: _written(value, name in text) for name, value in row.items()}


def as_written(row: Sequence[Value], columns: Sequence[Column]) -> dict[str, str]:
    """A new row as its CSV file has it."""
    return {
        column.name: _written(value, column.type is ColumnType.TEXT)
        for value, column in zip(row, columns, strict=True)
    }


def _written(value: Any, is_text: bool) -> str:  # noqa: ANN401 -- of a row
    if value is None:
        return ""
    if isinstance(value, float):
        return str(number(value))
    return safe(value) if is_text and isinstance(value, str) else str(value)
