"""Stemming by SQLite FTS5, as in the folder store's keyword index, so that every store stems alike."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence


class Stemmer:
    """Splits texts into stemmed words; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute("CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'porter unicode61')")
        self._connection.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (texts, instance)")

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
