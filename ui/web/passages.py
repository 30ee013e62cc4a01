"""A document's text cut into paragraphs for reading, with places in it marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index import Document
from qa.text import around
from ui.web.html import text

BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
LONGEST = 4000  # characters of a paragraph; a browser lays out longer ones slowly
NEAR = 1500  # characters on each side of a place in which its sentence is looked for


@dataclass(frozen=True, slots=True)
class Marks:
    """The answer and the sentence around it, as offsets into the document; nothing is marked when start == end."""

    start: int
    end: int
    sentence_start: int
    sentence_end: int

    @classmethod
    def none(cls) -> Marks:
        """Mark nothing."""
        return cls(0, 0, 0, 0)

    @classmethod
    def around(cls, document: Document, start: int, end: int) -> Marks:
        """Mark ``text[start:end]`` and tint the sentences it touches; nothing where that is no place in the text."""
        if not 0 <= start < end <= len(document.text):
            return cls.none()
        window = max(0, start - NEAR)
        first, last = around(document.text[window : end + NEAR], start - window, end - window)
        return cls(start, end, window + first, window + last)

    def render(self, source: str, start: int, end: int) -> str:
        """``source[start:end]`` as HTML, with what of the marks falls into it."""
        edges = (self.sentence_start, self.start, self.end, self.sentence_end)
        cuts = [start, *(min(max(edge, start), end) for edge in edges), end]
        lead, before, quote, after, tail = (text(source[a:b]) for a, b in pairwise(cuts))
        quote = f"<mark>{quote}</mark>" if quote else ""
        sentence = before + quote + after
        return lead + (f'<span class="sentence">{sentence}</span>' if sentence else "") + tail


def paragraphs(document: Document) -> Iterator[tuple[int, int]]:
    """Offsets of a document's paragraphs, in order: cut at blank lines, headings, pages, and where one is too long."""
    edges = {0, document.body_start, len(document.text)} | {
        found.end() for found in BLANK_LINES.finditer(document.text)
    }
    for heading in document.headings:
        edges |= {heading.start, _line_end(document.text, heading.start)}
    edges |= {page.start for page in document.pages}
    ordered = sorted(edges)
    for start, end in pairwise(ordered):
        yield from ((cut, min(cut + LONGEST, end)) for cut in range(start, end, LONGEST))


def _line_end(source: str, start: int) -> int:
    found = source.find("\n", start)
    return len(source) if found < 0 else found + 1
