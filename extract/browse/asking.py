"""What a request asks: its page, arguments and language; and the addresses of our own pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from extract.browse.errors import BadQuestion
from extract.languages import Lang

LONGEST = 1_000
"""Characters of an argument: an address, or an id with a long name in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``args`` are the first of each argument in the query; ``lang_is_said`` whether the address
    named the language, so that the page's links name it too.
    """

    path: str = "/"
    args: Mapping[str, str] = field(default_factory=dict)
    lang: Lang = Lang.ZH
    lang_is_said: bool = False

    def text(self, name: str) -> str:
        """An argument without the white space around it, ``""`` where it is not there."""
        value = self.args.get(name, "").strip()
        if len(value) > LONGEST or "\0" in value:
            raise BadQuestion(name)
        return value

    def number(self, name: str, low: int, high: int) -> int | None:
        """A whole number within bounds, None where it is not there. Raises BadQuestion."""
        value = self.text(name)
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and low <= int(value[:9]) <= high):
            raise BadQuestion(f"{name} = {value[:40]}")
        return int(value)

    def choice(self, name: str, values: tuple[str, ...]) -> str:
        """One of the values, or ``""`` where it is not there. Raises BadQuestion."""
        value = self.text(name)
        if value and value not in values:
            raise BadQuestion(f"{name} = {value[:40]}")
        return value

    def link(self, path: str, **args: object) -> str:
        """The address of a page of ours, in the language that was asked for."""
        given = {name: str(value) for name, value in args.items() if value not in (None, "")}
        if self.lang_is_said:
            given["lang"] = self.lang.value
        return f"{path}?{urlencode(given)}" if given else path

    def again(self, **args: object) -> str:
        """The same page with other arguments; None takes one away."""
        kept = {name: value for name, value in self.args.items() if name != "lang"}
        return self.link(self.path, **(kept | args))

    def in_lang(self, lang: Lang) -> str:
        """The same page in a language."""
        given = dict(self.args) | {"lang": lang.value}
        return f"{self.path}?{urlencode(given)}"

    def as_json(self) -> str:
        """The address of the page's JSON."""
        path = "/index" if self.path == "/" else self.path
        given = {name: value for name, value in self.args.items() if name != "lang"}
        return f"{path}.json?{urlencode(given)}" if given else f"{path}.json"


def report_path(report_id: str) -> str:
    """The page of a report, by its id ``<body>/<year>/<scope>``."""
    body, year, scope = report_id.rsplit("/", 2)
    return f"/report/{_segment(body)}/{year}/{scope}"


def body_path(body_id: str) -> str:
    """The page of a body."""
    return f"/body/{_segment(body_id)}"


def _segment(name: str) -> str:
    """One part of a path: a dot is escaped too, so that no name looks like ``.json`` or ``..``."""
    return quote(name, safe=":").replace(".", "%2E")


def language_of(said: str, accepted: str) -> Lang:
    """``said`` is the address's ``lang``; else the first of ours in Accept-Language (RFC 9110
    §12.5.4, without weights below others: order is how browsers write it), else Chinese.
    """
    for one in (said, *(part.partition(";")[0] for part in accepted.split(","))):
        prefix = one.strip().lower()[:2]
        if prefix in tuple(Lang):
            return Lang(prefix)
    return Lang.ZH
