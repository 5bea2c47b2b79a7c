"""Text that remembers where each of its characters stood before it was rewritten."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from extract.document import Alignment

Replacement = str | Callable[[re.Match[str]], str]


class TrackedText:
    """A text under rewriting, with the range of the original that each character stands for.

    ``text`` is the state so far. Origins are kept as pieces, so that a text costs by its changes
    of length and not by its characters.
    """

    def __init__(self, original: str) -> None:
        self.text = original
        self._original_length = len(original)
        self._pieces = [_Piece(len(original), 0, len(original), True)]

    def rewrite(self, pattern: re.Pattern[str], replacement: Replacement) -> None:
        """Replaces each match; equal lengths correspond character by character."""
        edits = []
        for match in pattern.finditer(self.text):
            new = replacement(match) if callable(replacement) else match.expand(replacement)
            if new != match[0]:
                edits.append((match.start(), match.end(), new))
        self.apply(edits)

    def apply(self, edits: list[tuple[int, int, str]]) -> None:
        """Replaces ranges of ``text``: (start, end, new text), ascending and without overlap."""
        if not edits:
            return
        if any(len(new) != end - start for start, end, new in edits):
            self._move_origins(edits)
        pieces: list[str] = []
        done = 0
        for start, end, new in edits:
            pieces += (self.text[done:start], new)
            done = end
        pieces.append(self.text[done:])
        self.text = "".join(pieces)

    def _move_origins(self, edits: list[tuple[int, int, str]]) -> None:
        cursor = _Cursor(self._pieces)
        pieces: list[_Piece] = []
        done = 0
        for start, end, new in edits:
            pieces += cursor.take(start - done)
            covered = cursor.take(end - start)
            if len(new) == end - start:
                pieces += covered
            elif not covered:
                raise ValueError("an insertion stands for nothing in the original")
            elif new:
                pieces.append(_Piece(len(new), covered[0].start, covered[-1].end, False))
            done = end
        self._pieces = pieces + cursor.take(len(self.text) - done)

    def alignment(self) -> Alignment:
        """The mapping from the present text to the original.

        A segment begins where a character is not of one phrase with the one before, and one of the
        two does not run in step: stand for one character of the original, and the next for the one
        after. What a deletion follows stands alone, so only it widens.
        """
        length = len(self.text)
        whole = [_Piece(length, 0, self._original_length, True)]
        if not length or self._pieces == whole:
            return Alignment((0,), (0,), length, self._original_length)
        segments = _Segments()
        at = 0
        following = [*(piece.start for piece in self._pieces[1:]), self._original_length]
        for piece, after in zip(self._pieces, following, strict=True):
            segments.add(at, piece, after)
            at += piece.length
        return Alignment(
            tuple(segments.text_starts),
            tuple(segments.original_starts),
            length,
            self._original_length,
        )


class _Piece(NamedTuple):
    """``length`` characters that stand for ``start`` to ``end`` of the original: each for one of
    them in order when ``in_step``, else each for all of them (a phrase)."""

    length: int
    start: int
    end: int
    in_step: bool


class _Cursor:
    """Takes pieces off a list, by numbers of characters."""

    def __init__(self, pieces: list[_Piece]) -> None:
        self._rest = iter(pieces)
        self._left: _Piece | None = None

    def take(self, count: int) -> list[_Piece]:
        """The pieces of the next characters; one that reaches beyond is divided."""
        taken: list[_Piece] = []
        while count > 0:
            piece = self._left or next(self._rest)
            self._left = None
            if piece.length > count:
                piece, self._left = _divided(piece, count)
            taken.append(piece)
            count -= piece.length
        return taken


def _divided(piece: _Piece, count: int) -> tuple[_Piece, _Piece]:
    rest = piece.length - count
    if not piece.in_step:
        return piece._replace(length=count), piece._replace(length=rest)
    middle = piece.start + count
    return _Piece(count, piece.start, middle, True), _Piece(rest, middle, piece.end, True)


class _Segments:
    """Where segments begin; fed with pieces, it looks at their ends alone."""

    def __init__(self) -> None:
        self.text_starts = [0]
        self.original_starts = [0]
        self._before = -1
        self._in_step = False

    def add(self, at: int, piece: _Piece, after: int) -> None:
        """A piece of the text from ``at`` on; ``after`` is where the next one's original starts."""
        length, start, end, _ = piece
        if not piece.in_step:
            self._visit(at, start, end, start if length > 1 else after)
            self._in_step = self._in_step and length == 1
            return
        self._visit(at, start, start + 1, start + 1 if length > 1 else after)
        if length > 2:
            if not self._in_step:
                self._visit(at + 1, start + 1, start + 2, start + 2)
            self._before = end - 2
        if length > 1:
            self._visit(at + length - 1, end - 1, end, after)

    def _visit(self, index: int, start: int, end: int, following: int) -> None:
        """One character, and where the next one's original starts."""
        was_in_step = self._in_step
        self._in_step = start != self._before and end - start == 1 and following == end
        if index == 0:
            self._in_step = self._in_step and start == 0
        elif start != self._before and not (was_in_step and self._in_step):
            self.text_starts.append(index)
            self.original_starts.append(start)
        self._before = start
