"""Runs ``crawl_program.py`` and gives its account."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("crawl_program.py")
SECONDS = 60


@dataclass
class Kept:
    """One exchange as the recorder got it."""

    method: str
    url: str
    role: str
    portal: str
    sent: bytes
    received: bytes
    truncated: str | None
    failure: str | None
    text: str | None
    ip: str | None
    in_order: bool


@dataclass
class Account:
    exchanges: dict[str, list[Kept]]
    outcomes: dict[str, list[dict[str, Any]]]
    failures: list[dict[str, Any]]
    stats: dict[str, Any]
    threads: int
    order: list[Kept]

    def kept(self, url: str) -> Kept:
        """The one exchange of a URL."""
        (only,) = self.exchanges[url]
        return only

    def outcome(self, url: str) -> dict[str, Any]:
        """What the spider got for a URL that it asked for once."""
        (only,) = self.outcomes[url]
        return only


def crawl(folder: Path, requests: list[dict[str, Any]], **order: Any) -> Account:
    asked, told = folder / "order.json", folder / "account.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **order.pop("environment", {})}
    asked.write_text(json.dumps({"requests": requests, **order}), "utf-8")
    ran = subprocess.run(
        [sys.executable, str(PROGRAM), str(asked), str(told)],
        timeout=SECONDS,
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.exists(), ran.stderr
    return account(json.loads(told.read_text("utf-8")))


def account(told: dict[str, Any]) -> Account:
    exchanges, outcomes, in_order = defaultdict(list), defaultdict(list), []
    for raw in told["exchanges"]:
        octets = {key: base64.b64decode(raw[key]) for key in ("sent", "received")}
        kept = Kept(**{**raw, **octets})
        exchanges[kept.url].append(kept)
        in_order.append(kept)
    for raw in told["outcomes"]:
        if "body" in raw:
            raw["body"] = base64.b64decode(raw["body"])
        outcomes[raw["asked"]].append(raw)
    return Account(exchanges, outcomes, told["failures"], told["stats"], told["threads"], in_order)
