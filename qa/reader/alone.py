"""Reading a span's sentence alone, without the rest of its passage."""

from __future__ import annotations

from dataclasses import replace

from qa.reader.reader import Reader
from qa.reader.windows import CellRange, Passage
from qa.text import enclosing_sentences, sentences
from qa.types import Span

BEFORE_FRAGMENT = 300  # code points that a line of a list or form keeps before it: its label, the lines above
NOT_FOUND = -10.0  # the margin of a span that is not among the best of its sentence


def margin_alone(reader: Reader, question: str, passage: Passage, span: Span) -> float:
    """The margin of the best span that overlaps ``span``, in logits, when its sentence is read alone."""
    alone, first = sentence_of(passage, span.start, span.end)
    found = reader.read(question, [alone])
    return next((s.margin for s in found if s.start + first < span.end and span.start < s.end + first), NOT_FOUND)


def sentence_of(passage: Passage, start: int, end: int) -> tuple[Passage, int]:
    """The passage cut to the sentence (in a table, the row) around ``text[start:end]``, and where that begins in it.

    A sentence without a full stop is a line of a list or form, and is read with what stands before it.
    """
    text = passage.text
    if passage.cells:
        first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        last = len(text) if last < 0 else last
    else:
        first, last = enclosing_sentences(text, start, end)
        if not text[:last].rstrip("\"'”’)]").endswith((".", "!", "?", "…")):
            first = min([a for a, _ in sentences(text) if first - BEFORE_FRAGMENT <= a < first], default=first)
    cells = tuple(CellRange(c.start - first, c.end - first, c.prior) for c in passage.cells if first <= c.start < last)
    cut = replace(passage, text=text[first:last], body_start=max(0, passage.body_start - first), cells=cells)
    return cut, first
