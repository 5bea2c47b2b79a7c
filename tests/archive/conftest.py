from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from archive_samples import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive(tmp_path / "data")
    yield opened
    opened.close()
