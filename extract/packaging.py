"""Reports with their captures and corpus rows as one WACZ."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.wacz import SUFFIX, PackageAbout
from archive.wacz_plan import LeftOut, PackagePlan
from archive.wacz_writing import write_package
from extract.errors import ExtractError
from extract.export import make_target
from extract.packed_captures import CaptureChoice
from extract.packed_rows import PackedRows
from extract.schema import open_corpus_to_read
from extract.selection import Selection
from extract.withheld import Withheld

SHOWN = 1000
"""Captures left out that are named; more are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPackage:
    """A package: its file and size in bytes, what it holds, and what it lacks: the first
    ``left_out``, and how many in all; ``taken_down`` counts what suppress.txt leaves out.
    """

    path: Path
    size: int
    captures: int
    pages: int
    reports: int
    left_out: tuple[LeftOut, ...]
    left_out_count: int
    taken_down: int


def write_wacz(folder: DataFolder, target: Path, selection: Selection) -> WrittenPackage:
    """Writes the captures that belong to the selected reports, and their rows, into a package in
    the folder ``target``; the same archive and corpus give the same bytes.

    Raises ExtractError when there is no corpus, nothing to pack, or the folder cannot be made.
    """
    with (
        closing(open_corpus_to_read(folder.corpus_db)) as corpus,
        ArchiveIndex.open(folder.archive_db, read_only=True) as index,
        PackagePlan(folder, index) as plan,
        closing(Withheld(folder)) as withheld,
    ):
        corpus.execute("BEGIN")  # one state of the corpus for all that is read
        with closing(CaptureChoice(index, ArchiveReader(folder, index), plan)) as choice:
            choice.add_selected(corpus, selection)
        left_out = plan.iter_left_out()
        named = tuple(islice(left_out, SHOWN))
        lacking = len(named) + sum(1 for _ in left_out)
        _expect_any(plan, selection, named)
        plan.place()
        make_target(target)
        rows = PackedRows(corpus, index, plan, selection, withheld)
        path = target / (selection.stem() + SUFFIX)
        size = write_package(
            path,
            plan,
            warc=folder.warc,
            about=_about(selection),
            pages=rows.iter_pages(),
            extra=rows.members(),
        )
        return WrittenPackage(
            path=path,
            size=size,
            captures=plan.count(),
            pages=rows.pages,
            reports=rows.reports,
            left_out=named,
            left_out_count=lacking,
            taken_down=plan.count_taken_down(),
        )


def _expect_any(plan: PackagePlan, selection: Selection, left_out: tuple[LeftOut, ...]) -> None:
    if plan.count():
        return
    if left_out:
        raise ExtractError(f"nothing can be packed: {left_out[0]}")
    if taken_down := plan.count_taken_down():
        raise ExtractError(f"nothing to pack: suppress.txt takes all {taken_down} captures down")
    raise ExtractError(
        f"nothing to pack: no report and no capture fits ({selection.words()}); "
        "`nianbao search` and `nianbao status` say what is there"
    )


def _about(selection: Selection) -> PackageAbout:
    return PackageAbout(
        title=f"政府信息公开工作年度报告 ({selection.words()})",
        description=(
            "Annual reports on government information disclosure as captured, with what was read "
            "of them in `corpus/`. Dates are those of the captures; `created` is that of the last."
        ),
        software=f"nianbao {version('nianbao')}",
    )
