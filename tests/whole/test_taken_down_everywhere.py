"""Every command that prints or writes what was archived, with a report taken down whose words and
numbers stand nowhere else: none of them comes out, in whatever file or stream.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from nianbao_process import Nianbao, copy_site, served

from archive.errors import ArchiveError
from crawler.cli import COMMANDS
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from extract.errors import ExtractError

LISTING = "zfxxgk/zfxxgknb/"
YEAR, LATER = "gov:220622/2019/area", "gov:220622/2020/area"
RECEIVED = "一、本年新收政府信息公开申请数量"
CARRIED = "四、结转下年度继续办理"

WORD = "朱雀玄武"
FIRST = {"figure": "9173191701", "again": "9173191702", "cell": "9173191703", "left": "9173191704"}
SECOND = {name: number.replace("91731", "91741") for name, number in FIRST.items()}
STORED = "9175191799"
"""What corpus.db has in place of a cell and a figure when it is verified."""
MARKS = (WORD, STORED, *FIRST.values(), *SECOND.values())


@dataclass(frozen=True, slots=True)
class Command:
    """A command, ``{…}`` in it filled in; whether it says what is marked before it is taken
    down, and its exit codes afterwards where not 0.
    """

    line: str
    says_it: bool = True
    codes: tuple[int, ...] = (0,)


SHOWING = (
    Command("show {url}", codes=(2,)),
    Command("show {url} --json", codes=(2,)),
    Command("show {later}"),
    Command("show {later} --json"),
    Command(f"search {WORD}", codes=(0, 1)),
    Command(f"search {WORD} --json", codes=(0, 1)),
    Command("checks --all", codes=(0, 1)),
    Command("checks --all --json --read-again", codes=(0, 1)),
    Command("checks --copied --json", says_it=False),
    Command("changes --all --text"),
    Command("changes --json"),
    Command("changes {url} --json"),
    Command("changes {record} --export {out}/evidence", codes=(2,)),
    Command("capture {url}", says_it=False),
    Command("capture {url} --as text", codes=(2,)),
    Command("capture {url} --as payload", codes=(2,)),
    Command("capture {record} --as record", codes=(2,)),
    Command("capture {record} --as citation", says_it=False),
    Command("capture {digest} --as text", codes=(2,)),
    Command("replay --address {report} --field new_received.natural_person", codes=(2,)),
    Command("review {report} disclosed --verdict wrong --by A", codes=(2,)),
    Command("review --list"),
    Command("review --stale --json", says_it=False),
    Command("export --format jsonl {out}/jsonl"),
    Command("export --format wacz {out}/wacz"),
    Command("export --format csv {out}/csv"),
    Command("export --format parquet {out}/parquet"),
    Command("export --format dta {out}/dta"),
    Command("sample {out}/sample", says_it=False),
    Command("sample --score {sheet} --json", codes=(1,)),
    Command("coverage --list", says_it=False),
    Command("coverage --body gov:220622 --json", says_it=False),
    Command("coverage --plot {out}/coverage.svg", says_it=False),
    Command("feed"),
    Command("extract --compare --reuse", codes=(8,)),
    Command("extract --compare --reuse --json", codes=(8,)),
    Command("status --json", says_it=False),
    Command("portals list --json", says_it=False),
)
"""Commands that change nothing in the folder."""

VERIFYING = (Command("verify", codes=(7,)), Command("verify --json --jobs 2", codes=(7,)))


@dataclass(frozen=True, slots=True)
class Marked:
    """A data folder with the marked report, and what its commands name."""

    nianbao: Nianbao
    names: dict[str, str]

    def run(self, command: Command, target: Path) -> tuple[int, bytes]:
        """The exit code, and all that was printed and written. In this process: a command takes
        longer to start than to run.
        """
        target.mkdir(parents=True)
        name, *words = (word.format(out=target, **self.names) for word in command.line.split())
        module, _, function = COMMANDS[name].partition(":")
        own: click.Command = getattr(import_module(module), function)
        done = CliRunner().invoke(own, [*words, "--data", str(self.nianbao.data)])
        code, error = done.exit_code, done.exception
        if isinstance(error, CrawlerError | ArchiveError | ExtractError):
            code = ExitCode.BAD_INPUT  # as the command line says it
        elif error is not None and not isinstance(error, SystemExit):
            raise error
        written = [piece for path in files_in(target) for piece in unpacked(path)]
        said = (done.stdout_bytes, done.stderr_bytes, str(error or "").encode(), *written)
        return code, b"\n".join(said)


def files_in(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def unpacked(path: Path) -> Iterator[bytes]:
    """What a file says, in UTF-8."""
    if path.suffix == ".wacz":
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                content = package.read(name)
                yield gzip.decompress(content) if name.endswith(".gz") else content
    elif path.suffix == ".parquet":
        import pyarrow.parquet as parquet

        for row in parquet.read_table(path).to_pylist():
            yield repr(row).encode()
    elif path.suffix == ".dta":
        import pandas

        yield pandas.read_stata(path).to_csv(float_format="%.0f").encode()
    else:
        yield path.read_bytes()


def marks_in(said: bytes) -> list[str]:
    return [mark for mark in MARKS if mark.encode() in said]


def marked_page(text: str, marks: dict[str, str]) -> str:
    """The report on 2019 with marks in its prose, twice of one measure, and in its table."""
    told = f"2019年,全县主动公开政府信息{marks['figure']}条({WORD})。"
    told += f"全县全年主动公开政府信息{marks['again']}条。"
    text, count = re.subn(r"2019年,全县主动公开政府信息8562条。", told, text)
    assert count == 1
    for row, before, mark in ((RECEIVED, "3", "cell"), (CARRIED, "0", "left")):
        head, name, rest = text.partition(row)
        assert f">{before}<" in rest
        text = head + name + rest.replace(f">{before}<", f">{marks[mark]}<", 1)
    return text


def put_later(page: Path, listing: Path, text: str) -> None:
    """The same report as that on 2020, with other numbers in its prose."""
    text = re.sub(r"(\d+)(?=[条件次篇个人])", lambda found: str(int(found[1]) + 7), text)
    later = page.with_name("t20210315_100999.html")
    later.write_text(text.replace("2019年", "2020年").replace("2020-0", "2021-0"), "utf-8")
    rows = listing.read_text("utf-8")
    found = re.search(rf"<li>(?:(?!</li>).)*{page.name}.*?</li>", rows, re.DOTALL)
    assert found
    row = found[0].replace(page.name, later.name).replace("2019年", "2020年")
    listing.write_text(rows.replace(found[0], row.replace("2020-0", "2021-0") + found[0]), "utf-8")


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Marked:
    """The sample portal with a marked report, that on the next year, and a change of the marks;
    judged, coded, and read anew with a difference.
    """
    folder = tmp_path_factory.mktemp("everywhere")
    site, nianbao = copy_site(folder), Nianbao(folder / "data")
    (page,) = [one for one in site.rglob("t*.html") if "8562条".encode() in one.read_bytes()]
    text = page.read_text("utf-8")
    put_later(page, site / LISTING / "index.html", text)
    with served(site, "127.0.0.74") as portal:
        nianbao.configure("p", f"{portal.url.rstrip('/')}/{LISTING}")
        for marks in (FIRST, SECOND):
            page.write_text(marked_page(text, marks), "utf-8")
            nianbao.run("crawl", "p", "--full")
    names = described(nianbao)
    said = ("--verdict", "wrong", "--by", "A")
    nianbao.run("review", YEAR, "new_received.natural_person", *said)
    nianbao.run("review", YEAR, "disclosed", "--quote", SECOND["figure"], *said)
    nianbao.run("sample", str(folder / "sample"), "--variable", "new_received_nat")
    names["sheet"] = str(coded(folder / "sample" / "sample.csv", folder / "coded.csv"))
    with closing(sqlite3.connect(nianbao.data / "corpus.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    nianbao.run("extract", "--compare")
    with closing(sqlite3.connect(nianbao.data / "corpus.next.db", isolation_level=None)) as db:
        query = "UPDATE cells SET raw = ? WHERE record_id = ? AND name LIKE 'new_received.nat%'"
        assert db.execute(query, [STORED, names["record"]]).rowcount == 1
    return Marked(nianbao, names)


def described(nianbao: Nianbao) -> dict[str, str]:
    """Address, record and digest of the marked report, and the address of the next year's."""
    query = (
        "SELECT d.url, d.record_id, d.payload_digest FROM reports r JOIN documents d"
        " USING (record_id) WHERE report_id = "
    )
    ((url, record, digest),) = nianbao.query(f"{query}'{YEAR}'")
    ((later, _, _),) = nianbao.query(f"{query}'{LATER}'")
    named = {"url": url, "record": record, "digest": digest, "later": later, "report": YEAR}
    return {name: str(value) for name, value in named.items()}


def coded(sheet: Path, target: Path) -> Path:
    """A sheet that a person filled in for the marked report, wrongly."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        own = [row for row in rows if row["report_id"] == YEAR]
        writer.writerows(row | {"coded_value": "1"} for row in own)
    return target


@pytest.fixture
def alone(marked: Marked, tmp_path: Path) -> Marked:
    """A copy of the folder that a test may change."""
    shutil.copytree(marked.nianbao.data, tmp_path / "data")
    return Marked(Nianbao(tmp_path / "data"), marked.names)


def take_down(marked: Marked, by: str) -> None:
    """By the address, or by the records of its captures."""
    found = marked.nianbao.query(
        f"SELECT record_id FROM captures WHERE url = '{marked.names['url']}'", "archive.db"
    )
    entries = [marked.names["url"]] if by == "address" else [str(row[0]) for row in found]
    (marked.nianbao.data / "suppress.txt").write_text("\n".join(entries) + "\n", "utf-8")


def test_before_it_is_taken_down_they_say_it(alone: Marked, tmp_path: Path) -> None:
    """Else nothing would be tested: each command that could say it does."""
    told = {
        command.line: bool(marks_in(alone.run(command, tmp_path / str(number))[1]))
        for number, command in enumerate(SHOWING)
    }
    assert told == {command.line: command.says_it for command in SHOWING}


@pytest.mark.parametrize("by", ["address", "records"])
def test_nothing_of_it_comes_out(by: str, alone: Marked, tmp_path: Path) -> None:
    take_down(alone, by)
    odd: dict[str, object] = {}
    for number, command in enumerate(SHOWING):
        code, said = alone.run(command, tmp_path / str(number))
        if code not in command.codes or marks_in(said):
            odd[command.line] = (code, marks_in(said), said.decode(errors="replace")[:500])
    assert odd == {}


@pytest.mark.parametrize("by", ["nothing", "address", "records"])
def test_verify_names_the_record_and_the_kind(by: str, alone: Marked, tmp_path: Path) -> None:
    record = alone.names["record"]
    with closing(sqlite3.connect(alone.nianbao.data / "corpus.db", isolation_level=None)) as db:
        for table, column, kind in (("cells", "raw", "cell"), ("figures", "quote", "figure")):
            query = f"SELECT min(rowid) FROM {table} WHERE record_id = ? AND {column} LIKE ?"
            (row,) = db.execute(query, [record, "%91741%"]).fetchone()
            assert row is not None, kind
            db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [STORED, row])
    if by != "nothing":
        take_down(alone, by)
    for number, command in enumerate(VERIFYING):
        code, said = alone.run(command, tmp_path / str(number))
        assert code in command.codes, said
        assert said.count(record.encode()) == 2, "both findings name it"
        if by == "nothing":
            assert STORED in marks_in(said)
            continue
        assert marks_in(said) == [], command.line
        for kind in ("cell", "figure"):
            words = f"a {kind} is not what stands at its place (suppress.txt line "
            assert words.encode() in said
        assert alone.names["url"].encode() not in said


def test_what_is_told_of_another_report_has_nothing_of_it(alone: Marked) -> None:
    """The next year's report is shown, without the checks that compare it with this one."""

    def checks() -> set[str]:
        done = alone.nianbao.run("show", alone.names["later"], "--json")
        return {check["identity"] for check in json.loads(done.stdout)["checks"]}

    before = checks()
    take_down(alone, "address")
    assert before - checks() == {"year_carried", "year_previous_items", "year_valid_documents"}


@pytest.mark.parametrize("by", ["address", "records"])
def test_coverage_claims_nothing_of_it(by: str, alone: Marked) -> None:
    claim = ("coverage", "--body", "gov:220622", "--year", "2019", "--json")
    assert json.loads(alone.nianbao.run(*claim).stdout)["report_ids"] == [YEAR]
    take_down(alone, by)
    done = alone.nianbao.run(*claim, code=1)
    assert done.stdout == ""
    assert "suppress.txt takes 1 reports down" in done.stderr
