"""Errors of the reading. Each message says what, where and what to do."""

from __future__ import annotations

from enum import StrEnum


class ExtractError(Exception):
    """Base of all errors of the reading."""


class WorkersUnavailable(ExtractError):
    """The processes that read cannot be started, or were ended."""


class BrowseUnavailable(ExtractError):
    """Browse cannot be started; the message says why and what to do."""


class VisitsUnknown(ExtractError):
    """The corpus was written before it was noted how listings are visited: of coverage it can say
    nothing.
    """


class InvalidBodies(ExtractError):
    """The user's bodies.csv says what is not understood; line, column and what to do are named."""


class InvalidSheet(ExtractError):
    """A coded sheet says what is not understood; line, column and what to do are named."""


class InvalidReview(ExtractError):
    """The user's review.csv says what is not understood, or cannot be written to; line, column
    and what to do are named."""


class UndecodableReason(StrEnum):
    """Why bytes could not be turned into text."""

    UNSUPPORTED_CODING = "unsupported_coding"
    CORRUPT_CODING = "corrupt_coding"
    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    DAMAGED = "damaged"
    TOO_DEEP = "too_deep"
    TOO_SLOW = "too_slow"
    CRASHED = "crashed"
    ENCRYPTED = "encrypted"
    NO_TEXT_LAYER = "no_text_layer"
    UNSUPPORTED_MEDIA = "unsupported_media"
    READER_MISSING = "reader_missing"


class Undecodable(ExtractError):
    """A capture whose bytes cannot be turned into text within the limits; ``reason`` says why."""

    def __init__(
        self, message: str, *, reason: UndecodableReason = UndecodableReason.NOT_TEXT
    ) -> None:
        super().__init__(message)
        self.reason = reason
