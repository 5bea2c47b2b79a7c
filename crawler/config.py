"""The user's nianbao.toml: who runs this crawler, and how it writes."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.errors import ContactMissing, CrawlerError

TYPES: dict[str, type] = {
    "operator": str,
    "contact": str,
    "agent": str,
    "warc_prefix": str,
    "warc_bytes": int,
    "timeout": float,
}
LONGEST_TIMEOUT = 3600.0
"""Seconds; an exchange that takes longer would hold up a whole nightly run."""

ALLOW_PRIVATE = "NIANBAO_ALLOW_PRIVATE"
"""The environment variable for ``--allow-private`` (1) and ``--allow-network`` (networks)."""


class InvalidConfig(CrawlerError):
    """A nianbao.toml with an unknown key, a wrong type or a bad value; names file and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of one data folder. ``contact`` is an address or URL where an operator of a
    crawled server reaches a person; without it only loopback hosts are asked.

    ``timeout`` is seconds for one exchange, from the name to the last byte. ``networks`` are
    private ones, in CIDR notation, that may be asked though ``allow_private`` is not given.
    """

    operator: str | None = None
    contact: str | None = None
    agent: str = "nianbao"
    warc_prefix: str = "nianbao"
    warc_bytes: int = 1_000_000_000
    timeout: float = 60.0
    allow_private: bool = False
    networks: tuple[str, ...] = ()

    @property
    def user_agent(self) -> str:
        """The User-Agent header: product, version and the contact."""
        about = f" (+{self.contact})" if self.contact else ""
        return f"{self.agent}/{version('nianbao')}{about}"

    def digest(self) -> str:
        """SHA-256 over the settings, for the run's record."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def default_data_folder() -> str:
    """The data folder where none is given: NIANBAO_DATA, else ``data``."""
    return os.environ.get("NIANBAO_DATA") or "data"


def load_config(path: Path, *, allow_private: bool = False, networks: Sequence[str] = ()) -> Config:
    """Reads nianbao.toml; a missing file is the default. Raises InvalidConfig.

    NIANBAO_ALLOW_PRIVATE adds to what is given: ``1`` for all, or networks with commas between.
    """
    told = [part.strip() for part in os.environ.get(ALLOW_PRIVATE, "").split(",")]
    allowed = [*networks, *(part for part in told if part not in ("", "0", "1"))]
    addresses: dict[str, Any] = {
        "allow_private": allow_private or "1" in told,
        "networks": tuple(_network(text) for text in allowed),
    }
    if not path.exists():
        return Config(**addresses)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InvalidConfig(f"{path}: {error}; see the README's table of settings") from error
    return Config(**_checked(path, values), **addresses)


def _network(text: str) -> str:
    """A network or a single address, in CIDR notation."""
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise InvalidConfig(
            f"--allow-network or {ALLOW_PRIVATE}: {text!r} is no network ({error}); "
            "write 10.1.0.0/16, fd00:1::/32 or a single address"
        ) from error


def _checked(path: Path, values: dict[str, Any]) -> dict[str, Any]:
    for key, value in values.items():
        expected = TYPES.get(key)
        if expected is None:
            raise InvalidConfig(f"{path}: unknown key {key!r}; known are {', '.join(TYPES)}")
        if expected is float and type(value) is int:
            values[key] = value = float(value)
        if type(value) is not expected:
            raise InvalidConfig(f"{path}: {key} must be {expected.__name__}, not {value!r}")
        if isinstance(value, str) and any(ord(char) < 32 for char in value):
            raise InvalidConfig(f"{path}: {key} has a control character; remove it")
    if not 1_000_000 <= values.get("warc_bytes", 1_000_000_000) <= 10_000_000_000:
        raise InvalidConfig(f"{path}: warc_bytes must be between 1000000 and 10000000000")
    if not 0 < values.get("timeout", 60.0) <= LONGEST_TIMEOUT:
        raise InvalidConfig(f"{path}: timeout must be above 0 and at most {LONGEST_TIMEOUT:g} s")
    if not values.get("warc_prefix", "nianbao").replace("-", "").isalnum():
        raise InvalidConfig(f"{path}: warc_prefix may hold letters, digits and '-' only")
    for key in ("contact", "agent"):
        if not values.get(key, "x").isascii():
            raise InvalidConfig(f"{path}: {key} goes into a request header; ASCII only")
    return values


def require_contact(config: Config, urls: list[str], path: Path) -> None:
    """Raises ContactMissing when a host that is not loopback would be asked anonymously."""
    if config.contact:
        return
    for url in urls:
        host = urlsplit(url).hostname or ""
        if not _is_loopback(host):
            raise ContactMissing(
                f"{host} is not asked without a contact: write\n"
                f'  contact = "mailto:you@example.org"\n'
                f"into {path}, so that its operator can reach you"
            )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
