"""A request that brought nothing, as the archive keeps it: for a record id that is no capture's."""

from __future__ import annotations

from archive.rows import FailureRow


def failure_line(row: FailureRow) -> str:
    """When, what was asked, why nothing came, and where its record lies."""
    failure = row.failure
    return (
        f"{failure.failed_at:%Y-%m-%dT%H:%M:%SZ} {failure.method} {failure.url} brought nothing: "
        f"{failure.reason.value}: {failure.text}, {failure.record_id} {row.file} "
        f"offset {row.offset}"
    )


def failure_json(row: FailureRow) -> dict[str, object]:
    """The same for programs."""
    failure = row.failure
    return {
        "url": failure.url,
        "method": failure.method,
        "captured_at": f"{failure.failed_at:%Y-%m-%dT%H:%M:%SZ}",
        "failure": failure.reason.value,
        "text": failure.text,
        "record_id": failure.record_id,
        "warc_file": row.file,
        "warc_offset": row.offset,
        "warc_length": row.length,
    }
