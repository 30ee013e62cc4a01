"""Texts as they are compared with quotes: white space, hyphens, quotation marks and wide letters are alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from index.ranking.unspaced import RANGES

_LINE_END = re.compile(r"(?<=[^\W\d_])- (?=[^\W\d_])")  # in plain text: a hyphen after which a line may have ended
_UNSPACED = re.compile(f"[{RANGES}]")  # a character of a script that puts no spaces between words
_WIDE = f"[{RANGES}\u3001-\u303f\uff01-\uff60]"  # and the punctuation of Chinese and Japanese
_WITHIN_WIDE = re.compile(f" (?<={_WIDE} )(?={_WIDE})")  # begins with the space, so that it is found at once
_IS_WIDE = re.compile(_WIDE)
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()}

_ALIKE = {
    "-": "‐‑‒–—―−﹘﹣－",
    "'": "‘’‚‛`´′＇",
    '"': "“”„‟«»″＂",
    "": "\u00ad\u200b\u200c\u200d\u2060\ufeff",  # soft hyphens and marks without width
    "...": "…",
    "fi": "ﬁ",
    "fl": "ﬂ",
    "ff": "ﬀ",
    "ffi": "ﬃ",
    "ffl": "ﬄ",
}


class _Forms(dict[int, str]):
    """The form of each character by its code point, as ``str.translate`` reads it; accents are apart from letters."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = form = " " if character.isspace() else unicodedata.normalize("NFD", character)
        return form


_FORMS = _Forms({ord(character): form for form, characters in _ALIKE.items() for character in characters} | _FULL_WIDTH)


def plain(text: str) -> str:
    """The text in the form in which quotes are compared; letters keep their case."""
    form = " ".join(text.translate(_FORMS).split())
    return form if form.isascii() else _WITHIN_WIDE.sub("", form)


def plain_with_offsets(text: str) -> tuple[str, list[int]]:
    """``plain(text)``, and for each of its characters the offset in the text of the character that it is from."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        for form in _FORMS[ord(character)]:
            if len(characters) > 1 and characters[-1] == " " and _is_wide(characters[-2]) and _is_wide(form):
                characters.pop()
                offsets.pop()
            if form != " " or (characters and characters[-1] != " "):
                characters.append(form)
                offsets.append(offset)
    if characters and characters[-1] == " ":
        characters.pop()
        offsets.pop()
    return "".join(characters), offsets


def without_line_ends(text: str) -> str:
    """A plain text in which words that a hyphen divides at the end of a line are whole."""
    return _LINE_END.sub("", text)


def occurrences(wanted: str, within: str) -> list[tuple[int, int]]:
    """The ranges in which a plain text stands in another as whole words.

    A hyphen at the end of a line of it may be the divided word's own, or stand there for the line's sake only.
    """
    if not wanted:
        return []
    return [
        (start, end)
        for start, end in _ranges(wanted, within)
        if not _is_one_word(within[start - 1 : start], wanted[0])
        and not _is_one_word(wanted[-1], within[end : end + 1])
    ]


def is_alike(wanted: str, text: str) -> bool:
    """Whether a plain text is, for comparison, the whole of another."""
    return (0, len(text)) in occurrences(wanted, text)


def _is_wide(character: str) -> bool:
    return not character.isascii() and _IS_WIDE.match(character) is not None


def _is_one_word(before: str, after: str) -> bool:
    """Whether two neighbouring characters are of one word; nobody can tell in scripts without spaces between words."""
    return before.isalnum() and after.isalnum() and not (_UNSPACED.match(before) or _UNSPACED.match(after))


def _ranges(wanted: str, within: str) -> Iterator[tuple[int, int]]:
    parts = _LINE_END.split(wanted)
    if len(parts) > 1:
        ways = re.compile("(?:- ?)?".join(map(re.escape, parts)))
        yield from (found.span() for found in ways.finditer(within))
        return
    start = within.find(wanted)
    while start >= 0:
        yield start, start + len(wanted)
        start = within.find(wanted, start + 1)
