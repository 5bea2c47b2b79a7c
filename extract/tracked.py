"""Text that remembers where each of its characters stood before it was rewritten."""

from __future__ import annotations

import re
from collections.abc import Callable

from extract.document import Alignment

Replacement = str | Callable[[re.Match[str]], str]


class TrackedText:
    """A text under rewriting, with the range of the original that each character stands for.

    ``text`` is the state so far. Origins are kept only from the first change of length on, so
    that a text which nothing changes costs nothing.
    """

    def __init__(self, original: str) -> None:
        self.text = original
        self._original_length = len(original)
        self._starts: list[int] | None = None
        self._ends: list[int] | None = None

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
        old_starts = self._starts if self._starts is not None else range(len(self.text))
        old_ends = self._ends if self._ends is not None else range(1, len(self.text) + 1)
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for start, end, new in edits:
            starts += old_starts[done:start]
            ends += old_ends[done:start]
            if len(new) == end - start:
                starts += old_starts[start:end]
                ends += old_ends[start:end]
            elif start < end:
                starts += [old_starts[start]] * len(new)
                ends += [old_ends[end - 1]] * len(new)
            else:
                raise ValueError("an insertion stands for nothing in the original")
            done = end
        self._starts = starts + list(old_starts[done:])
        self._ends = ends + list(old_ends[done:])

    def alignment(self) -> Alignment:
        """The mapping from the present text to the original.

        A segment begins where a character is not of one phrase with the one before, and one of the
        two does not run in step: stand for one character of the original, and the next for the one
        after. What a deletion follows stands alone, so only it widens.
        """
        length = len(self.text)
        if self._starts is None or self._ends is None or not length:
            return Alignment((0,), (0,), length, self._original_length)
        text_starts, original_starts = [0], [0]
        starts, ends = self._starts, self._ends
        following = [*starts[1:], self._original_length]
        before = starts[0]
        # what a deletion goes before stands alone too
        in_step = before == 0 and ends[0] == 1 == following[0]
        for index in range(1, length):
            start = starts[index]
            was_in_step = in_step
            if start == before:  # of one phrase with the character before
                in_step = False
                continue
            in_step = ends[index] - start == 1 and following[index] == ends[index]
            if not (was_in_step and in_step):
                text_starts.append(index)
                original_starts.append(start)
            before = start
        return Alignment(tuple(text_starts), tuple(original_starts), length, self._original_length)
