"""A question into a keyword query: its telling words, quoted."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Collection, Mapping

_WORDS = re.compile(r"\w+")
_COMMON_SHARE = 10  # a term in more than a tenth of the passages costs time and tells little
_SMALL_CORPUS = 1_000  # passages; below it every term is worth its time
_MOST_TERMS = 64

_STOP_WORDS = """
a an and are as at be been but by can could did do does for from had has have he her hers him his how i if in
into is it its me my no not of on or our she should so some such than that the their them then there these they
this those to too us was we were what when where which who whom whose why will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


class KeywordQuery:
    """Makes FTS5 queries; keeps a private in-memory table that stems words as the catalog does."""

    def __init__(self) -> None:
        self._stems = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._stems.execute("CREATE VIRTUAL TABLE words USING fts5 (word, tokenize = 'porter unicode61')")
        self._stems.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (words, instance)")

    def make(
        self, question: str, frequency: Callable[[Collection[str]], Mapping[str, int]], passages: int
    ) -> str | None:
        """The FTS5 query for a question: any of its words; None when no word of it is in any passage.

        ``frequency`` says in how many of the ``passages`` each stem stands. Stop words and words that stand in more
        than a tenth of the passages are left out, unless nothing else is left: then the rarest stays.
        """
        words = list(dict.fromkeys(word.lower() for word in _WORDS.findall(question)))[:_MOST_TERMS]
        telling = [word for word in words if word not in STOP_WORDS] or words
        stems = self._stem(telling)
        counts = frequency(set(stems.values()))
        present = {word: counts[stem] for word, stem in stems.items() if counts.get(stem)}
        if not present:
            return None
        limit = max(_SMALL_CORPUS, passages) // _COMMON_SHARE if passages > _SMALL_CORPUS else passages
        kept = [word for word, count in present.items() if count <= limit] or [min(present, key=present.__getitem__)]
        return " OR ".join(f'"{word}"' for word in kept)

    def _stem(self, words: list[str]) -> dict[str, str]:
        self._stems.execute("DELETE FROM words")
        self._stems.executemany("INSERT INTO words (rowid, word) VALUES (?, ?)", enumerate(words, start=1))
        return {words[doc - 1]: term for term, doc in self._stems.execute("SELECT term, doc FROM stems ORDER BY doc")}
