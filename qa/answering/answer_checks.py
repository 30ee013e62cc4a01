"""Checks of an answer against its question: what the reader's logits alone do not tell a probability.

Does the kind of the answer fit the question's word (a person for "who", a number for "how many")? Does the sentence
around the answer have the words, names and numbers of the question? Each check is a number on a scale of about one.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from index import stem_words
from qa.reader.windows import Passage
from qa.text import enclosing_sentences

CHECKS = ("kind", "sentence", "near", "names", "names_near", "repeats", "length")
_NEAR = 80  # code points on either side of an answer
_LONG = 8  # words; the logarithm of the length is scaled by that of this length

_WORD = re.compile(r"\w+")
_FUNCTION_WORDS = frozenset(
    "a an and any are as at be been by can could did do does for from get had has have how i if in is it its many may "
    "me might much must my no not of on or our should that the their them there they this to was we were what when "
    "where which who whom whose why will with would you your".split()
)
_NAME = re.compile(r"[A-Z][\w'’-]*|\w*\d[\w.,:/-]*")
_MONTHS_AND_DAYS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|spring|summer|autumn|winter|today|noon|"
    r"midnight|daily|weekly|monthly|yearly|annually|century|centuries"
)
_NUMBERS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|hundred|thousand|"
    r"million|billion|half|quarter|third|dozen|once|twice|both|none|zero|no"
)
_UNITS_OF_TIME = r"(?:second|minute|hour|day|night|week|fortnight|month|year|decade|term)s?|permanent\w*|indefinite\w*"
_NUMBER = re.compile(rf"\d|\b(?:{_NUMBERS})\b", re.IGNORECASE)
_TIME = re.compile(rf"\d|\b(?:{_MONTHS_AND_DAYS}|{_UNITS_OF_TIME}|until|before|after|when)\b", re.IGNORECASE)
_AMOUNT = re.compile(
    rf"\d|[$€£¥%]|\b(?:{_NUMBERS}|free|per ?cent|pounds?|dollars?|euros?|cents?|pence|francs?)\b", re.IGNORECASE
)
_CAPITAL = re.compile(r"\b[A-Z]")

# Each kind of question: how it is recognised, and what its answer contains. The first that fits counts.
_KINDS = tuple(
    (re.compile(asked, re.IGNORECASE), answer)
    for asked, answer in (
        (r"\bhow (?:many|often|old|tall|far|high|large|big|fast|wide|deep|heavy|hot)\b|\bnumber of\b", _NUMBER),
        (r"\bhow (?:long|soon|quickly|late|early)\b|\bwhen\b|\b(?:what|which) (?:year|date|day|time|month)\b", _TIME),
        (r"\bhow much\b|\b(?:percentage|price of|cost of)\b", _AMOUNT),
        (r"\b(?:who|whom|whose)\b", _CAPITAL),
    )
)


@lru_cache(maxsize=1024)
def answer_checks(question: str, passage: Passage, start: int, end: int) -> tuple[float, ...]:
    """The checks of the answer ``passage.text[start:end]``, in the order of ``CHECKS``.

    - kind: 1 if the answer's kind fits the question's word, -1 if not, 0 if any kind fits.
    - sentence, near: the share of the question's content words in the answer's sentence with the passage's title, and
      within 80 characters of the answer; words of the answer itself do not count.
    - names, names_near: the share of the question's names and numbers in passage and title, and in sentence and title.
    - repeats: the share of the answer's content words that the question has.
    - length: the logarithm of the answer's words, 1 at 8 words.
    """
    text = passage.text
    low, high = enclosing_sentences(text, start, end)
    asked, names = _asked(question)
    answer, title = _stems(text[start:end]), _stems(f"{passage.title} {passage.context}")
    around = _stems(f"{text[low:start]} {text[end:high]}") | title
    near = _stems(f"{text[max(0, start - _NEAR) : start]} {text[end : end + _NEAR]}")
    everywhere = _passage_stems(text) | title
    content = answer - _function_stems()
    return (
        _kind(question, text[start:end]),
        _share(asked, around),
        _share(asked, near),
        _share_of_names(names, everywhere),
        _share_of_names(names, around | answer),
        len(content & asked) / len(content) if content else 0.0,
        math.log(1 + len(text[start:end].split())) / math.log(1 + _LONG),
    )


def _kind(question: str, answer: str) -> float:
    fitting = next((pattern for asked, pattern in _KINDS if asked.search(question)), None)
    if fitting is None:
        return 0.0
    return 1.0 if fitting.search(answer) else -1.0


@lru_cache(maxsize=256)
def _asked(question: str) -> tuple[frozenset[str], tuple[frozenset[str], ...]]:
    """The stems of a question's content words, and those of each of its names and numbers."""
    words = stem_words(word for word in _words(question) if word not in _FUNCTION_WORDS)
    return frozenset(words), tuple(_stems(name) for name in _names(question))


def _names(question: str) -> list[str]:
    """Capitalised words, but not the first word of the question, and words with digits."""
    found = [(match.start(), re.sub(r"['’]s$", "", match.group())) for match in _NAME.finditer(question)]
    return [name for start, name in found if start or not name.istitle()]


@lru_cache(maxsize=256)
def _passage_stems(text: str) -> frozenset[str]:
    return _stems(text)


@lru_cache(maxsize=1)
def _function_stems() -> frozenset[str]:
    return frozenset(stem_words(_FUNCTION_WORDS))


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem_words(_words(text)))


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _share(asked: frozenset[str], present: frozenset[str]) -> float:
    """The share of the stems that are present, 0 to 1; 1 if there are none."""
    return len(asked & present) / len(asked) if asked else 1.0


def _share_of_names(names: tuple[frozenset[str], ...], present: frozenset[str]) -> float:
    """The share of the names all of whose stems are present, 0 to 1; 1 if there are none."""
    return sum(name <= present for name in names) / len(names) if names else 1.0
