"""DOC, WPS and RTF through the command line of LibreOffice, spoken by a stand-in.

The stand-in checks what it is asked and writes the DOCX that the test laid beside it, or fails.
What LibreOffice itself makes of real files is judged by ``evaluate_generated_files.py doc``.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from pathlib import Path

import hostile_files as hostile
import pytest
from captured_files import capture_of
from evaluate_generated_files import judged
from file_samples import TITLE, docx_sample

from extract import attached, rows, soffice
from extract.pipeline import read_capture
from extract.report import Outcome, SkipReason, TablesSource

DOC = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    + "WordDocument".encode("utf-16-le") + bytes(2000)
)  # fmt: skip

STAND_IN = """#!{python}
import os, pathlib, resource, sys, time, urllib.parse, urllib.request
arguments = dict(a.split("=", 1) for a in sys.argv[1:] if "=" in a)
profile = pathlib.Path(urllib.request.url2pathname(
    urllib.parse.urlsplit(arguments["-env:UserInstallation"]).path))
settings = (profile / "user" / "registrymodifications.xcu").read_text()
assert "DisableMacrosExecution" in settings and "BlockUntrustedRefererLinks" in settings
assert "--headless" in sys.argv
assert sys.argv[sys.argv.index("--convert-to") + 1].startswith("docx")
out = pathlib.Path(sys.argv[sys.argv.index("--outdir") + 1])
source = pathlib.Path(sys.argv[-1])
assert source.read_bytes()[:8] == bytes.fromhex("d0cf11e0a1b11ae1") or source.suffix != ".doc"
assert resource.getrlimit(resource.RLIMIT_AS)[0] > 0
assert "NIANBAO_SECRET" not in os.environ and os.environ["HOME"] != {home!r}
out.mkdir()
{does}
"""

CONVERTS = "(out / (source.stem + '.docx')).write_bytes(pathlib.Path({docx!r}).read_bytes())"
FAILS = "sys.exit('source file could not be loaded')"
FILLS = "(out / 'document.docx').write_bytes(bytes(100 * 1024 * 1024))"
HANGS = """
if os.fork() == 0:
    pathlib.Path({pid!r}).write_text(str(os.getpid()))
time.sleep(60)
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the stand-in, the only one on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("NIANBAO_SECRET", "x")
    return folder


def install(folder: Path, does: str) -> None:
    program = folder / "soffice"
    text = STAND_IN.format(python=sys.executable, does=does, home=os.environ.get("HOME", ""))
    program.write_text(text, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def read(body: bytes, name: str) -> Outcome:
    return read_capture(capture_of(body, url=f"http://127.0.0.1/{name}"))


def test_a_doc_is_read_by_way_of_docx(installed: Path, tmp_path: Path) -> None:
    made = docx_sample(2)
    (tmp_path / "made.docx").write_bytes(made.body)
    install(installed, CONVERTS.format(docx=str(tmp_path / "made.docx")))
    outcome = read(DOC, "report.doc")
    assert outcome.report is not None, outcome.detail
    assert outcome.report.title == TITLE
    assert outcome.report.tables_source is TablesSource.DOC
    assert outcome.report.document.media_type == "application/msword"
    right, wrong, silent, _ = judged(made)
    assert (len(outcome.report.cells), wrong, silent) == (right, [], [])


@pytest.mark.parametrize(("body", "name"), [(DOC, "a.wps"), (b"{\\rtf1 x}", "a.rtf"), (DOC, "a")])
def test_what_word_and_wps_write_is_converted(
    body: bytes, name: str, installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "made.docx").write_bytes(hostile.honest_docx())
    install(installed, CONVERTS.format(docx=str(tmp_path / "made.docx")))
    outcome = read(body, name)
    assert outcome.report is not None, outcome.detail


def test_without_it_the_reader_is_missing(installed: Path) -> None:
    assert not list(installed.iterdir())
    outcome = read(DOC, "report.doc")
    assert outcome.skip is SkipReason.READER_MISSING
    assert "soffice" in str(outcome.detail)
    assert [finding.kind for finding in outcome.findings] == ["reader_missing"]


def test_what_it_cannot_load_is_named(installed: Path) -> None:
    install(installed, FAILS)
    outcome = read(DOC, "report.doc")
    assert outcome.skip is SkipReason.UNDECODABLE
    assert "source file could not be loaded" in str(outcome.detail)


def is_running(pid: str) -> bool:
    """Whether a process is there and no mere entry that waits to be read."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_one_that_hangs_is_ended_with_its_children(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soffice, "SECONDS", 3.0)
    pid = tmp_path / "pid"
    install(installed, HANGS.format(pid=str(pid)))
    began = time.monotonic()
    outcome = read(DOC, "report.doc")
    assert outcome.skip is SkipReason.EXTRACTOR_TIMEOUT
    assert time.monotonic() - began < 30
    end = time.monotonic() + 10  # a kill is sent at once, and takes effect when the child runs
    while is_running(pid.read_text()):
        assert time.monotonic() < end, "its child lives on"
        time.sleep(0.05)


def test_what_becomes_too_large_is_named(installed: Path) -> None:
    install(installed, FILLS)
    outcome = read(DOC, "report.doc")
    assert outcome.skip in (SkipReason.TOO_LARGE, SkipReason.UNDECODABLE)
    assert outcome.report is None


def test_nothing_of_a_conversion_is_left(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    install(installed, FAILS)
    read(DOC, "report.doc")
    assert not list((tmp_path / "temporary").iterdir())


def test_its_version_is_part_of_the_extractors(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(installed, FAILS)
    (installed / "versionrc").write_text("[Version]\nbuildid=40(Build:2)\n", encoding="utf-8")
    for cached in (soffice.soffice_version, rows.extractor_version):
        cached.cache_clear()
    version = rows.extractor_version()
    (installed / "soffice").unlink()
    for cached in (soffice.soffice_version, rows.extractor_version):
        cached.cache_clear()
    assert version.endswith(" soffice-40(Build:2)")
    assert "soffice" not in rows.extractor_version()
    rows.extractor_version.cache_clear()
    soffice.soffice_version.cache_clear()


def test_a_missing_library_is_no_skip_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attached, "find_spec", lambda name: None)
    for body, library in (
        (hostile.pdf(), "pypdfium2"), (hostile.honest_docx(), "mammoth"),
        (hostile.honest_xlsx(), "python_calamine"), (hostile.xls(), "python_calamine"),
    ):  # fmt: skip
        outcome = read(body, "report")
        assert outcome.skip is SkipReason.READER_MISSING
        assert library in str(outcome.detail)
        assert "nianbao[docs]" in str(outcome.detail)
