"""Reports as outputs show them: with the verdicts on their values, without what is taken down."""

from __future__ import annotations

from collections.abc import Iterator

from archive.folder import DataFolder
from extract.export import EVERY_REPORT, Json, iter_reports
from extract.selection import Selection
from extract.verdicts import judge, verdict_json
from extract.withheld import Withheld


class ShownReports:
    """The reports of a data folder, for commands that write or print them.

    ``taken_down`` counts those left out so far, ``line`` is that of the last in suppress.txt.
    Raises InvalidReview and InvalidSuppression for a review.csv or suppress.txt that is not
    understood.
    """

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self.verdicts = judge(folder.review_file, folder.corpus_db)
        self.withheld = Withheld(folder)
        self.taken_down = 0
        self.line: int | None = None

    def iter_selected(self, selection: Selection = EVERY_REPORT) -> Iterator[Json]:
        """The reports selected, as ``iter_reports`` gives them, with ``verdicts`` behind: values
        are as they were read, whatever was judged. What suppress.txt takes down is left out, and
        in none of the others (``without_others``)."""
        for report in iter_reports(self._folder.corpus_db, selection):
            if (line := self.withheld.find_report(report_id_in(report))) is not None:
                self.line = line
                self.taken_down += 1
                continue
            judged = self.verdicts.of(report_id_in(report))
            said = [verdict_json(one) for one in judged]
            yield without_others(report, self.withheld) | {"verdicts": said}
        self.withheld.close()


def without_others(report: Json, withheld: Withheld) -> Json:
    """An exported report without what it says of others that suppress.txt takes down: addresses in
    ``also_at``, and checks that compare it with the year before."""
    report_id = report_id_in(report)
    return report | {
        "also_at": [url for url in report["also_at"] if withheld.find_capture(url) is None],
        "checks": [
            check
            for check in report["checks"]
            if withheld.find_check(report_id, check["identity"]) is None
        ],
    }


def report_id_in(report: Json) -> str:
    """The id of an exported report."""
    return f"{report['body_id']}/{report['report_year']}/{report['report_scope']}"
