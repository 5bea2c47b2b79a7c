"""The main job on real reports: serve the sample portal on loopback, crawl it, show the reports."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console

from archive.folder import DataFolder
from crawler import presenting
from crawler.config import load_config
from crawler.exit_codes import ExitCode
from crawler.portal import load_portals
from crawler.progress import crawl_progress
from crawler.run import PlannedPortal, live_services, run_spider
from crawler.sample_portal.server import serve
from extract.shown_reports import ShownReports

SAMPLE = "sample"
"""The id of the packaged portal file that the demo crawls."""


def run_demo(folder: DataFolder, *, jobs: int | None, talk: Console) -> ExitCode:
    """Crawls the sample portal into ``folder``; returns FAILED when it gave no report."""
    known = load_portals(None)
    planned = PlannedPortal(portal=known.get(SAMPLE), text=known.text(SAMPLE))
    address = urlsplit(planned.portal.listings[0].url)
    config = replace(load_config(folder.settings_file), allow_private=True)
    with serve(host=str(address.hostname), port=int(address.port or 80)):
        talk.print(f"serving the sample portal at http://{address.netloc}/ and crawling it")
        with (
            live_services(folder, [planned], config, jobs=jobs) as services,
            crawl_progress(talk, services),
        ):
            finished = run_spider(services)
    presenting.tell_run(talk, services)
    if not finished:
        return ExitCode.INTERRUPTED
    reports = list(ShownReports(folder).iter_selected())
    presenting.print_report_list(reports, folder)
    if not reports:
        talk.print("the crawl gave no report; see the findings in corpus.db", style="red")
        return ExitCode.FAILED
    _say_what_next(talk, folder, reports[0]["url"])
    return ExitCode.OK


def _say_what_next(talk: Console, folder: DataFolder, url: str) -> None:
    data = shlex.quote(os.fspath(folder.root))
    called = Path(sys.argv[0])
    program = shlex.quote(str(called)) if called.name == "nianbao" else "nianbao"
    talk.print("look further:")
    for command in (
        f"{program} browse --data {data}",
        f"{program} show --data {data} {url}",
        f"{program} search --data {data} 主动公开",
        f"{program} status --data {data}",
        f"{program} replay --data {data}",
        f"{program} export --data {data} --format jsonl {data}/export",
        f"{program} verify --data {data}",
        f"{program} crawl --data {data} --from-archive",
    ):
        talk.print(f"  {command}", markup=False)
