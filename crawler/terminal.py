"""What reaches a terminal: text without anything that a terminal or a reader takes for an order."""

from __future__ import annotations

import json
import sys
import unicodedata

from rich.console import Console

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what must not be printed as it came: escape sequences, marks that turn the
direction of writing, half characters, line ends of other names."""


class _Shown(dict[int, str]):
    """For ``str.translate``: white space is a space, what is hidden is left out."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isspace():
            self[code] = " "
        else:
            hidden = unicodedata.category(character) in _HIDDEN
            self[code] = "" if hidden else character
        return self[code]


_SHOWN = _Shown()

PIPE_WIDTH = 1_000
"""Columns of a table where no terminal says how many there are; tables take what they need."""


def shown(value: object, absent: str = "–") -> str:
    """A value on one line, safe on any terminal; ``absent`` for None.

    Pages, titles and addresses come from servers: none may move the cursor, change the window or
    write right to left. Length and place of characters change; offsets do not hold after it.
    """
    return absent if value is None else str(value).translate(_SHOWN)


def json_line(value: object) -> str:
    """JSON on one line in which nothing hidden stands as it came: it is escaped, and so kept."""
    text = json.dumps(value, ensure_ascii=False)
    return text.translate(_ESCAPED)


class _Escaped(dict[int, str]):
    """For ``str.translate`` of JSON: hidden characters stand in strings alone there."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        hidden = unicodedata.category(character) in _HIDDEN
        self[code] = json.dumps(character)[1:-1] if hidden else character
        return self[code]


_ESCAPED = _Escaped()


def out() -> Console:
    """For what a command was asked for: stdout, long lines kept whole; no table cut in a pipe."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(highlight=False, soft_wrap=True, width=width)


def on_terminal() -> bool:
    """Whether a person watches: stderr is a terminal, not cron's mail, a pipe or a file."""
    return sys.stderr.isatty()
