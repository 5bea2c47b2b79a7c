"""Errors of the reading. Each message says what, where and what to do."""


class ExtractError(Exception):
    """Base of all errors of the reading."""


class Undecodable(ExtractError):
    """A capture whose bytes cannot be turned into text within the limits."""


class NewerCorpus(ExtractError):
    """A corpus.db written by a newer nianbao; this one must not touch it."""
