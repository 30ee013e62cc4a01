"""The form of a text by which it is searched: compatibility characters, numbers and digits as a person types them.

Text without spaces between words becomes pairs of characters. Nothing else sees this form: texts, quotes and what the
reader reads stay as they are written.
"""

from __future__ import annotations

import re
import unicodedata

from index.ranking.number_words import in_digits
from index.ranking.unspaced import spaced

# Joined to what stands before them, the digits of these would make another number: 10⁵, 3½, 12①.
_KEPT = ("<super>", "<sub>", "<fraction>", "<circle>")
_GROUPED = re.compile(
    r"[0-9](?<![\w.,'’][0-9])[0-9]{0,2}"
    r"(?:(?:,[0-9]{2,3})*,[0-9]{3}(?!,?[0-9])|(?:['’ ][0-9]{3})+(?![,'’]?[0-9])|(?:\.[0-9]{3}){2,}(?!\.?[0-9]))"
)
_SEPARATORS = str.maketrans("", "", ",.'’ ")
_WORD = re.compile(r"\w+")


class _Forms(dict[int, str]):
    """The form of each character by its code point, as ``str.translate`` reads it."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        written = unicodedata.decomposition(character)
        is_form = written.startswith("<") and not written.startswith(_KEPT)
        self[code] = form = unicodedata.normalize("NFKC", character) if is_form else character
        return form


_FORMS = _Forms()


def search_form(text: str) -> str:
    """The text in NFKC, except for superscripts, subscripts and fractions, with 12500 for 12,500, and ``spaced``.

    Numbers in words, from eleven on, are in digits. Separators of digits are commas, apostrophes and spaces before
    groups of three, and points before two or more such.
    """
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFC", text.translate(_FORMS))
    return _GROUPED.sub(lambda number: number[0].translate(_SEPARATORS), spaced(in_digits(text)))


def added_words(text: str) -> list[str]:
    """The words of the text's search form that it does not contain as it is written, in order, each once."""
    form = search_form(text)
    if form == text:
        return []
    written = set(_WORD.findall(text))
    return [word for word in dict.fromkeys(_WORD.findall(form)) if word not in written]
