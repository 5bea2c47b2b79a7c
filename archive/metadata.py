"""What our metadata records say: the context of an exchange, a failure, a run's start and end.

A block is ``application/warc-fields``: one ``name: JSON value`` a line, ASCII, so that no text
from a page can begin a line. The first line is ``nianbao-record`` with the kind. Whatever a
rebuild needs to know beside the exchange itself stands here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias, TypeVar

from archive.capture import (
    CaptureContext,
    FailureReason,
    Role,
    RunEnd,
    RunOutcome,
    RunStart,
)
from archive.errors import DamagedRecord
from archive.records import storable

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
Fields = dict[str, JsonValue]

KIND = "nianbao-record"

T = TypeVar("T")


class MetadataKind(StrEnum):
    """What a metadata record of ours is about."""

    EXCHANGE = "exchange"
    FAILURE = "failure"
    RUN_START = "run-start"
    RUN_END = "run-end"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModifiedNote:
    """Beside a 304 revisit, whose block is empty: the head as the server sent it, and the
    validators and media type that hold for the capture after it (its own, or the original's).
    """

    head: bytes
    etag: str | None
    last_modified: str | None
    mime: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeNote:
    """What is kept of an exchange beside its bytes.

    ``url`` is as it was asked, ``body_digest`` "" without a body; ``duration`` is seconds, None
    when the end is unknown; ``interim`` the 1xx heads as received; ``failure`` with its text when
    the exchange failed, also part-way. ``shifted_to`` is the place in the order (archive.clock)
    where that is another than the record's date.
    """

    method: str
    url: str
    body_digest: str
    context: CaptureContext
    duration: float | None = None
    interim: bytes = b""
    oddities: tuple[str, ...] = ()
    failure: FailureReason | None = None
    failure_text: str | None = None
    not_modified: NotModifiedNote | None = None
    shifted_to: datetime | None = None


def dump_fields(kind: MetadataKind, fields: Fields) -> bytes:
    """A block of warc-fields; a field whose value is None is left out."""
    present = {KIND: kind.value, **{key: val for key, val in fields.items() if val is not None}}
    return "".join(f"{key}: {json.dumps(val)}\r\n" for key, val in present.items()).encode("ascii")


def parse_fields(block: bytes) -> Fields | None:
    """The fields of a block of ours; None for warc-fields that another tool wrote.

    Raises DamagedRecord when a line is not as written here.
    """
    if not block.startswith(KIND.encode("ascii")):
        return None
    try:
        names, _, values = zip(
            *(line.partition(": ") for line in block.decode("ascii").splitlines()), strict=True
        )
        # one call for all lines: a third of the time of one for each
        decoded = json.loads(f"[{','.join(values)}]")
        return dict(zip(names, decoded, strict=True))
    except (ValueError, RecursionError) as error:
        raise DamagedRecord(f"a metadata line is not a name and JSON: {error}") from error


def kind_of(fields: Fields) -> MetadataKind | None:
    """The kind of a metadata record; None for one that a newer version may know."""
    value = fields.get(KIND)
    return next((kind for kind in MetadataKind if kind.value == value), None)


def dump_note(kind: MetadataKind, note: ExchangeNote) -> bytes:
    """The block of an exchange's, or a failure's, metadata record."""
    context = note.context
    fields: Fields = {
        "method": note.method,
        "url": note.url,
        "body-digest": note.body_digest or None,
        "run": context.run_id,
        "portal": context.portal_id,
        "role": context.role.value,
        "via": context.via,
        "link-text": context.link_text,
        "listed-on": context.listed_on.isoformat() if context.listed_on else None,
        "listing": context.listing,
        "entry-url": context.entry_url,
        "division": context.division,
        "page-record": context.page_record,
        "link-url": context.link_url,
        "shifted-to": note.shifted_to.isoformat() if note.shifted_to else None,
        "seconds": note.duration,
        "interim": _b64(note.interim) or None,
        "oddities": list(note.oddities) or None,
        "failure": note.failure.value if note.failure else None,
        "failure-text": note.failure_text,
    }
    if (same := note.not_modified) is not None:
        fields["not-modified"] = {
            "head": _b64(same.head),
            "etag": same.etag,
            "last-modified": same.last_modified,
            "mime": same.mime,
        }
    return dump_fields(kind, fields)


def read_note(fields: Fields) -> ExchangeNote:
    """The other way round. Raises DamagedRecord for a missing or wrong field."""
    return _reading(_note, fields)


def _note(fields: Fields) -> ExchangeNote:
    failure = _text(fields, "failure")
    seconds = fields.get("seconds")
    oddities = fields.get("oddities") or []
    if not isinstance(oddities, list) or not isinstance(seconds, int | float | None):
        raise TypeError("oddities or seconds")
    return ExchangeNote(
        method=_given(fields, "method"),
        url=_given(fields, "url"),
        body_digest=_text(fields, "body-digest") or "",
        context=_context(fields),
        duration=seconds,
        interim=base64.b64decode(_text(fields, "interim") or "", validate=True),
        oddities=tuple(map(str, oddities)),
        failure=FailureReason(failure) if failure is not None else None,
        failure_text=_text(fields, "failure-text"),
        not_modified=_not_modified(fields.get("not-modified")),
        shifted_to=_moment(fields, "shifted-to") if "shifted-to" in fields else None,
    )


def _context(fields: Fields) -> CaptureContext:
    listed_on = _text(fields, "listed-on")
    return CaptureContext(
        run_id=_given(fields, "run"),
        portal_id=_given(fields, "portal"),
        role=Role(_given(fields, "role")),
        via=_text(fields, "via"),
        link_text=_text(fields, "link-text"),
        listed_on=date.fromisoformat(listed_on) if listed_on is not None else None,
        listing=_text(fields, "listing"),
        entry_url=_text(fields, "entry-url"),
        division=_text(fields, "division"),
        page_record=_text(fields, "page-record"),
        link_url=_text(fields, "link-url"),
    )


def _not_modified(value: JsonValue) -> NotModifiedNote | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise TypeError("not-modified")
    return NotModifiedNote(
        head=base64.b64decode(_given(value, "head"), validate=True),
        etag=_text(value, "etag"),
        last_modified=_text(value, "last-modified"),
        mime=_text(value, "mime"),
    )


def dump_run_start(start: RunStart) -> bytes:
    """The block of a run's first record; the portal files verbatim inside JSON strings."""
    return dump_fields(
        MetadataKind.RUN_START,
        {
            "run": start.run_id,
            "started-at": start.started_at.isoformat(),
            "shifted-to": start.shifted_to.isoformat() if start.shifted_to else None,
            "portal-files": dict(start.portal_files),
            "versions": dict(start.versions),
            "settings-digest": start.settings_digest,
        },
    )


def read_run_start(fields: Fields) -> RunStart:
    """The other way round. Raises DamagedRecord for a missing or wrong field."""
    return _reading(
        lambda given: RunStart(
            run_id=_given(given, "run"),
            started_at=_moment(given, "started-at"),
            shifted_to=_moment(given, "shifted-to") if "shifted-to" in given else None,
            portal_files={key: str(text) for key, text in _mapping(given, "portal-files").items()},
            versions={key: str(text) for key, text in _mapping(given, "versions").items()},
            settings_digest=_given(given, "settings-digest"),
        ),
        fields,
    )


def dump_run_end(end: RunEnd) -> bytes:
    """The block of a run's last record."""
    return dump_fields(
        MetadataKind.RUN_END,
        {
            "run": end.run_id,
            "finished-at": end.finished_at.isoformat(),
            "outcome": end.outcome.value,
            "counts": dict(end.counts),
        },
    )


def read_run_end(fields: Fields) -> RunEnd:
    """The other way round. Raises DamagedRecord for a missing or wrong field."""
    return _reading(
        lambda given: RunEnd(
            run_id=_given(given, "run"),
            finished_at=_moment(given, "finished-at"),
            outcome=RunOutcome(_given(given, "outcome")),
            counts={key: _count(number) for key, number in _mapping(given, "counts").items()},
        ),
        fields,
    )


def storable_context(context: CaptureContext) -> CaptureContext:
    """The context with every text made storable: a listing may hold anything."""
    return CaptureContext(
        run_id=storable(context.run_id),
        portal_id=storable(context.portal_id),
        role=context.role,
        via=_storable(context.via),
        link_text=_storable(context.link_text),
        listed_on=context.listed_on,
        listing=_storable(context.listing),
        entry_url=_storable(context.entry_url),
        division=_storable(context.division),
        page_record=_storable(context.page_record),
        link_url=_storable(context.link_url),
    )


def _storable(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _reading(build: Callable[[Fields], T], fields: Fields) -> T:
    try:
        return build(fields)
    except (KeyError, ValueError, TypeError) as error:
        raise DamagedRecord(
            f"a metadata record of kind {fields.get(KIND)!r} cannot be read ({error!r}); "
            "a newer nianbao may have written it: update, or report it"
        ) from error


def _text(fields: Fields, name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise TypeError(name)
    return value


def _given(fields: Fields, name: str) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _mapping(fields: Fields, name: str) -> dict[str, JsonValue]:
    value = fields[name]
    if not isinstance(value, dict):
        raise TypeError(name)
    return value


def _count(value: JsonValue) -> int:
    if not isinstance(value, int):
        raise TypeError("counts")
    return value


def _moment(fields: Fields, name: str) -> datetime:
    moment = datetime.fromisoformat(_given(fields, name))
    if moment.tzinfo is None:
        raise ValueError(name)
    return moment


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
