"""Whole numbers in English words: "nine hundred and forty" is 940."""

from __future__ import annotations

import re
from collections.abc import Callable

_UNITS = {
    word: number for number, word in enumerate("one two three four five six seven eight nine".split(), start=1)
} | dict.fromkeys(("a", "an"), 1)
_TEENS = {
    word: number
    for number, word in enumerate(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), start=10
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_VALUES = _UNITS | _TEENS | _TENS
_LEAST = 11  # "one" is more than a number, and lower ones are seldom written in digits

_ARTICLES = r"an?(?=\s+(?:hundred|thousand|million|billion)\b)"
_NUMBER = "|".join(word for word in (*_VALUES, "hundred", *_SCALES) if word not in ("a", "an"))
_GAP = r"(?:\s+and\s+|\s+|-)"
_ORDINAL = (
    r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|\w+ieths?"
    r"|(?:hundred|thousand|million|billion)(?:ths?|s)"
)
# All the words of a number, or of several in a row ("nineteen eighty-four"), which are no number.
_RUN = re.compile(
    rf"\b(?>(?:{_ARTICLES}|(?:{_NUMBER})\b)(?:{_GAP}(?:{_ARTICLES}|(?:{_NUMBER})\b))*)(?!{_GAP}(?:{_ORDINAL})\b)",
    re.IGNORECASE,
)
_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_UNITS)}))?|{'|'.join((*_TEENS, *_UNITS))})"
_HUNDREDS = rf"(?:(?:{'|'.join((*_TEENS, *_UNITS))}) hundred(?:(?: and)? {_SMALL})?|{_SMALL})"
_WHOLE = re.compile(
    rf"(?:{_HUNDREDS} billion(?: (?=\w)|$))?(?:{_HUNDREDS} million(?: (?=\w)|$))?(?:{_HUNDREDS} thousand(?: (?=\w)|$))?"
    rf"(?:(?:and )?{_HUNDREDS})?"
)
# One of these is in every number from eleven on.
_HINTS = (*(word for word in _TENS), "teen", "eleven", "twelve", "hundred", "thousand", "million", "billion")


def numbers_in(text: str) -> list[tuple[str, int]]:
    """The numbers from eleven on that a text has in words: the words as they stand, and the number."""
    found: list[tuple[str, int]] = []

    def note(words: str, number: int) -> str:
        found.append((words, number))
        return words

    replace_number_words(text, note)
    return found


def in_digits(text: str) -> str:
    """The text with numbers from eleven on in digits: "940" for "nine hundred and forty"."""
    return replace_number_words(text, lambda _, number: str(number))


def replace_number_words(text: str, change: Callable[[str, int], str]) -> str:
    """The text with each number from eleven on in words changed by ``change``, which gets the words and the number.

    Words that are no number together stay as they are: "nineteen eighty-four", "twenty-first".
    """
    lowered = text.lower()
    if not any(hint in lowered for hint in _HINTS):
        return text

    def changed(run: re.Match[str]) -> str:
        number = _number(" ".join(run[0].lower().replace("-", " ").split()))
        return run[0] if number is None or number < _LEAST else change(run[0], number)

    return _RUN.sub(changed, text)


def _number(words: str) -> int | None:
    """The number that the words are; None if they are none."""
    if _WHOLE.fullmatch(words) is None:
        return None
    total, part = 0, 0
    for word in words.split():
        if word in _SCALES:
            total, part = total + part * _SCALES[word], 0
        elif word == "hundred":
            part *= 100
        elif word != "and":
            part += _VALUES[word]
    return total + part
