"""Crops: short pieces of passages, which make a training step cheap and still contain the evidence.

A crop surrounds an answer, at a random position; for an unanswerable question it is the piece that has most of the
question's words, because that is the text that misleads.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index import stem_words
from qa.evaluation.metrics import mentions
from qa.evaluation.questions import Offsets
from qa.reader.windows import Passage

SLACK = 1.25  # a passage of up to this many times the size of a crop stays whole
STRIDE = 60  # code points between the starts of the candidates for a crop
SHORTEST_REST = 200  # code points; a shorter rest is no rival
_WORD = re.compile(r"\w+")
_STOP_WORDS = frozenset(
    "a an the of in on at to for from by with and or is are was were be been do does did has have had what which who "
    "whom whose when where why how many much long it its this that as if can may must will would should".split()
)


@dataclass(frozen=True, slots=True)
class Crop:
    """A piece of a passage: ``spans`` are the answers inside it, ``bounds`` is its range in the whole passage."""

    passage: Passage
    spans: tuple[Offsets, ...]
    bounds: Offsets


def crop_passage(passage: Passage, spans: Sequence[Offsets], question: str, size: int, rng: random.Random) -> Crop:
    """A crop of about ``size`` code points around one of the spans or, without spans, the words of the question.

    It begins and ends between words. A passage that is hardly longer than ``size`` stays whole.
    """
    text = passage.text
    start, end = 0, len(text)
    if len(text) > size * SLACK:
        span = rng.choice(spans) if spans else None
        first = _before_span(span, size, rng) if span else _before_words(text, question, size, rng)
        first = max(0, min(first, len(text) - size))
        start, end = _between_words(text, first, max(first + size, span[1] if span else 0))
    inside = tuple((a - start, b - start) for a, b in spans if start <= a and b <= end)
    return Crop(Passage(text[start:end], passage.title), inside, (start, end))


def rest_of_passage(passage: Passage, bounds: Offsets, size: int, answers: Sequence[str]) -> Passage | None:
    """The longer of the texts before and after a crop, cut to the ``size`` code points next to the crop.

    None if it is short or contains an answer.
    """
    start, end = bounds
    text = passage.text
    rest = text[:start][-size:] if start > len(text) - end else text[end:][:size]
    if len(rest) < SHORTEST_REST or mentions(rest, answers):
        return None
    return Passage(rest.strip(), passage.title)


def _before_span(span: Offsets, size: int, rng: random.Random) -> int:
    """A random start from which ``size`` code points contain the span; may be below 0."""
    start, end = span
    return start - rng.randint(0, max(0, size - (end - start)))


def _before_words(text: str, question: str, size: int, rng: random.Random) -> int:
    """The start from which ``size`` code points contain most words of the question, moved back a little at random."""
    words = _stems(question)
    starts = range(0, len(text) - size // 2, STRIDE)
    shared = {start: len(words & _stems(text[start : start + size])) + rng.random() / 2 for start in starts}
    return max(shared, key=shared.__getitem__) - rng.randint(0, size // 4)


def _stems(text: str) -> set[str]:
    """The stems of the content words."""
    return set(stem_words(word for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS))


def _between_words(text: str, start: int, end: int) -> Offsets:
    """The bounds, moved outwards to white space or an end of the text."""
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end
