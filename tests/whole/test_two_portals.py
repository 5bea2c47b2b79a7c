"""Two portals on one host, a third on another: between the starts of two requests at a server is
never less than the strictest delay of its host, by the server's own clock. Redirects between the
hosts, retries, robots.txt, spellings of the name and a second port are all asked in that pace.
"""

from __future__ import annotations

from contextlib import ExitStack
from itertools import pairwise

import pytest
from listed_site import RawServer, Reply, answer, listing, moved, portal_file, report
from nianbao_process import Nianbao

SHARED, OTHER = "127.0.2.11", "127.0.2.12"
DELAYS = {"one": 0.15, "two": 0.4, "three": 0.25}
"""Seconds. Portals one and two are on the shared host."""


def page(number: int) -> list[Reply]:
    return [Reply(answer(report(number)))]


def robots() -> list[Reply]:
    return [Reply(answer(b"User-agent: *\nDisallow: /closed\n", b"Content-Type: text/plain"))]


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """Both hosts, the shared one on two ports, after one crawl of all three portals."""
    with ExitStack() as stack:
        shared, second, other = (
            stack.enter_context(RawServer({"/robots.txt": robots()}, host=host).running())
            for host in (SHARED, SHARED, OTHER)
        )
        again = f"http://127.0.523:{shared.port}"  # 127.0.2.11 in another notation
        shared.script |= {
            "/one/": [Reply(answer(listing(["a.html", "to-other", "b.html", f"{again}/one/c"])))],
            "/one/a.html": page(1),
            "/one/b.html": page(2),
            "/one/c": page(3),
            "/one/to-other": [Reply(moved(other.url("/three/from-one")))],
            "/two/": [Reply(answer(listing(["a.html", "busy", "gone", second.url("/port")])))],
            "/two/a.html": page(4),
            "/two/busy": [Reply(answer(b"", status=b"503 Busy")), *page(5)],
            "/two/gone": [Reply(b"", "reset"), *page(6)],
            "/two/from-three": page(7),
        }
        second.script |= {"/port": page(8)}
        other.script |= {
            "/three/": [Reply(answer(listing(["a.html", "to-shared", "b.html"])))],
            "/three/a.html": page(9),
            "/three/b.html": page(10),
            "/three/from-one": page(11),
            "/three/to-shared": [Reply(moved(shared.url("/two/from-three")))],
        }
        nianbao = Nianbao(tmp_path_factory.mktemp("two") / "data")
        for name, server in (("one", shared), ("two", shared), ("three", other)):
            folder = nianbao.data / "portals"
            folder.mkdir(parents=True, exist_ok=True)
            text = portal_file(server.url(f"/{name}/"), delay=DELAYS[name])
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        nianbao.run("crawl", "one", "two", "three", code=None)
        yield {"shared": shared, "second": second, "other": other}


def starts(*servers: RawServer) -> list[tuple[float, str]]:
    """When each request came, and its path, in order."""
    return sorted(
        (exchanged.at, path)
        for server in servers
        for path, log in server.log.items()
        for exchanged in log
    )


def gaps(found: list[tuple[float, str]]) -> dict[str, float]:
    return {f"{a[1]} {b[1]}": b[0] - a[0] for a, b in pairwise(found)}


def test_all_was_asked(servers):
    shared = {path: len(log) for path, log in servers["shared"].log.items()}
    assert shared == {
        **dict.fromkeys(servers["shared"].script, 1),
        "/two/busy": 2,
        "/two/gone": 2,
        # another notation is another origin to robots.txt (RFC 9309 §2.3), the host is the same
        "/robots.txt": 2,
    }
    assert servers["second"].log.keys() == {"/robots.txt", "/port"}
    assert servers["other"].log.keys() == servers["other"].script.keys()


def test_the_shared_host_is_asked_in_the_pace_of_its_strictest_portal(servers):
    found = gaps(starts(servers["shared"], servers["second"]))
    assert len(found) == 15
    assert {pair: gap for pair, gap in found.items() if gap < DELAYS["two"]} == {}


def test_the_other_host_is_asked_in_its_own_pace(servers):
    found = gaps(starts(servers["other"]))
    assert len(found) == 5
    assert {pair: gap for pair, gap in found.items() if gap < DELAYS["three"]} == {}
