"""The words that a Rich Text file shows, in a crude form that nobody reads: to count what was taken out."""

from __future__ import annotations

import re

from index.loaders.formats.rich_text.words import FLOWS, IGNORED, KEPT

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'[0-9a-fA-F]{2}|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_UNSHOWN = IGNORED | FLOWS - {"footnote", "shptxt"} | {"fonttbl", "info", "pict", "annotation", "listtext", "pntext"}
_APART = frozenset("par sect page column line tab cell nestcell row super sub nosupersub up dn footnote chftn".split())
_SCRIPTS = frozenset(("super", "sub", "up", "dn"))
_UNKNOWN = "\0"  # a letter outside ASCII, which depends on code pages


def shown_words(content: bytes) -> str:
    """The words of ASCII letters in the body and its notes, also struck-out and deleted ones."""
    found: list[str] = []
    hidden, raised, after_star, place = False, False, False, 0
    levels: list[tuple[bool, bool]] = []
    text = content.decode("latin-1")
    while match := _TOKEN.match(text, place):
        place = match.end()
        word, number, sign, brace, plain = match.groups()
        if brace:
            if brace == "{":
                levels.append((hidden, raised))
            else:
                found.append(" " * raised)
                hidden, raised = levels.pop() if levels else (False, False)
        elif word == "bin":
            place += max(int(number or 0), 0)
        elif word and (word in _UNSHOWN or (after_star and word not in KEPT)):
            hidden = True
        elif not hidden:
            raised = raised or word in _SCRIPTS
            found.append(_written(word, sign, plain))
        after_star = sign == "*"
    return " ".join(word for word in "".join(found).split() if _UNKNOWN not in word)


def _written(word: str | None, sign: str | None, plain: str | None) -> str:
    if plain:
        return plain
    if word is None:
        return " " if sign in ("~", "\n", "\r", "_") else "" if sign else _UNKNOWN
    if word in _APART or word.endswith(("dash", "quote", "space", "bullet")):
        return " "
    return _UNKNOWN if word == "u" else ""
