"""The site: which page a path is, and the page written as HTML or as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from extract.browse.asking import Asked
from extract.browse.beside import Beside, Standing
from extract.browse.body_page import body_page
from extract.browse.changes_page import changes_page
from extract.browse.corpus import Corpus, Reading
from extract.browse.coverage_page import claim_page, coverage_page
from extract.browse.downloads import codebook_page, downloads_page
from extract.browse.errors import NoPage, NoReplay, NotThere, ReplayGivenUp
from extract.browse.front_page import front_page, nothing_page
from extract.browse.list_pages import checks_page, findings_page
from extract.browse.opening import opened_at
from extract.browse.page import Page
from extract.browse.plotting import series_picture
from extract.browse.report_page import report_page
from extract.browse.search_page import search_page
from extract.browse.words import Words
from extract.languages import Lang

HTML, JSON = "text/html; charset=utf-8", "application/json; charset=utf-8"
TEMPLATES = Path(__file__).with_name("templates")
STYLE = "/style.css"

Build = Callable[..., Page]

PAGES: tuple[tuple[str, Build], ...] = (
    (r"/(?:index)?", front_page),
    (r"/search", search_page),
    (r"/coverage", coverage_page),
    (r"/findings", findings_page),
    (r"/checks", checks_page),
    (r"/changes", changes_page),
    (r"/downloads", downloads_page),
    (r"/codebook", codebook_page),
    (r"/body/(?P<body_id>[^/]+)", body_page),
    (r"/claim/(?P<body_id>[^/]+)/(?P<year>\d{4})", claim_page),
    (r"/report/(?P<body_id>[^/]+)/(?P<year>\d{1,4})/(?P<scope>[a-z]+)", report_page),
)
"""Pages by their paths, as the browser sent them; ``.json`` behind one gives its JSON."""

ROUTES = tuple(rf"^(?:{path})(?:\.json)?$" for path, _ in PAGES)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes to the browser. ``headers`` are those beside the type."""

    body: bytes
    status: int = 200
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Site:
    """Answers requests from a corpus. ``replay`` says how the replay beside stands."""

    corpus: Corpus
    replay: Callable[[], Beside]

    def answer(self, asked: Asked) -> Answer:
        """The page of a path, or a message."""
        path, is_json = asked.path, asked.path.endswith(".json")
        path = path.removesuffix(".json")
        asked = Asked(
            path="/" if path == "/index" else path,
            args=asked.args,
            lang=asked.lang,
            lang_is_said=asked.lang_is_said,
        )
        try:
            page = self._page(asked)
        except NoPage as problem:
            page = _message(problem)
        if is_json:
            text = json.dumps(page.data, ensure_ascii=False, indent=1)
            return Answer(text.encode("utf-8", "replace"), page.status, JSON, _headers(page))
        return Answer(self._html(page, asked), page.status, HTML, _headers(page))

    def opened(self, asked: Asked) -> Answer:
        """A redirect into replay, or a message."""
        try:
            if not self.corpus.is_there:
                raise NotThere
            with self.corpus.read(asked) as reading:
                path = opened_at(reading)
            beside = self.replay()
            if beside.origin is None:
                raise ReplayGivenUp if beside.standing is Standing.GIVEN_UP else NoReplay
        except NoPage as problem:
            return self.message(asked, problem)
        return Answer(b"", 302, HTML, (("Location", beside.origin + path),))

    def message(self, asked: Asked, problem: NoPage) -> Answer:
        """A message in place of a page."""
        page = _message(problem)
        return Answer(self._html(page, asked), page.status, HTML, _headers(page))

    def _page(self, asked: Asked) -> Page:
        for pattern, build in PAGES:
            if (match := re.fullmatch(pattern, asked.path)) is not None:
                named = {name: unquote(value) for name, value in match.groupdict().items()}
                if not self.corpus.is_there:
                    return nothing_page()
                with self.corpus.read(asked) as reading:
                    return _built(build, reading, named)
        raise NotThere(asked.path)

    def _html(self, page: Page, asked: Asked) -> bytes:
        words = Words(asked.lang)
        template = self._templates.get_template(page.template)
        text = template.render(
            page.data,
            asked=asked,
            t=words,
            lang=asked.lang.value,
            langs=[(Lang.ZH, "中文"), (Lang.EN, "English")],
            link=asked.link,
            picture=lambda series, years: Markup(series_picture(series, years, words)),  # noqa: S704
            tables_are_open=not self.corpus.taken_down.rules(),
            other_corpus=read_from.name if (read_from := self.corpus.folder.read_from) else None,
            replay=self.replay().standing.value,
        )
        return text.encode("utf-8", "replace")

    @cached_property
    def _templates(self) -> Environment:
        made = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.filters |= {"day": day, "grouped": grouped}
        return made


def _built(build: Build, reading: Reading, named: dict[str, str]) -> Page:
    return build(reading, **named)


def _message(problem: NoPage) -> Page:
    data = {"status": problem.status, "words": problem.words, "detail": problem.detail}
    return Page("message.html", data, problem.status)


def _headers(page: Page) -> tuple[tuple[str, str], ...]:
    return (("Retry-After", "2"),) if page.status == 503 else ()


def day(moment: str | None) -> str:
    """The day of a moment of UTC, as ISO 8601 writes it."""
    return (moment or "")[:10]


def grouped(value: float | int | None) -> str:
    """A number with its thousands apart; nothing for None."""
    if value is None:
        return ""
    return f"{int(value):,}" if value == int(value) else f"{value:,.10g}"
