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
        """The mapping from the present text to the original."""
        length = len(self.text)
        if self._starts is None or self._ends is None or not length:
            return Alignment((0,), (0,), length, self._original_length)
        text_starts, original_starts = [0], [0]
        for index in range(1, length):
            if self._breaks(index):
                text_starts.append(index)
                original_starts.append(self._starts[index])
        return Alignment(tuple(text_starts), tuple(original_starts), length, self._original_length)

    def _breaks(self, index: int) -> bool:
        """Whether a new segment begins: not of one phrase with the character before, and one of
        the two does not run in step. What a deletion follows stands alone, so only it widens.
        """
        assert self._starts is not None
        if self._starts[index] == self._starts[index - 1]:
            return False
        return not (self._in_step(index - 1) and self._in_step(index))

    def _in_step(self, index: int) -> bool:
        """Whether a character stands for one of the original and the next for the one after."""
        starts, ends = self._starts, self._ends
        assert starts is not None and ends is not None
        following = starts[index + 1] if index + 1 < len(starts) else self._original_length
        of_phrase = index > 0 and starts[index] == starts[index - 1]
        behind_deletion = index == 0 and starts[0] > 0
        return (
            not of_phrase
            and not behind_deletion
            and ends[index] - starts[index] == 1
            and following == ends[index]
        )
