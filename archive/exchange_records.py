"""An exchange as WARC records: what it is, and how each of its records is made.

Records of one exchange share WARC-Date and are tied by WARC-Concurrent-To (WARC 1.1 §5.7).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from archive.capture import CapturedResponse, Exchange, FailureReason, Truncation
from archive.errors import UnwritableRecord
from archive.http_message import (
    DecodedBody,
    Oddity,
    RequestParts,
    ResponseHead,
    decode_body,
    parse_request,
    split_response,
)
from archive.member import MAX_RECORD_BYTES
from archive.metadata import (
    ExchangeNote,
    MetadataKind,
    NotModifiedNote,
    dump_note,
    storable_context,
)
from archive.records import (
    Block,
    ContentType,
    Record,
    RecordType,
    body_digest,
    bracketed,
    format_date,
    new_record_id,
    payload_digest,
    request_url,
    storable,
    target_uri,
)
from archive.revisit import Base
from archive.rows import header_text, media_type
from archive.walk import MAX_HEAD_BYTES

NO_BYTES = "the exchange ended without a byte of an answer and without a reason"
NO_HEAD = "what was received does not begin with a whole HTTP/1.x response head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response that could be parsed: ``start`` and ``body_start`` are places in what was
    received, ``digest`` that of the payload, ``truncated`` why it is not whole.
    """

    head: ResponseHead
    body: DecodedBody
    digest: str
    start: int
    body_start: int
    truncated: Truncation | None

    def response(self) -> CapturedResponse:
        """The response as a capture has it."""
        head = self.head
        return CapturedResponse(
            status=head.status, headers=head.headers, body=self.body.payload, reason=head.reason
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """An exchange taken apart. ``answer`` is None when no response could be parsed."""

    exchange: Exchange
    url: str
    target: str
    captured_at: datetime
    request: RequestParts
    note: ExchangeNote
    answer: Answer | None


def analyse(exchange: Exchange) -> Analysed:
    """Reads what an exchange holds. Raises UnwritableRecord for an address that cannot be kept."""
    url = request_url(exchange.url)
    target = target_uri(url)
    _refuse_unreadable(exchange)
    split = split_response(exchange.received)
    answer = None
    oddities: list[Oddity] = [Oddity.INTERIM_HEADS] if split.interim else []
    if split.head is not None:
        body = decode_body(
            exchange.received, split.body_start, head=split.head, method=exchange.method
        )
        oddities += [*split.head.oddities, *body.oddities]
        # a body that ended early was cut, whether or not anyone noticed
        torn = Truncation.DISCONNECT if body.torn else None
        answer = Answer(
            head=split.head,
            body=body,
            digest=payload_digest(body.payload),
            start=split.start,
            body_start=split.body_start,
            truncated=exchange.truncated or torn,
        )
    request = parse_request(exchange.sent)
    note = _note(exchange, url=url, request=request, interim=split.interim, oddities=oddities)
    return Analysed(
        exchange=exchange,
        url=url,
        target=target,
        captured_at=exchange.started_at,
        request=request,
        note=note,
        answer=answer,
    )


def _refuse_unreadable(exchange: Exchange) -> None:
    """Before anything is written: a time without zone, or more than can be read back."""
    format_date(exchange.started_at)
    for stream in (exchange.received, exchange.sent):
        if (size := stream.seek(0, 2)) > MAX_RECORD_BYTES - MAX_HEAD_BYTES:
            raise UnwritableRecord(
                f"{size} bytes of one exchange with {exchange.url[:200]!r} are too many for a "
                f"record (at most {MAX_RECORD_BYTES}); cut the download and mark it as truncated"
            )


def _note(
    exchange: Exchange, *, url: str, request: RequestParts, interim: bytes, oddities: list[Oddity]
) -> ExchangeNote:
    ended = exchange.ended_at
    text = exchange.failure_text
    return ExchangeNote(
        method=exchange.method,
        url=url,
        body_digest=body_digest(request.body),
        context=storable_context(exchange.context),
        duration=(ended - exchange.started_at).total_seconds() if ended else None,
        interim=interim,
        oddities=tuple(odd.value for odd in dict.fromkeys(oddities)),
        failure=exchange.failure,
        failure_text=None if text is None else storable(text),
    )


def answered_records(analysed: Analysed, answer: Answer, base: Base | None) -> list[Record]:
    """Response or revisit, request, metadata. ``base`` is what a revisit refers to."""
    main = _main_record(analysed, answer, base)
    note = analysed.note
    if base is not None and base.not_modified:
        note = note_of_not_modified(note, answer, base)
    return [
        main,
        *_companions(analysed, owner=main.record_id, note=note, kind=MetadataKind.EXCHANGE),
    ]


def note_of_not_modified(note: ExchangeNote, answer: Answer, base: Base) -> ExchangeNote:
    """The note of a 304: its verbatim head, and what holds after it."""
    head, origin = answer.head, base.row
    return replace(
        note,
        not_modified=NotModifiedNote(
            head=head.raw,
            etag=header_text(head, b"etag") or origin.etag,
            last_modified=header_text(head, b"last-modified") or origin.last_modified,
            mime=media_type(head) or origin.mime,
        ),
    )


def _main_record(analysed: Analysed, answer: Answer, base: Base | None) -> Record:
    received = analysed.exchange.received
    if base is None:
        truncated = (("WARC-Truncated", answer.truncated.value),) if answer.truncated else ()
        return Record(
            record_type=RecordType.RESPONSE,
            record_id=new_record_id(),
            date=analysed.captured_at,
            content_type=ContentType.RESPONSE,
            block=Block.rest_of(received, answer.start),
            fields=(
                *_common(analysed),
                ("WARC-Payload-Digest", answer.digest),
                *truncated,
            ),
        )
    block = Block.of(b"" if base.not_modified else answer.head.raw)
    return Record(
        record_type=RecordType.REVISIT,
        record_id=new_record_id(),
        date=analysed.captured_at,
        content_type=ContentType.RESPONSE,
        block=block,
        fields=(*_common(analysed), *base.fields()),
    )


def failed_records(analysed: Analysed) -> list[Record]:
    """What is kept of an exchange without a parsable response: the bytes received as a resource,
    the request if any of it was sent, and the failure as metadata, which comes last.
    """
    exchange = analysed.exchange
    records: list[Record] = []
    received = Block.rest_of(exchange.received)
    if received.length:
        records.append(_resource(analysed, received))
    owner = records[0].record_id if records else None
    note = failure_note(analysed, received_any=bool(received.length))
    return [*records, *_companions(analysed, owner=owner, note=note, kind=MetadataKind.FAILURE)]


def failure_note(analysed: Analysed, *, received_any: bool) -> ExchangeNote:
    """The note with a reason, whether or not the exchange gave one."""
    note = analysed.note
    fallback = FailureReason.UNPARSABLE if received_any else FailureReason.OTHER
    return replace(
        note,
        failure=note.failure or fallback,
        failure_text=note.failure_text or (NO_HEAD if received_any else NO_BYTES),
    )


def _resource(analysed: Analysed, received: Block) -> Record:
    truncated = analysed.exchange.truncated
    return Record(
        record_type=RecordType.RESOURCE,
        record_id=new_record_id(),
        date=analysed.captured_at,
        content_type=ContentType.BYTES,
        block=received,
        fields=(
            *_common(analysed),
            ("WARC-Payload-Digest", received.digest()),
            *((("WARC-Truncated", truncated.value),) if truncated else ()),
        ),
    )


def _companions(
    analysed: Analysed, *, owner: str | None, note: ExchangeNote, kind: MetadataKind
) -> list[Record]:
    """The request, if anything was sent, and the metadata, tied to ``owner`` or to each other."""
    records: list[Record] = []
    sent = Block.rest_of(analysed.exchange.sent)
    if sent.length:
        records.append(
            _companion(analysed, owner=owner, record_type=RecordType.REQUEST, block=sent)
        )
        owner = owner or records[0].record_id
    block = Block.of(dump_note(kind, note))
    metadata = _companion(analysed, owner=owner, record_type=RecordType.METADATA, block=block)
    return [*records, metadata]


def _companion(
    analysed: Analysed, *, owner: str | None, record_type: RecordType, block: Block
) -> Record:
    request = record_type is RecordType.REQUEST
    # what belongs to a record has the address of its server from there
    fields = _target(analysed) if owner else _common(analysed)
    return Record(
        record_type=record_type,
        record_id=new_record_id(),
        date=analysed.captured_at,
        content_type=ContentType.REQUEST if request else ContentType.FIELDS,
        block=block,
        fields=(
            *fields,
            *((("WARC-Concurrent-To", bracketed(owner)),) if owner else ()),
        ),
    )


def _target(analysed: Analysed) -> tuple[tuple[str, str], ...]:
    return (("WARC-Target-URI", analysed.target),)


def _common(analysed: Analysed) -> tuple[tuple[str, str], ...]:
    address = analysed.exchange.ip_address
    # a zone (fe80::1%eth0) is of this machine alone
    ip = (("WARC-IP-Address", address.partition("%")[0]),) if address else ()
    return (*_target(analysed), *ip)
