"""The Atom feed as RFC 4287 has it, whatever pages call themselves."""

from __future__ import annotations

import pytest
from feed_rules import judged

from crawler.atom import MOST_LINES, Feed, feed_document
from extract.news import News, NewsKind

HOSTILE = (
    "</title><script>alert(1)</script>",
    "]]> &amp; &nbsp; <!-- -->",
    "a\x00b\x1b[31mc\u202ed\ud800e\ufffe",
    "=HYPERLINK(1)",
    "年" * 100_000,
)


def news(title: str, *, number: int = 0, url: str = "http://h.gov.cn/1.html") -> News:
    return News(
        kind=NewsKind.REPORT,
        told_by=(str(number), title),
        title=title,
        url=url,
        portal="p",
        at=f"2026-01-{number + 1:02}T03:00:00.000001Z",
        records=(f"urn:uuid:{number}",),
    )


def feed(*told: News, lines: tuple[str, ...] = ()) -> bytes:
    return feed_document(
        Feed(
            key="0" * 32,
            title="t",
            author="a",
            updated="1970-01-01T00:00:00Z",
            news=[(one, lines) for one in told],
        )
    )


def test_hostile_titles_and_lines_are_text() -> None:
    told = [news(title, number=number) for number, title in enumerate(HOSTILE)]
    root = judged(feed(*told, lines=HOSTILE))
    titles = [str(one.text) for one in root.iterfind(".//{*}entry/{*}title")]
    assert titles[0] == HOSTILE[0]
    assert titles[2] == "ab[31mcde"
    assert len(titles[4]) == 300
    assert root.findtext("{*}updated") == told[-1].at, "that of the newest"


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("http://h/a b<c>\"'.html", "http://h/a%20b%3Cc%3E%22'.html"),
        ("http://h/年报.html?a=%E5", "http://h/%E5%B9%B4%E6%8A%A5.html?a=%E5"),
        ("javascript:alert(1)", None),
    ],
)
def test_addresses_that_are_no_references(url: str, href: str | None) -> None:
    root = judged(feed(news("x", url=url)))
    links = [link.get("href") for link in root.iterfind(".//{*}link[@rel='alternate']")]
    assert links == ([] if href is None else [href])


def test_a_feed_of_nothing_is_a_feed() -> None:
    root = judged(feed())
    assert root.findtext("{*}updated") == "1970-01-01T00:00:00Z"


def test_ids_are_of_the_content_alone() -> None:
    one, same, other = news("x", number=1), news("x", number=1), news("x", number=2)
    assert one.key == same.key != other.key
    assert feed(one) == feed(same)


def test_long_contents_are_cut_and_say_so() -> None:
    root = judged(feed(news("x"), lines=tuple(map(str, range(MOST_LINES + 5)))))
    content = root.findtext(".//{*}entry/{*}content") or ""
    assert "and 5 lines more" in content
