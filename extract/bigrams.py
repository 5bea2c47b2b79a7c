"""Text as search terms: every two characters in a row, and Latin words and numbers whole.

Chinese is written without spaces, so a word is found as the run of its bigrams: 信息公开 is
``信息 息公 公开``. White space and invisible characters are left out, so that a line break does not
hide a word. Terms consist of ASCII letters, digits and characters beyond ASCII only: no text can
say anything in the query language of FTS5.

An index is emptied by the terms that filled it: a change here needs a migration that makes the
index again (``extract.search_index.index_all``).
"""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[a-z0-9]+")
"""A Latin word or number, in lower case."""

_IDEOGRAPHS = re.compile("[\u4e00-\u9fff\u3001\u3002]+")

_LEFT_OUT = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
"""Unicode categories of what is not seen: controls, formats, surrogates, spaces."""

_TO_FULL_WIDTH = 0xFEE0


class _Folding(dict[int, int | None]):
    """For ``str.translate``: what each character counts as, None for one that is left out."""

    def __missing__(self, code: int) -> int | None:
        self[code] = folded = _folded(chr(code))
        return folded


def _folded(character: str) -> int | None:
    for form in (unicodedata.normalize("NFKC", character), character.lower()):
        if len(form) == 1:
            character = form
    if len(character.lower()) == 1:
        character = character.lower()
    if unicodedata.category(character) in _LEFT_OUT:
        return None
    is_mark = character.isascii() and not character.isalnum()
    return ord(character) + (_TO_FULL_WIDTH if is_mark else 0)


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text as it is compared: without white space, width and case; ASCII marks full width."""
    return text.translate(_FOLDING)


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and where in the text each of its characters stands."""
    places = [place for place, one in enumerate(text) if _FOLDING[ord(one)] is not None]
    return fold(text), places


def bigrams(folded: str) -> str:
    """Every two characters in a row, then the last one alone, with spaces between."""
    if not folded:
        return ""
    pieces = [" "] * (3 * len(folded))
    pieces[0::3] = folded
    pieces[1::3] = folded[1:] + " "
    return "".join(pieces).rstrip()


def words(text: str) -> str:
    """Latin words and numbers, in order, with spaces between."""
    # ideographs become no Latin letter: without them there is a tenth left to normalise
    latin = _IDEOGRAPHS.sub(" ", text)
    return " ".join(WORD.findall(unicodedata.normalize("NFKC", latin).lower()))
