"""A part of many, chosen by a seed: what is too much to check each time."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

_SAMPLE = re.compile(r"(\d{1,9})|(\d{1,3}(?:\.\d{1,6})?)\s*%")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Sample:
    """``count`` of them, or a ``share`` between 0 and 1, rounded up; the other one is None."""

    seed: int
    count: int | None = None
    share: float | None = None

    @classmethod
    def parse(cls, text: str, *, seed: int) -> Sample:
        """From ``20`` or ``5%``. Raises ValueError for anything else, and for nothing at all."""
        match = _SAMPLE.fullmatch(text.strip())
        if match and match[1] and int(match[1]):
            return cls(seed, count=int(match[1]))
        if match and match[2] and 0 < float(match[2]) <= 100:
            return cls(seed, share=float(match[2]) / 100)
        raise ValueError(f"{text!r} is neither a number from 1 on, nor a share as 5%")

    def size(self, total: int) -> int:
        """How many of so many."""
        if self.count is not None:
            return min(self.count, total)
        assert self.share is not None
        return min(-int(-total * self.share // 1), total)

    def choose(self, all_of: Sequence[_T]) -> list[_T]:
        """The chosen ones, in the order that they had; the same seed chooses the same."""
        chosen = random.Random(self.seed).sample(range(len(all_of)), self.size(len(all_of)))  # noqa: S311
        return [all_of[place] for place in sorted(chosen)]
