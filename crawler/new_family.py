"""``portals family NAME``: a family begins with an adapter, an imitation and a passing test."""

from __future__ import annotations

import keyword
import re
from importlib.resources import files
from pathlib import Path
from string import Template

from crawler.adapters import ADAPTERS
from crawler.errors import CrawlerError

WRITTEN = {
    "adapter.txt": "crawler/adapters/{name}.py",
    "imitation.txt": "tests/portals/{name}.py",
    "test.txt": "tests/portals/test_{name}.py",
}
"""Template, and where it goes in a checkout."""
REGISTRY = "crawler/adapters/__init__.py"
_NAME = re.compile(r"[a-z][a-z0-9_]{2,30}")


def write_family(root: Path, name: str) -> list[Path]:
    """Writes the three files and registers the adapter; returns the files in that order.

    Raises CrawlerError for a name that is none or is taken, for a folder that is no checkout, and
    rather than replace a file.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise CrawlerError(f"{name!r} is no name of a family: 3 to 31 of a-z, 0-9 and _")
    if name in {adapter.name for adapter in ADAPTERS}:
        raise CrawlerError(f"there is a family {name} already, in crawler/adapters/{name}.py")
    registry = root / REGISTRY
    if not registry.is_file() or not (root / "tests/portals/imitation.py").is_file():
        raise CrawlerError(f"{root} is no checkout of this program; give its folder with --into")
    cls = "".join(part.capitalize() for part in name.split("_"))
    paths = [root / place.format(name=name) for place in WRITTEN.values()]
    if there := [path for path in paths if path.exists()]:
        raise CrawlerError(f"{there[0]} is there already; it is not replaced")
    for template, path in zip(WRITTEN, paths, strict=True):
        text = (files("crawler.templates") / template).read_text(encoding="utf-8")
        made = Template(text).substitute(name=name, cls=cls, imports=_imports(name, cls))
        path.write_text(made, encoding="utf-8")
    registry.write_text(
        _registered(registry.read_text(encoding="utf-8"), name, cls), encoding="utf-8"
    )
    return paths


def _imports(name: str, cls: str) -> str:
    """What the test imports of its folder, in the order that the checks want."""
    lines = {
        "imitation": "from imitation import served",
        "judging_portals": "from judging_portals import crawl, faults, nianbao",
        name: f"from {name} import {cls}",
    }
    return "\n".join(lines[module] for module in sorted(lines))


def _registered(text: str, name: str, cls: str) -> str:
    """The registry with the adapter's import, and its place before the families known by less."""
    imports = [m for m in re.finditer(r"^from crawler\.adapters\.(\w+) import .*\n", text, re.M)]
    first = "ADAPTERS: tuple[Adapter, ...] = (\n"
    if not imports or first not in text:
        raise CrawlerError(f"{REGISTRY} does not look as it did; add {cls}() to it by hand")
    after = next((one for one in imports if one[1] > name), None)
    at = after.start() if after else imports[-1].end()
    text = f"{text[:at]}from crawler.adapters.{name} import {cls}\n{text[at:]}"
    return text.replace(first, f"{first}    {cls}(),\n", 1)
