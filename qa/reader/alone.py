"""Reading a span's sentence alone, without the rest of its passage."""

from __future__ import annotations

from dataclasses import replace

from qa.reader.reader import Reader
from qa.reader.windows import CellRange, Passage
from qa.text import enclosing_sentences, sentences
from qa.types import Span

BEFORE_FRAGMENT = 300  # code points that a line of a list or form keeps before it: its label, the lines above
AROUND = 250  # code points before and after a sentence in which the sentences around it begin and end
NOT_FOUND = -10.0  # the margin of a span that is not among the best of its sentence


def margin_alone(reader: Reader, question: str, passage: Passage, span: Span) -> float:
    """The margin of the best span that overlaps ``span``, in logits, when its sentence is read alone.

    The sentence is read a second time with those around it, which may say what its "it" is; the higher margin counts.
    """
    alone = sentence_of(passage, span.start, span.end)
    around = alone if passage.cells else surroundings_of(passage, span.start, span.end)
    # One at a time: together, the shorter would be filled up to the longer and take as long.
    return max(_best_margin(reader, question, cut, span, start) for cut, start in {alone, around})


def _best_margin(reader: Reader, question: str, cut: Passage, span: Span, start: int) -> float:
    """The margin of the best span that overlaps ``span`` in a passage that was cut out from ``start`` on."""
    overlapping = (
        found.margin
        for found in reader.read(question, [cut])
        if found.start + start < span.end and span.start < found.end + start
    )
    return next(overlapping, NOT_FOUND)


def surroundings_of(passage: Passage, start: int, end: int) -> tuple[Passage, int]:
    """As ``sentence_of``, with the whole sentences within ``AROUND`` code points before and after the sentence."""
    first, last = enclosing_sentences(passage.text, start, end)
    found = sentences(passage.text)
    before = min([a for a, _ in found if first - AROUND <= a <= first], default=first)
    after = max([b for _, b in found if last <= b <= last + AROUND], default=last)
    return _cut(passage, before, after), before


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
    return _cut(passage, first, last), first


def _cut(passage: Passage, first: int, last: int) -> Passage:
    cells = tuple(CellRange(c.start - first, c.end - first, c.prior) for c in passage.cells if first <= c.start < last)
    return replace(passage, text=passage.text[first:last], body_start=max(0, passage.body_start - first), cells=cells)
