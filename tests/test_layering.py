"""The folders are the architecture: who may import whom."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("archive", "extract", "crawler")
FORBIDDEN = {
    "archive": {"extract", "crawler"},
    "extract": {"crawler"},
    "crawler": set(),
}
OWNERS = {
    "scrapy": "crawler",
    "twisted": "crawler",
    "warcio": "archive",
    "pywb": "archive",
    "gevent": "archive",
    "trafilatura": "extract",
    "opencc": "extract",
    "datasette": "extract",
    "uvicorn": "extract",
}
MODULES = sorted(
    path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")
)


def imported(path: Path) -> set[str]:
    """Top-level names that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names.add(str(node.module).split(".")[0])
    return names


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_layers(module: Path) -> None:
    package = module.parts[0]
    names = imported(ROOT / module)
    assert not names & FORBIDDEN[package]
    foreign = {name for name, owner in OWNERS.items() if name in names and owner != package}
    assert not foreign, f"{module} imports {foreign}"


def test_adapters_ask_nothing() -> None:
    for module in MODULES:
        if module.parts[:2] == ("crawler", "adapters"):
            assert not imported(ROOT / module) & {"scrapy", "twisted", "urllib3", "requests"}


def test_every_module_imports() -> None:
    for package in PACKAGES:
        for found in pkgutil.walk_packages([str(ROOT / package)], prefix=f"{package}."):
            importlib.import_module(found.name)


def test_no_long_module() -> None:
    long = {
        str(module): lines
        for module in MODULES
        if (lines := len((ROOT / module).read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long
