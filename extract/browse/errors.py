"""What a page cannot be shown for, each with its status."""

from __future__ import annotations

from extract.errors import ExtractError


class NoPage(ExtractError):
    """A request that gets a message in place of a page. ``words`` names the message in the table of
    words, ``detail`` is said beside it as it stands.
    """

    status = 400
    words = "bad_question"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class BadQuestion(NoPage):
    """An argument of the address that says nothing that could be looked for."""


class NotThere(NoPage):
    """No such report, body or page in the corpus."""

    status = 404
    words = "not_there"


class TakenDownHere(NoPage):
    """suppress.txt takes it down."""

    status = 451
    words = "taken_down"


class NotNow(NoPage):
    """The corpus, or replay, cannot be read at this moment."""

    status = 503
    words = "not_now"


class TooSlow(NotNow):
    """What was asked takes longer than a page may."""

    words = "too_slow"


class Busy(NotNow):
    """As many downloads are under way as may be."""

    words = "busy"


class NoReplay(NotNow):
    """No replay runs beside the pages."""

    words = "no_replay"


class ReplayGivenUp(NoReplay):
    """It ended again and again, and is not started any more."""

    words = "replay_given_up"


class NewerCorpus(NotNow):
    """The corpus was written by another version while this one shows it."""

    words = "other_version"


class TablesClosed(NoPage):
    """Tables and SQL, while suppress.txt takes something down."""

    status = 403
    words = "tables_closed"


class PageFailed(NoPage):
    """A fault of the program."""

    status = 500
    words = "failed"
