"""A document's text cut into paragraphs for reading, with a quote and its sentence marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index import Document
from qa import enclosing_sentences

BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
PRINTED_LINE_END = re.compile(r"(?<=[^\n]{59}[^\n\d.!?:;])\n(?=[^\W\d_]|[“‘\"'])|(?<=[^\n]{40})\n(?=[a-zà-ÿ])")
LONGEST = 4000  # characters in a paragraph; browsers lay out longer ones slowly
WINDOW = 1500  # characters on each side of a quote that are searched for its sentence


@dataclass(frozen=True, slots=True)
class MarkedText:
    """Text in five consecutive parts, any of them empty; ``before`` to ``after`` are the sentence around the quote."""

    lead: str = ""
    before: str = ""
    quote: str = ""
    after: str = ""
    tail: str = ""

    @property
    def has_sentence(self) -> bool:
        """Whether any part of the sentence is in this text."""
        return bool(self.before or self.quote or self.after)

    @property
    def plain(self) -> str:
        """The text without marks."""
        return self.lead + self.before + self.quote + self.after + self.tail


@dataclass(frozen=True, slots=True)
class Marks:
    """A quote and its sentence as offsets into a document; nothing is marked when start == end."""

    start: int
    end: int
    sentence_start: int
    sentence_end: int

    @classmethod
    def none(cls) -> Marks:
        """Marks that mark nothing."""
        return cls(0, 0, 0, 0)

    @classmethod
    def around(cls, document: Document, start: int, end: int) -> Marks:
        """Mark ``text[start:end]`` and the sentences that overlap it, or only it if it is longer than ``WINDOW``.

        Nothing is marked for offsets outside the text.
        """
        if not 0 <= start < end <= len(document.text):
            return cls.none()
        if end - start > WINDOW:
            return cls(start, end, start, end)
        window = max(0, start - WINDOW)
        first, last = enclosing_sentences(document.text[window : end + WINDOW], start - window, end - window)
        return cls(start, end, window + first, window + last)

    def apply(self, text: str, start: int, end: int) -> MarkedText:
        """``text[start:end]`` with the part of the marks that falls inside it."""
        edges = (self.sentence_start, self.start, self.end, self.sentence_end)
        cuts = [start, *(min(max(edge, start), end) for edge in edges), end]
        return MarkedText(*(text[a:b] for a, b in pairwise(cuts)))


def flowing(text: str) -> str:
    """Text of a printed page, of the same length, without the line ends from within sentences.

    A line that is long and ends no sentence goes on in the next one, unless that begins with a number or a sign, as
    the items of a list do.
    """
    return PRINTED_LINE_END.sub(" ", text)


def split_paragraphs(document: Document, first: int = 0, last: int | None = None) -> Iterator[tuple[int, int]]:
    """Offsets of the paragraphs of ``text[first:last]``, cut at blank lines, headings, pages, tables, ``LONGEST``."""
    last = len(document.text) if last is None else last
    edges = {document.body_start} | {found.end() for found in BLANK_LINES.finditer(document.text, first, last)}
    for heading in document.headings:
        if first <= heading.start <= last:
            edges |= {heading.start, _line_end(document.text, heading.start)}
    edges |= {page.start for page in document.pages}
    edges |= {edge for table in document.tables for edge in (table.start, table.end)}
    within = sorted({first, last} | {edge for edge in edges if first < edge < last})
    for start, end in pairwise(within):
        yield from ((cut, min(cut + LONGEST, end)) for cut in range(start, end, LONGEST))


def _line_end(text: str, start: int) -> int:
    found = text.find("\n", start)
    return len(text) if found < 0 else found + 1
