"""What `.ci/fetch` brought from the registry: in `build/fetched`, or NIANBAO_FETCHED."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

BUILD = Path(__file__).resolve().parents[1] / "build"
FETCHED = Path(os.environ.get("NIANBAO_FETCHED") or BUILD / "fetched")


def get_fetched(pattern: str) -> Path:
    """The file or folder of this name. Without it the test is skipped; in CI it fails."""
    found = next(iter(sorted(FETCHED.glob(pattern))), None)
    if found is not None:
        return found
    missing = f"{FETCHED} has no {pattern}: `bash .ci/fetch` fetches it"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
