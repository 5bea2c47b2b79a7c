"""Bad input gets a clear error that names what, where and what to do, and loses nothing."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from nianbao_process import Nianbao, copy_site, served

from crawler.exit_codes import ExitCode

LISTING = "zfxxgk/zfxxgknb/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_site(tmp_path_factory.mktemp("bad-input"))


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with served(site, "127.0.0.32") as portal:
        yield portal.url.rstrip("/")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, address: str) -> Nianbao:
    nianbao = Nianbao(tmp_path_factory.mktemp("crawled") / "data")
    nianbao.configure("muster", f"{address}/{LISTING}")
    nianbao.run("crawl", "muster")
    return nianbao


def test_broken_toml_names_file_and_place(tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    (tmp_path / "data/portals").mkdir(parents=True)
    broken = tmp_path / "data/portals/kaputt.toml"
    broken.write_text('name = "x"\nlistings = [\n', encoding="utf-8")
    for command in (("crawl", "kaputt"), ("portals", "check")):
        done = nianbao.run(*command, code=ExitCode.BAD_INPUT)
        assert "kaputt.toml" in done.stderr
        assert "Traceback" not in done.stderr


def test_unknown_key_is_named(tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    nianbao.configure("eigen", "http://127.0.0.1/x/")
    path = tmp_path / "data/portals/eigen.toml"
    path.write_text(path.read_text("utf-8").replace("[fetch]", "[fetch]\ndelai = 3"), "utf-8")
    done = nianbao.run("crawl", "eigen", code=ExitCode.BAD_INPUT)
    assert "delai" in done.stderr
    assert "eigen.toml" in done.stderr


def test_unknown_portal_lists_near_names(tmp_path: Path) -> None:
    done = Nianbao(tmp_path / "data").run("crawl", "samplle", code=ExitCode.BAD_INPUT)
    assert "sample" in done.stderr
    assert not (tmp_path / "data/warc").exists()


def test_a_host_that_is_not_loopback_wants_a_contact(tmp_path: Path) -> None:
    url = "http://www.example.gov.cn/zfxxgknb/"
    done = Nianbao(tmp_path / "data").run("crawl", url, code=ExitCode.BAD_INPUT)
    assert "contact" in done.stderr
    assert "nianbao.toml" in done.stderr


def test_unreachable_host_is_recorded(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.33", 0))
        url = f"http://127.0.0.33:{taken.getsockname()[1]}/zfxxgknb/"
        nianbao = Nianbao(tmp_path / "data")
        done = nianbao.run("crawl", url, code=ExitCode.FAILED)
    assert "127.0.0.33" in done.stderr
    assert nianbao.query("SELECT DISTINCT kind FROM findings") == [("request_failed",)]
    assert nianbao.query("SELECT outcome FROM runs") == [("failed",)]


def test_a_private_address_is_refused_without_leave(tmp_path: Path, address: str) -> None:
    nianbao = Nianbao(tmp_path / "data")
    done = subprocess.run(
        nianbao.command("crawl", f"{address}/{LISTING}"),
        capture_output=True,
        text=True,
        timeout=60,
        env={k: v for k, v in os.environ.items() if k != "NIANBAO_ALLOW_PRIVATE"},
        check=False,
    )
    assert done.returncode == ExitCode.FAILED
    assert "--allow-private" in done.stderr


def test_a_listing_without_entries_is_a_failure(tmp_path: Path, site: Path, address: str) -> None:
    (site / "leer").mkdir(exist_ok=True)
    (site / "leer/index.html").write_text(
        "<html><head><title>列表</title></head><body><ul></ul></body></html>", encoding="utf-8"
    )
    nianbao = Nianbao(tmp_path / "data")
    done = nianbao.run("crawl", f"{address}/leer/", code=ExitCode.FAILED)
    assert "leer" in done.stderr
    (finding,) = nianbao.query("SELECT kind, url FROM findings")
    assert str(finding[1]).endswith("/leer/")


def copied(crawled: Nianbao, tmp_path: Path) -> Nianbao:
    subprocess.run(["cp", "-a", str(crawled.data), str(tmp_path / "data")], check=True)
    return Nianbao(tmp_path / "data")


def test_a_damaged_warc_is_named_and_the_rest_is_kept(crawled: Nianbao, tmp_path: Path) -> None:
    nianbao = copied(crawled, tmp_path)
    (warc,) = (nianbao.data / "warc").glob("*.warc.gz")
    (offset, length) = nianbao.query(
        "SELECT warc_offset, warc_length FROM documents WHERE outcome = 'report' LIMIT 1"
    )[0]
    content = bytearray(warc.read_bytes())
    middle = int(str(offset)) + int(str(length)) // 2
    content[middle] ^= 0xFF
    warc.write_bytes(content)
    done = nianbao.run("verify", code=ExitCode.DAMAGED)
    assert warc.name in done.stderr
    assert str(offset) in done.stderr
    done = nianbao.run("rebuild", code=ExitCode.DAMAGED)
    assert str(offset) in done.stderr
    assert nianbao.query("SELECT count(*) FROM reports") == [(4,)]


@pytest.mark.parametrize("name", ["corpus.db", "archive.db"])
def test_a_newer_database_is_left_alone(crawled: Nianbao, tmp_path: Path, name: str) -> None:
    nianbao = copied(crawled, tmp_path)
    with closing(sqlite3.connect(nianbao.data / name)) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "SELECT migration_set, 'm999_of_the_future', applied_at FROM _sqlite_migrations LIMIT 1"
        )
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (nianbao.data / name).read_bytes()
    done = nianbao.run("crawl", "muster", code=ExitCode.BAD_INPUT)
    assert "newer" in done.stderr
    assert name in done.stderr
    assert (nianbao.data / name).read_bytes() == before


def test_a_second_nianbao_is_told_who_is_there(crawled: Nianbao) -> None:
    with (crawled.data / ".lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate()
        lock.write("4711\n")
        lock.flush()
        done = crawled.run("crawl", "muster", code=ExitCode.BUSY)
    assert "4711" in done.stderr


def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(
    tmp_path: Path, site: Path, address: str
) -> None:
    nianbao = Nianbao(tmp_path / "data")
    nianbao.configure("langsam", f"{address}/{LISTING}")
    path = nianbao.data / "portals/langsam.toml"
    text = path.read_text("utf-8").replace("delay = 0.0", "delay = 0.7")
    path.write_text(text.replace("concurrency = 4", "concurrency = 1"), encoding="utf-8")
    process = subprocess.Popen(
        nianbao.command("crawl", "langsam"),
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"NIANBAO_ALLOW_PRIVATE": "1"},
    )
    wait_for_documents(nianbao, process)
    process.send_signal(signal.SIGINT)
    _, talk = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED, talk
    assert nianbao.query("SELECT outcome FROM runs") == [("interrupted",)]
    assert not list((nianbao.data / "warc").glob("*.open"))
    nianbao.run("crawl", "langsam")
    assert nianbao.query("SELECT count(*) FROM reports") == [(5,)]
    asked = nianbao.query(
        "SELECT url FROM captures WHERE role = 'report' AND status = 200", "archive.db"
    )
    assert len(asked) == len(set(asked)), "what was done is not asked again"
    before = nianbao.rows()
    nianbao.run("crawl", "--from-archive")
    assert nianbao.rows() == before


def wait_for_documents(nianbao: Nianbao, process: subprocess.Popen[str]) -> None:
    """Waits until a crawl has archived a report; fails when it ends before."""
    for _ in range(300):
        assert process.poll() is None, process.communicate()[1]
        if (nianbao.data / "archive.db").exists():
            try:
                rows = nianbao.query("SELECT 1 FROM captures WHERE role = 'report'", "archive.db")
            except sqlite3.OperationalError:
                rows = []
            if rows:
                return
        time.sleep(0.1)
    raise AssertionError("no report was archived in 30 seconds")
