"""Reports as outputs show them: each with the verdicts on its values beside it."""

from __future__ import annotations

from collections.abc import Iterator

from archive.folder import DataFolder
from extract.export import EVERY_REPORT, Json, iter_reports
from extract.selection import Selection
from extract.verdicts import judge, verdict_json


class ShownReports:
    """The reports of a data folder, for commands that write or print them.

    Raises InvalidReview for a review.csv that is not understood.
    """

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self.verdicts = judge(folder.review_file, folder.corpus_db)

    def iter_selected(self, selection: Selection = EVERY_REPORT) -> Iterator[Json]:
        """The reports selected, as ``iter_reports`` gives them, with ``verdicts`` behind: values
        are as they were read, whatever was judged."""
        for report in iter_reports(self._folder.corpus_db, selection):
            judged = self.verdicts.of(report_id_in(report))
            yield report | {"verdicts": [verdict_json(one) for one in judged]}


def report_id_in(report: Json) -> str:
    """The id of an exported report."""
    return f"{report['body_id']}/{report['report_year']}/{report['report_scope']}"
