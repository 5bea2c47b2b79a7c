"""What is printed: nothing that a server sent may order a terminal about; one line a portal."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from archive.folder import DataFolder
from crawler.presenting import print_report_list, run_line
from crawler.report_shown import print_reports
from crawler.search_shown import print_found
from crawler.services import PortalTally
from crawler.status import FolderStatus, PortalState
from crawler.status_shown import print_status
from crawler.terminal import shown
from crawler.trace_shown import print_trace
from extract.document import Span
from extract.search import Found, SearchResult
from extract.snippet import Snippet
from extract.traces import trace

EVIL = "年报\x1b]0;mine\x07\x1b[2J\x9b31m\r\u202e[bold]\u2066乙\x00\n[/bold]\u200b\\[red"
ORDERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@given(st.text())
def test_what_is_shown_gives_no_orders(text: str) -> None:
    assert not ORDERS.search(shown(text))
    assert "\n" not in shown(text)


def test_what_can_be_seen_is_shown() -> None:
    assert shown("某县（2019）年 报　1,234条 ａ") == "某县（2019）年 报 1,234条 ａ"
    assert shown(None) == "–"
    assert shown("甲\n乙\t丙") == "甲 乙 丙"


def nothing_harmful(capsys: pytest.CaptureFixture[str], *wanted: str) -> None:
    printed = capsys.readouterr()
    whole = printed.out + printed.err
    assert not ORDERS.search(whole), ORDERS.findall(whole)
    assert "[bold]" in whole, "markup of a page is text"
    for text in wanted:
        assert text in whole


def evil_report() -> dict[str, object]:
    fields = (
        "url title body_id issuing_body reporting_for report_scope body_type admin_level division "
        "division_name published_on signed_on script captured_at"
    )
    figure = dict.fromkeys(("measure", "unit", "qualifier", "scope", "quote"), EVIL)
    return {
        **dict.fromkeys(fields.split(), EVIL),
        "captured_at": "2026-01-01T00:00:00Z",
        "report_year": 2019,
        "warc": {"file": "a.warc.gz", "offset": 1, "record_id": "u", "payload_digest": "s"},
        "sections": [{"kind": "other", "heading": EVIL, "text": EVIL}],
        "figures": [
            figure | {"measure": measure, "value": 1, "negated": False}
            for measure in ("disclosed", "other", "other")
        ],
        "form": {"table2": None, "table3": None, "appendix": None},
        "cells": {},
        "checks": [
            {
                "identity": "prose_sum",
                "place": EVIL,
                "outcome": "fail",
                "printed": 1,
                "computed": 2,
            }
        ],
        "also_at": [EVIL],
    }


def test_reports_of_a_hostile_page(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    print_reports([evil_report()], DataFolder(tmp_path))
    nothing_harmful(capsys, "also at 年报", "other numbers of the prose: 2")
    print_report_list([evil_report()], DataFolder(tmp_path))
    nothing_harmful(capsys, "年报")


def test_a_search_that_finds_a_hostile_page(capsys: pytest.CaptureFixture[str]) -> None:
    names = "report_id record_id title issuing_body reporting_for division division_name url"
    found = Found(
        **dict.fromkeys(names.split(), EVIL),
        captured_at="2026",
        report_year=2019,
        score=-1.0,
        snippet=Snippet(EVIL, (Span(0, 2), Span(3, 12)), begins_text=False, ends_text=True),
    )
    result = SearchResult(total=1, found=(found,))
    print_found(result, as_json=False)
    nothing_harmful(capsys, "…«年报»")
    print_found(result, as_json=True)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["title"] == EVIL, "a program gets what there is"
    assert not ORDERS.search(line), "and a terminal no orders"


def test_status_of_a_hostile_portal(capsys: pytest.CaptureFixture[str]) -> None:
    portal = PortalState(
        portal=EVIL, name=EVIL, status=EVIL, last_run=None, failed={EVIL: 1}, blocked={EVIL: 2}
    )
    status = FolderStatus(
        folder="d",
        writer=None,
        portals=(portal,),
        runs=(),
        contents={},
        findings={EVIL: 1},
        outcomes={},
        files={},
        sizes={"warc": 1_500_000},
        problems=(EVIL,),
        is_readable=True,
    )
    print_status(status, Console(stderr=True), as_json=False)
    nothing_harmful(capsys, "warc 1.5 MB")


def test_the_trace_of_a_hostile_address(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from extract.store import CorpusStore

    CorpusStore(tmp_path / "corpus.db").close()
    with closing(sqlite3.connect(tmp_path / "corpus.db")) as db:
        row = ("p", "http://h/a", EVIL, EVIL, None, EVIL, 1, "2026", "2026", EVIL)
        names = "portal, url, listing, title, listed_on, via, looks_like_report"
        names += ", first_seen, last_seen, outcome"
        marks = ", ".join("?" * len(row))
        db.execute(f"INSERT INTO listing_entries ({names}) VALUES ({marks})", row)
        db.execute("INSERT INTO findings VALUES ('k', NULL, 'http://h/a', ?, 'r', 'p')", [EVIL])
        db.commit()
    talk = Console(stderr=True)
    folder = DataFolder(tmp_path)
    print_trace(trace(folder.corpus_db, "http://h/a"), folder, talk, as_json=False)
    nothing_harmful(capsys, "finding k")
    print_trace(trace(folder.corpus_db, f"http://h/{EVIL}"), folder, talk, as_json=False)
    nothing_harmful(capsys, "nothing is known of", "http://h/a")


def test_a_run_is_one_line_that_a_program_can_take_apart() -> None:
    tally = PortalTally(asked=7, entries=3, documents=2, unchanged=1, failed=1, left=4)
    tally.problems += [f'http://h/: said "{EVIL}"', "another"]
    line = run_line("20260101000000-00000000", "muster", outcome="partial", tally=tally)
    assert len(line.splitlines()) == 1
    assert not ORDERS.search(line)
    fields = dict(part.split("=", 1) for part in shlex.split(line))
    problem = fields.pop("problem")
    assert fields == {
        "run": "20260101000000-00000000",
        "portal": "muster",
        "outcome": "partial",
        "asked": "7",
        "entries": "3",
        "documents": "2",
        "unchanged": "1",
        "failed": "1",
        "left": "4",
        "problems": "2",
    }
    assert problem.startswith('http://h/: said "年报')
    quiet = run_line("r", "p", outcome="complete", tally=PortalTally())
    assert quiet.endswith("problems=0")
