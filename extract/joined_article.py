"""The parts of a split article as one content (split_articles has the rule)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from archive.capture import Capture
from extract import decode, html_content
from extract.content import Content, ContentTable
from extract.document import Page
from extract.errors import Undecodable
from extract.sentences import say
from extract.split_articles import further_parts, is_part, linked_parts


def joined(page: Page, content: Content, parts: Sequence[Capture]) -> Content:
    """A page's content with that of its further parts behind it. What is left out is noted."""
    read, notes = [content], list(content.notes)
    body = list(content.parts)
    for capture in parts:
        found = _content_of_part(capture, page, notes)
        if found is None:
            continue
        if any(found.parts == one.parts for one in read):
            notes.append(say("note_part_repeated", url=capture.request.url))
            continue
        read.append(found)
        record_id = (capture.revisit_of or capture.pointer).record_id
        body += [_located(one, record_id) for one in found.parts]
    links = [link for one in read for link in one.attachments]
    first = {link.url: link for link in reversed(links)}
    pictures = dict.fromkeys(url for one in read for url in one.pictures)
    return replace(
        content,
        parts=tuple(body),
        attachments=tuple(link for link in links if first[link.url] is link),
        pictures=tuple(pictures),
        notes=tuple(notes),
    )


def _content_of_part(capture: Capture, first: Page, notes: list[str]) -> Content | None:
    url = capture.request.url
    try:
        page = decode.page(capture)
    except Undecodable as error:
        notes.append(say("note_part_unreadable", said=error))
        return None
    if not is_part(page, first):
        notes.append(say("note_part_foreign", url=url))
        return None
    named = {link.url for link in further_parts(first)}
    if beyond := set(linked_parts(page, first.url).values()) - named:
        notes.append(say("note_part_beyond", url=min(beyond)))
    found = html_content.content(page)
    notes += [say("about", named=url, said=note) for note in (*page.notes, *found.notes)]
    return found


def _located(part: str | ContentTable, record_id: str) -> str | ContentTable:
    """A table whose cells say in which capture they stand."""
    if isinstance(part, str) or not part.rows:
        return part
    places = tuple(
        tuple(
            json.dumps({"record": record_id, "table": part.dom_path, "row": row, "column": column})
            for column in range(len(slots))
        )
        for row, slots in enumerate(part.rows)
    )
    return replace(part, places=places)
