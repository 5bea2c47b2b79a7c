"""How many cells of generated files are read right: ``python evaluate_generated_files.py pdf 200``.

Kinds are pdf, unruled, docx, xlsx, xls, and doc and printed, which LibreOffice makes of the DOCX
(it must be on the PATH). Ends with 1 when a cell is wrong or missing without a finding.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from captured_files import capture_of
from file_samples import WRITERS, FileSample
from test_cells_generated import unreported

from extract.files import document_of
from extract.form_tables import read_tables

ITEMS = {
    "regulations": "一", "normative_docs": "一", "permits": "五", "other_services": "五",
    "penalties": "六", "coercion": "六", "admin_fees": "八", "procurement": "九",
}  # fmt: skip
"""The block of table 2 that a row stands in: a block that was not found is reported as such."""


def judged(made: FileSample) -> tuple[int, list[str], list[str], list[str]]:
    """Cells right, those wrong or invented, those missing in silence, and paragraphs missing."""
    document = document_of(capture_of(made.body))
    tables = read_tables(document)
    got = {cell.name: cell.value for cell in tables.cells}
    known = made.said.cells
    wrong = [f"{n}={got[n]!r}" for n in got if n not in known or got[n] != known[n]]
    whole = [f.message.split(":")[0] for f in tables.findings if f.kind == "table_unreadable"]
    said = " ".join(finding.message for finding in tables.findings)
    blocks = [row for row, item in ITEMS.items() if f"row 第二十条第({item})项" in said]
    silent = [
        name
        for name in unreported(made.said, tables)
        if _table_of(name) not in whole and not any(block in name for block in blocks)
    ]
    lines = set(document.text_original.split("\n"))
    lost = [text[:30] for text in made.paragraphs if text not in lines]
    return len(got) - len(wrong), wrong, silent, lost


def _table_of(name: str) -> str:
    """The table of a cell as the finding of a table that was not read names it."""
    return f"table {3 if '.' in name else 2 if name.startswith('t2_') else 4}"


def by_soffice(made: FileSample, suffix: str) -> FileSample:
    """The sample as LibreOffice writes it."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "sample.docx"
        source.write_bytes(made.body)
        profile = (Path(tempfile.gettempdir()) / "evaluation-profile").as_uri()
        subprocess.run(
            ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", suffix,
             "--outdir", folder, str(source)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        made.body = source.with_suffix(f".{suffix}").read_bytes()
    return made


def main(kind: str, files: int, first: int = 0) -> int:
    """Prints the counts; the exit code says whether the aim was met."""
    known = right = wrong = silent = lost = 0
    began = time.process_time()
    for number in range(first, first + files):
        made = WRITERS["docx" if kind in ("doc", "printed") else kind](number)
        if kind in ("doc", "printed"):
            made = by_soffice(made, "doc" if kind == "doc" else "pdf")
        good, false, missing, gone = judged(made)
        if false or missing or gone:
            print(f"{made.layout} {made.said.deviations}: wrong {false[:4]} silent {missing[:4]} "
                  f"lost {gone[:2]}", file=sys.stderr)  # fmt: skip
        known, right, wrong = known + len(made.said.cells), right + good, wrong + len(false)
        silent, lost = silent + len(missing), lost + len(gone)
    unread = known - right - wrong
    print(
        f"{files} {kind}: {known} cells, {right} right, {unread} not read, {wrong} wrong, {silent} "
        f"in silence; {lost} paragraphs broken; {time.process_time() - began:.0f} s of processor"
    )
    return int(wrong > 0 or silent > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), *map(int, sys.argv[3:4])))
