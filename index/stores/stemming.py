"""Words as the keyword search of a catalog sees them, for stores that have no stemmer of their own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence


class Stemmer:
    """Cuts texts into stemmed words, by the tokenizer of the catalog; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tables = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._tables.execute("CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'porter unicode61')")
        self._tables.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (texts, instance)")

    def stems(self, texts: Sequence[str]) -> list[list[str]]:
        """The stems of each text, in order."""
        found: list[list[str]] = [[] for _ in texts]
        with self._lock, self._tables:
            self._tables.execute("BEGIN")  # one transaction, and not one a text
            self._tables.execute("DELETE FROM texts")
            self._tables.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(texts, start=1))
            for term, place in self._tables.execute("SELECT term, doc FROM stems ORDER BY doc, offset"):
                found[place - 1].append(term)
        return found
