"""The command that prints the feed of what is new."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli_folder import data_option, day_of, existing_folder


@click.command()
@data_option
@click.option("--since", metavar="DATE", help="Captured on this day (UTC) or later.")
@click.option("--portal", help="Only of this portal.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, help="Default: 200.")
def feed(data: Path | None, since: str | None, portal: str | None, limit: int) -> None:
    """Print what is new as an Atom feed: reports, changes, portals in trouble; the newest first."""
    from crawler.config import load_config
    from crawler.news_feed import news_feed
    from extract.news import WantedNews

    folder = existing_folder(data)
    wanted = WantedNews(since=None if since is None else day_of(since), portal=portal)
    config = load_config(folder.settings_file)
    document = news_feed(folder, config, wanted, most=limit)
    click.echo(document, nl=False)
