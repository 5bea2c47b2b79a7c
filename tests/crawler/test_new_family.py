"""``portals family``: what it writes is of the project's own standard, and its test passes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.errors import CrawlerError
from crawler.new_family import write_family

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the program is made of."""
    for folder in ("archive", "crawler", "extract", "tests/portals"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    for name in ("pyproject.toml", "scrapy.cfg"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(checkout: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_is_written_passes_its_test_and_the_checks(checkout: Path) -> None:
    paths = write_family(checkout, "new_platform")
    assert [path.relative_to(checkout).as_posix() for path in paths] == [
        "crawler/adapters/new_platform.py",
        "tests/portals/new_platform.py",
        "tests/portals/test_new_platform.py",
    ]
    run(checkout, "ruff", "check", "crawler/adapters", "tests/portals")
    run(checkout, "ruff", "format", "--check", "crawler/adapters", "tests/portals")
    tests = ("tests/portals/test_new_platform.py", "tests/portals/test_recognition.py")
    said = run(checkout, "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert " passed" in said
    assert "failed" not in said


@pytest.mark.parametrize("name", ["", "No", "ab", "a-b-c", "class", "../../evil", "trs_static"])
def test_bad_names_are_refused(name: str, checkout: Path) -> None:
    before = (checkout / "crawler/adapters/__init__.py").read_text(encoding="utf-8")
    with pytest.raises(CrawlerError):
        write_family(checkout, name)
    assert (checkout / "crawler/adapters/__init__.py").read_text(encoding="utf-8") == before


def test_nothing_is_replaced(checkout: Path) -> None:
    (checkout / "tests/portals/new_platform.py").write_text("mine", encoding="utf-8")
    with pytest.raises(CrawlerError, match="not replaced"):
        write_family(checkout, "new_platform")
    assert not (checkout / "crawler/adapters/new_platform.py").exists()


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CrawlerError, match="no checkout"):
        write_family(tmp_path, "new_platform")
