"""Errors of the archive. Each message says what, where and what to do."""


class ArchiveError(Exception):
    """Base of all errors of the archive."""


class DamagedRecord(ArchiveError):
    """A record that cannot be read back: torn gzip member, bad header or wrong digest."""


class RecordNotFound(ArchiveError):
    """No record with this id or pointer, although something refers to it."""


class NewerSchema(ArchiveError):
    """A database written by a newer nianbao; this one must not touch it."""


class DatabaseUnusable(ArchiveError):
    """A database that is damaged, no database, or not to be opened or written."""


class DiskRefuses(ArchiveError, OSError):
    """The disk is full or failing; when it is not any more, the same command goes on."""


class DataFolderBusy(ArchiveError):
    """Another nianbao writes to this data folder."""


class UnwritableRecord(ArchiveError):
    """A record that must not be written: its address or a header value could break out of it."""


class NotImportable(ArchiveError):
    """A file that is no WARC file packed by records; the message says what to do."""


class InvalidSuppression(ArchiveError):
    """A suppress.txt with a line that is no address and no record id; names file and line."""


class TakenDown(ArchiveError):
    """What the user's suppress.txt takes down, asked for by name; file and line are told."""


class ReplayUnavailable(ArchiveError):
    """Replay cannot run: pywb is not installed."""


class CannotListen(ArchiveError):
    """A server's port cannot be had; the message says which and what to do."""
