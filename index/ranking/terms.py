"""The terms of a question, which are its words without stop words, and the keyword query made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from index.ranking.search_forms import search_form

_WORDS = re.compile(r"\w+")
# Scoring a passage takes about a microsecond. Measured on 5,000 passages: the rarest words, together in at most one
# fortieth of the passages, find as many right candidates as all words that are in at most a tenth of them.
_SCORED_SHARE = 40
_MIN_SCORED, _MAX_SCORED = 1_000, 5_000  # passages
_MAX_TERMS = 64

_STOP_WORDS = """
a an and are as at be been but by can could did do does for from had has have he her hers him his how i if in
into is it its me my no not of on or our she should so some such than that the their them then there these they
this those to too us was we were what when where which who whom whose why will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a question in order, in their search form, each with the number of passages that contain it."""

    counts: Mapping[str, int]
    passages: int

    def query(self) -> str | None:
        """The FTS5 query for any of the chosen words; None when there are none.

        The other words find no passage, but count in the scores of those that are found: the rarest word of "short
        brass bolt 40 mm" is in hundreds of rows of a long table.
        """
        chosen = self.chosen()
        rare = _any_of(chosen)
        others = [word for word, count in self.counts.items() if count and word not in chosen]
        return f"({rare}) AND ({_any_of([*chosen, *others])})" if others else rare or None

    def chosen(self) -> list[str]:
        """The words to search for, in order: the rarest that any passage contains, and more within a limit.

        The limit is the sum of their counts: a fortieth of the passages, but at least 1,000 and at most 5,000.
        """
        remaining = min(max(self.passages // _SCORED_SHARE, _MIN_SCORED), _MAX_SCORED)
        chosen: set[str] = set()
        for word in sorted((word for word, count in self.counts.items() if count), key=self.counts.__getitem__):
            remaining -= self.counts[word]
            if chosen and remaining < 0:
                break
            chosen.add(word)
        return [word for word in self.counts if word in chosen]


def _any_of(words: Sequence[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)


class TermReader:
    """Reads the terms of questions; ``stem`` gives the stems of each text as the keyword index has them."""

    def __init__(self, stem: Callable[[Sequence[str]], list[list[str]]]) -> None:
        self._stem = stem

    def read(self, question: str, frequency: Callable[[Collection[str]], Mapping[str, int]], passages: int) -> Terms:
        """The terms of a question; ``frequency`` gives for each stem how many of the ``passages`` contain it.

        Stop words are left out unless the question has no other word.
        """
        words = list(dict.fromkeys(word.lower() for word in _WORDS.findall(search_form(question))))[:_MAX_TERMS]
        words = [word for word in words if word not in STOP_WORDS] or words
        stems = {word: stems[-1] for word, stems in zip(words, self._stem(words), strict=True) if stems}
        counts = frequency(set(stems.values()))
        return Terms({word: counts.get(stem, 0) for word, stem in stems.items()}, passages)
