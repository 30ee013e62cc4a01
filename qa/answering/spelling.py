"""Misspelt words of a question, and what is asked instead: words of the documents themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from index import IndexView
from qa.text import FOREIGN_FUNCTION_WORDS, FUNCTION_WORDS

_WORD = re.compile(r"(?<![\w./@#-])[^\W\d_]{4,}(?![\w./@#-])")  # not in codes, addresses and names of files
_QUESTION_WORDS = (*(word for word in FUNCTION_WORDS if len(word) > 3), "about", "who", "why")
_FEW_LETTERS = 6  # a capitalised word is a name, of which a shorter one is left alone


def corrections(question: str, view: IndexView, is_word: Callable[[str], bool]) -> dict[str, str]:
    """The words of the question that are misspelt, each with the word of the documents to ask instead.

    A word is misspelt if no passage contains it in any form, ``is_word`` does not know it, and one mistake (from eight
    letters on, two) makes it a word of the documents. Codes are left alone, short names too, and in questions in other
    languages so are words with capitals or fewer than six letters.
    """
    words = [word for word in dict.fromkeys(_WORD.findall(question)) if not _is_plain(word)]
    unseen = [word for word in words if not is_word(word.lower())] if words else []
    if not unseen:
        return {}
    vocabulary = view.vocabulary()
    foreign = not FOREIGN_FUNCTION_WORDS.isdisjoint(question.lower().split())
    found: dict[str, str] = {}
    for word in unseen:
        if word.lower() in vocabulary.counts or view.contains(word):
            continue
        if len(word) < _FEW_LETTERS and (foreign or _is_name(word, question)):
            continue
        near = vocabulary.nearest(word, () if foreign else _QUESTION_WORDS)
        if near is not None:
            found[word] = near.capitalize() if word[0].isupper() else near
    return found


def corrected(question: str, instead: Mapping[str, str]) -> str:
    """The question with the corrections made."""
    return _WORD.sub(lambda found: instead.get(found[0], found[0]), question)


def _is_plain(word: str) -> bool:
    return word.lower() in FUNCTION_WORDS or word.lower() in FOREIGN_FUNCTION_WORDS


def _is_name(word: str, question: str) -> bool:
    return word[0].isupper() and not question.lstrip().startswith(word) and not question.isupper()
