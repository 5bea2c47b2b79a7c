"""What became of a variable in a report or body-year, and Stata's letters for what is missing."""

from __future__ import annotations

from enum import StrEnum


class ValueStatus(StrEnum):
    """Of each value of the panel: how it was come by, or why there is none.

    The first four have a value. The others have none, and a letter in LETTERS.
    """

    READ = "read"
    NEGATED = "negated"
    APPROXIMATE = "approximate"
    COMPUTED = "computed"
    NOT_LISTED = "not_listed"
    BLANK = "blank"
    UNREADABLE = "unreadable"
    NOT_IN_FORM = "not_in_form"
    NOT_LOOKED = "not_looked"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    NO_TABLE = "no_table"
    NOT_STATED = "not_stated"
    PARTIAL_SCOPES = "partial_scopes"
    CONFLICTING = "conflicting"
    REMOVED = "removed"
    LISTED_UNREADABLE = "listed_unreadable"

    @property
    def has_value(self) -> bool:
        """Whether a value goes with it."""
        return self not in LETTERS


LETTERS = {
    ValueStatus.NOT_LISTED: "a",
    ValueStatus.BLANK: "b",
    ValueStatus.UNREADABLE: "c",
    ValueStatus.LISTED_UNREADABLE: "c",
    ValueStatus.NOT_IN_FORM: "d",
    ValueStatus.NOT_LOOKED: "e",
    ValueStatus.BLOCKED: "f",
    ValueStatus.UNREACHABLE: "f",
    ValueStatus.NO_TABLE: "g",
    ValueStatus.NOT_STATED: "h",
    ValueStatus.PARTIAL_SCOPES: "i",
    ValueStatus.CONFLICTING: "j",
    ValueStatus.REMOVED: "k",
}
"""The missing value of Stata (.a to .k) for each status without a value."""

MEANINGS = {
    ValueStatus.READ: "read as printed",
    ValueStatus.NEGATED: "0, said in words (没有收到, 未发生) and not printed",
    ValueStatus.APPROXIMATE: "printed with 余, 近 or 约: about, or at least",
    ValueStatus.COMPUTED: "worked out from printed cells, by the rule of the series",
    ValueStatus.NOT_LISTED: "no listing that was looked at has a report on the year",
    ValueStatus.BLANK: "the cell is blank, or holds a stroke; of a sum: one of its cells is",
    ValueStatus.UNREADABLE: "the form has it, and it could not be told with certainty",
    ValueStatus.NOT_IN_FORM: "the form that the report uses lacks it",
    ValueStatus.NOT_LOOKED: "nobody has looked for the body's report on the year",
    ValueStatus.BLOCKED: "a server served something else in its place",
    ValueStatus.UNREACHABLE: "the server could not be reached",
    ValueStatus.NO_TABLE: "the report has no such table, though its form does",
    ValueStatus.NOT_STATED: "the prose does not say it",
    ValueStatus.PARTIAL_SCOPES: "stated for parts of what the report covers only; never summed",
    ValueStatus.CONFLICTING: "stated more than once, with different values",
    ValueStatus.REMOVED: "listed once, and gone before it was captured",
    ValueStatus.LISTED_UNREADABLE: "listed, and what is there could not be read as a report",
}

BY_LETTER = {
    "a": "not listed",
    "b": "blank",
    "c": "unreadable",
    "d": "not in this form",
    "e": "not looked",
    "f": "blocked or unreachable",
    "g": "table not in report",
    "h": "not stated in prose",
    "i": "partial scopes only",
    "j": "conflicting statements",
    "k": "removed from listing",
}
"""Value labels of the letters in Stata."""
