"""DOC, WPS and RTF made DOCX by LibreOffice, in a process group of its own, bounded.

The profile is private and thrown away: no macro runs, nothing linked is fetched, and conversions
at the same time do not meet. A file is hostile until read: time, size and memory have limits.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from extract.errors import Undecodable, UndecodableReason
from extract.sentences import say

PROGRAMS = ("soffice", "libreoffice")
"""Names under which it is installed."""

SECONDS = 18.0
"""Longest conversion, beginning a profile included (seen on a busy machine: 7)."""

CPU_SECONDS = 60
"""Processor time of each of its processes: the last bound, should its worker be killed."""

MEMORY_BYTES = 3 * 1024**3
"""Address space; it takes 1.5 GiB for an empty document."""

WRITTEN_LIMIT = 64 * 1024 * 1024
"""Bytes of a file that it may write."""

_FILTER = "docx:MS Word 2007 XML"

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop>
</item>
<item oor:path="/org.openoffice.Inet/Settings">
<prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop>
<prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop>
<prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop>
</item>
</oor:items>
"""
"""What a document may not do: run, embed, follow its links; and no way out to follow them by."""


def find_soffice() -> str | None:
    """The program's path; None where LibreOffice is not installed."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


@cache
def soffice_version() -> str | None:
    """Its version as its installation says, None where there is none; starting it to ask takes a
    second."""
    program = find_soffice()
    if program is None:
        return None
    with contextlib.suppress(OSError):
        for line in Path(program).resolve().with_name("versionrc").read_text("utf-8").splitlines():
            name, _, value = line.partition("=")
            if name == "buildid":
                return "".join(value.split())
    return "unknown"


def converted_to_docx(body: bytes, *, suffix: str) -> bytes:
    """The DOCX that LibreOffice makes of a file whose name would end in ``suffix`` (".doc").

    Raises Undecodable: READER_MISSING, TOO_SLOW, TOO_LARGE, or DAMAGED where it makes none.
    """
    program = find_soffice()
    if program is None:
        text = say("needs_libreoffice")
        raise Undecodable(text, reason=UndecodableReason.READER_MISSING)
    with tempfile.TemporaryDirectory(prefix="nianbao-soffice-") as name:
        folder = Path(name)
        settings = folder / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_SETTINGS, encoding="utf-8")
        source = folder / f"document{suffix}"
        source.write_bytes(body)
        said = _run(_command(program, folder, source), folder)
        target = folder / "out" / "document.docx"
        if not target.is_file():
            text = say("libreoffice_fails", said=said or say("without_a_word"))
            raise Undecodable(text, reason=UndecodableReason.DAMAGED)
        return target.read_bytes()


def _command(program: str, folder: Path, source: Path) -> list[str]:
    return [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--convert-to",
        _FILTER,
        "--outdir",
        str(folder / "out"),
        str(source),
    ]


def _run(command: list[str], folder: Path) -> str:
    """Runs it, its children ended with it; gives the end of what it said on stderr."""
    log = folder / "stderr"
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - the program found on the PATH
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
            preexec_fn=_limit,
        )
        try:
            process.wait(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            text = say("libreoffice_slow", seconds=f"{SECONDS:.0f}")
            raise Undecodable(text, reason=UndecodableReason.TOO_SLOW) from None
        finally:
            # it starts others: they are of its group
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode == -signal.SIGXFSZ:
        text = say("converted_too_large", limit=WRITTEN_LIMIT)
        raise Undecodable(text, reason=UndecodableReason.TOO_LARGE)
    return log.read_bytes()[-200:].decode("utf-8", "replace").strip()


def _limit() -> None:
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    memory = MEMORY_BYTES if hard < 0 else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN_LIMIT, WRITTEN_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours but where programs are and the language: a home of its own, no display."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    dead = "http://127.0.0.1:9"
    return kept | {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "http_proxy": dead,
        "https_proxy": dead,
        "ftp_proxy": dead,
    }
