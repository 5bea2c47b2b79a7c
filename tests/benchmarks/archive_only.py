"""nianbao's crawl with its reading switched off: what is archived is read by the next command."""

from __future__ import annotations

import sys
from pathlib import Path

from archive.folder import DataFolder
from crawler import settings
from crawler.config import load_config
from crawler.handover import Handover
from crawler.portal import load_portals
from crawler.run import PlannedPortal, live_services, run_spider


class NothingRead(Handover):
    """What is captured waits for nobody: the next command reads it."""

    def given(self, portal_id: str) -> None:
        """Not counted."""


def main() -> None:
    """Crawls every portal of a data folder, without the pipeline that reads."""
    folder = DataFolder(Path(sys.argv[1]))
    known = load_portals(folder.portals)
    planned = [
        PlannedPortal(portal=portal, text=known.text(portal.portal_id))
        for portal in known
        if portal.portal_id == "made"
    ]
    settings.ITEM_PIPELINES = {}
    config = load_config(folder.settings_file, allow_private=True)
    with live_services(folder, planned, config) as services:
        services.handover = NothingRead()
        if not run_spider(services):
            sys.exit(1)


if __name__ == "__main__":
    main()
