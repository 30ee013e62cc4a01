"""How another answer relates to the one that is given: whether both can be true of the same thing.

Two answers contradict each other if both are of one kind, their sentences speak of the same thing in the words of the
question, neither adds a condition of its own, and their values differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index import stem_words
from qa.evaluation.metrics import normalise
from qa.words import FUNCTION_WORDS

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_NAME = re.compile(r"^(?:(?:the|an?) )?[A-Z][\w.’'-]*(?: (?:(?:of|the|de|von|van|and) )?[A-Z][\w.’'-]*){0,4}$")
_NUMBER = re.compile(r"\d[\d.,]*")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_SEVERAL = re.compile(  # questions that several things may answer at once
    r"\bwhy\b|\bhow (?:do|does|did|can|is|are|was|were)\b|\b(?:which|what) (?!is\b|was\b|does\b)\w*[^su\W]s\b"
    r"|\b(?:which|what|who|where) (?:are|were|may|can|must|have)\b|\bwho (?:voted|may|can|helped|joined)\b"
    r"|\b(?:list|names|examples?|any|reasons?|skills|requirements?)\b",
    re.IGNORECASE,
)
_ADDS = re.compile(
    r"\b(?:also|too|among|moreover|additionally|another|further|joined?|besides|as well|partly|one of)\b", re.I
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        "january february march april may june july august september october november december".split(), 1
    )
    for name in (names, names[:3])
}
_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90", "hundred": "100"}
_UNITS = {
    "time": "second seconds minute minutes min hour hours h day days week weeks month months year years",
    "money": "euro euros eur dollar dollars usd pound pounds gbp franc francs chf € $ £",
    "share": "% percent",
    "length": "m km cm mm metres meters kilometres kilometers miles mile feet foot ft inches inch in",
    "mass": "kg g grams kilograms tons t lb pounds ounces oz",
    "heat": "°c °f degrees celsius fahrenheit",
}
_UNIT_OF = {unit: kind for kind, units in _UNITS.items() for unit in units.split()}
_LIKE = 0.6  # of the question's words, in each sentence
_OWN = 4  # content words that a sentence may add to question and answer


@dataclass(frozen=True, slots=True)
class Statement:
    """An answer and the sentence that states it."""

    text: str
    sentence: str


def contradicts(question: str, one: Statement, other: Statement) -> bool:
    """Whether both statements answer the question about the same thing and cannot both be true."""
    if _SEVERAL.search(question) or not _same_kind(one.text, other.text) or _agree(one.text, other.text):
        return False
    if _ADDS.search(one.sentence) or _ADDS.search(other.sentence):
        return False
    asked = _content(question)
    shares = [len(asked & _content(s.sentence)) / max(len(asked), 1) for s in (one, other)]
    added = [len(_content(s.sentence) - _content(s.text) - asked) for s in (one, other)]
    return min(shares) >= _LIKE and max(added) <= _OWN and not _different_conditions(one, other, asked)


def _agree(one: str, other: str) -> bool:
    """Whether the texts say the same in other words: words of one within the other, or equal numbers."""
    mine, theirs = set(normalise(one).split()), set(normalise(other).split())
    if _initials(one) & theirs or _initials(other) & mine or (date_in(one) and date_in(one) == date_in(other)):
        return True
    numbers = [set(_values(text)) for text in (one, other)]
    same_numbers = bool(numbers[0]) and numbers[0] == numbers[1]
    return (
        mine <= theirs or theirs <= mine or same_numbers or bool(not any(numbers) and _content(one) & _content(other))
    )


def _initials(text: str) -> set[str]:
    """The abbreviation that the capitals of a name make, if it has at least three."""
    letters = "".join(found[0] for found in re.findall(r"\b[A-Z]\w+", text)).lower()
    return {letters} if len(letters) > 2 else set()


def date_in(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a date; None unless the text has all three."""
    if iso := re.search(r"\b(\d{4})-(\d\d)-(\d\d)\b", text):
        return int(iso[1]), int(iso[2]), int(iso[3])
    month = next((_MONTHS[word] for word in re.findall(r"[a-z]+", text.lower()) if word in _MONTHS), 0)
    numbers = [int(value) for value in _values(text) if value.isdigit()]
    year, day = next((n for n in numbers if n > 999), 0), next((n for n in numbers if n < 32), 0)
    return (year, month, day) if month and year and day else None


def _values(text: str) -> list[str]:
    """The numbers of a text in digits, in plain form."""
    words = (_NUMBER_WORDS.get(word.lower(), word) for word in _WORD.findall(text))
    return [word.rstrip(".,").replace(",", "") for word in words if word[:1].isdigit()]


def _same_kind(one: str, other: str) -> bool:
    """Whether both are measures with one unit, dates, numbers or names; plain words may both be true."""
    return _kind(one) == _kind(other) != "words"


def _kind(text: str) -> str:
    """The kind of an answer: a measure with its unit, a date, a number, a name, or words."""
    words = [word.lower() for word in re.findall(r"[^\W\d_]+|[€$£%°]\w?", text)]
    units = [_UNIT_OF[word] for word in words if word in _UNIT_OF]
    if _values(text):
        own = next((word for word in reversed(words) if word in _UNIT_OF), "").rstrip("s")
        return (
            own if units and units[-1] != "time" else units[-1] if units else "year" if _YEAR.search(text) else "number"
        )
    return "name" if _NAME.match(text.strip()) else "words"


def _different_conditions(one: Statement, other: Statement, asked: set[str]) -> bool:
    """Whether a sentence names a year or a number beside its answer that the other does not."""
    beside = [
        set(_NUMBER.findall(s.sentence.replace(s.text, " "))) - set(_values(" ".join(asked))) for s in (one, other)
    ]
    return beside[0] != beside[1]


def _content(text: str) -> set[str]:
    return set(stem_words(word.lower() for word in _WORD.findall(text) if word.lower() not in FUNCTION_WORDS))
