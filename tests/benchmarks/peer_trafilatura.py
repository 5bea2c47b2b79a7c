"""The peer of re-extraction: trafilatura in its defaults over WARC files read by warcio.

As many processes as nianbao has; each takes its share of the articles, and the texts are kept.
"""

from __future__ import annotations

import argparse
import multiprocessing
from pathlib import Path

BATCH = 8


def read_batch(pages: list[tuple[str, bytes]]) -> list[tuple[str, str | None]]:
    """Address and text of pages."""
    import trafilatura

    return [(url, trafilatura.extract(body.decode("utf-8"))) for url, body in pages]


def main() -> None:
    """The peer's process."""
    from warcio.archiveiterator import ArchiveIterator

    parser = argparse.ArgumentParser()
    parser.add_argument("warc", type=Path)
    parser.add_argument("jobs", type=int)
    given = parser.parse_args()
    pages: list[tuple[str, bytes]] = []
    for path in sorted(given.warc.glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                url = record.rec_headers.get_header("WARC-Target-URI")
                if record.rec_type == "response" and "/t20" in url:
                    pages.append((url, record.content_stream().read()))
    batches = [pages[start : start + BATCH] for start in range(0, len(pages), BATCH)]
    with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
        texts = [text for batch in pool.imap_unordered(read_batch, batches) for text in batch]
    assert len(texts) == len(pages)
    assert all(text for _, text in texts)


if __name__ == "__main__":
    main()
