"""Texts as they are compared with quotes: white space, hyphens and quotation marks are alike, whatever their kind."""

from __future__ import annotations

import unicodedata

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


def occurrences(wanted: str, within: str) -> list[int]:
    """Where a plain text stands in another as whole words."""
    found: list[int] = []
    start = within.find(wanted)
    while wanted and start >= 0:
        end = start + len(wanted)
        inside_word = (wanted[0].isalnum() and within[start - 1 : start].isalnum()) or (
            wanted[-1].isalnum() and within[end : end + 1].isalnum()
        )
        if not inside_word:
            found.append(start)
        start = within.find(wanted, start + 1)
    return found
