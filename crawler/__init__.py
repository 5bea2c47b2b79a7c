"""Crawling: portals, adapters, the Scrapy side and the command line.

Imports ``archive`` and ``extract``; the only package that imports scrapy and twisted.
"""

from pathlib import Path


def check_one_parent() -> None:
    """Refuses to run when one of the three packages is somebody else's.

    Their names are generic: other distributions named archive, crawler or extract exist, and the
    ``scrapy`` script puts the project behind them on the path. Raises ImportError.
    """
    import archive
    import extract

    parents = {
        name: Path(str(file)).resolve().parent.parent
        for name, file in (
            ("archive", archive.__file__),
            ("crawler", __file__),
            ("extract", extract.__file__),
        )
    }
    if len(set(parents.values())) > 1:
        found = ", ".join(f"{name} in {parent}" for name, parent in parents.items())
        raise ImportError(
            f"the packages archive, crawler and extract must lie side by side, but: {found}; "
            "uninstall the foreign one, or use a virtual environment of its own"
        )
