"""Stemming by the Porter stemmer of SQLite FTS5, which the folder store's keyword index uses: one stemmer for all."""

from __future__ import annotations

import functools
import sqlite3
import threading
from collections.abc import Iterable, Sequence

_CACHED_WORDS = 100_000


class Stemmer:
    """Splits texts into stemmed words; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute("CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'porter unicode61')")
        self._connection.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (texts, instance)")
        self._cached: dict[str, str] = {}

    def stem(self, texts: Sequence[str]) -> list[list[str]]:
        """The stems of each text, in order."""
        stems: list[list[str]] = [[] for _ in texts]
        with self._lock, self._connection:
            self._connection.execute("BEGIN")  # one transaction for all texts
            self._connection.execute("DELETE FROM texts")
            self._connection.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(texts, start=1))
            for stem, row in self._connection.execute("SELECT term, doc FROM stems ORDER BY doc, offset"):
                stems[row - 1].append(stem)
        return stems

    def stem_words(self, words: Iterable[str]) -> list[str]:
        """The stem of each word; "" for one without letters and digits. Stems are cached."""
        words = list(words)
        cached = self._cached
        if new := list({word for word in words if word not in cached}):
            if len(cached) > _CACHED_WORDS:
                cached = self._cached = {}
                new = list(set(words))
            cached.update(zip(new, map("".join, self.stem(new)), strict=True))
        return [cached[word] for word in words]


@functools.cache
def _shared() -> Stemmer:
    return Stemmer()


def stem_words(words: Iterable[str]) -> list[str]:
    """``Stemmer.stem_words`` by a stemmer that all callers share."""
    return _shared().stem_words(words)
