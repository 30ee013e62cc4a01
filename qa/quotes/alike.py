"""Texts as they are compared with quotes: white space, hyphens and quotation marks are alike, whatever their kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_LINE_END = re.compile(r"(?<=[^\W\d_])- (?=[^\W\d_])")  # in plain text: a hyphen after which a line may have ended

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


_FORMS = _Forms({ord(character): form for form, characters in _ALIKE.items() for character in characters})


def plain(text: str) -> str:
    """The text in the form in which quotes are compared; letters keep their case."""
    return " ".join(text.translate(_FORMS).split())


def plain_with_offsets(text: str) -> tuple[str, list[int]]:
    """``plain(text)``, and for each of its characters the offset in the text of the character that it is from."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        for form in _FORMS[ord(character)]:
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
        if not (wanted[0].isalnum() and within[start - 1 : start].isalnum())
        and not (wanted[-1].isalnum() and within[end : end + 1].isalnum())
    ]


def is_alike(wanted: str, text: str) -> bool:
    """Whether a plain text is, for comparison, the whole of another."""
    return (0, len(text)) in occurrences(wanted, text)


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
