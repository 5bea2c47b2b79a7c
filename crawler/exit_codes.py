"""How a command ends, as a program sees it."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command; the README's table is kept true by a test."""

    OK = 0
    """Done."""
    ERROR = 1
    """The program could not do its work; the message says why."""
    BAD_INPUT = 2
    """An argument, a portal file, a setting or a database that cannot be used."""
    PARTIAL = 3
    """Crawled, but something failed, is blocked, not what it was or left; the next run goes on."""
    FAILED = 4
    """Nothing was gained: no listing gave a row, and no document came."""
    BUSY = 5
    """Another nianbao writes to this data folder."""
    NOT_ARCHIVED = 6
    """A replayed run asked for what the archive does not hold."""
    DAMAGED = 7
    """Damage was found in the archive, or in a package; the report names file and offset."""
    DIFFERS = 8
    """`extract --compare`: the archive read anew gives other rows than corpus.db holds."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C or SIGTERM; the next run goes on."""
