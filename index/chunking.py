"""A document into passages: about as long as the embedder reads, within sections and pages, never cutting a word."""

from __future__ import annotations

import hashlib
import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

from index.loaders.titles import LOOKED_AT, title_from
from index.types import Chunk, Document, Heading

HEAD_LIMIT = 300  # characters; a longer head is in no chunk
_TOKEN_CHARACTERS = 10  # a passage has at most so many characters for each of its tokens
_LONGEST_WORD = 100  # characters; what has no space for longer than this (other scripts, encoded data) may be cut

# The end of a full line inside a paragraph, as in text wrapped at a column; the next line begins like running text.
_WRAPPED = re.compile(r"(?<=[^\n]{40})(?<![.!?:|])\n(?=[\w\"'“‘(])")

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document, and the titles of its headings, outermost first, joined by " › "."""

    start: int
    end: int
    heading: str | None


class Chunker:
    """Cuts documents into chunks of at most ``tokens`` tokens of ``tokenizer``."""

    def __init__(self, tokenizer: Tokenizer, tokens: int) -> None:
        self.tokens = tokens
        self._tokenizer = tokenizer
        self._splitter = TextSplitter.from_huggingface_tokenizer(tokenizer, tokens)

    @property
    def fingerprint(self) -> str:
        """What must be equal for two indexes to have the same chunks."""
        return f"at most {self.tokens} tokens, version 1"

    def chunk(self, document: Document) -> list[Chunk]:
        """The passages in order, ids still zero: ``document.text[c.start:c.end] == c.text``, and none is blank.

        A short head (at most 300 characters) belongs to the first chunk, so that its date can be cited.
        """
        pages = [page.start for page in document.pages]
        chunks: list[Chunk] = []
        for section in sections(document):
            for start, end in self._split(document.text, section.start, section.end):
                if not chunks and 0 < document.body_start <= HEAD_LIMIT:
                    start = 0
                chunks.append(
                    Chunk(
                        id=0,
                        document_id=0,
                        ordinal=len(chunks),
                        start=start,
                        end=end,
                        text=document.text[start:end],
                        page=document.pages[max(0, bisect_right(pages, start) - 1)].number if pages else None,
                        heading=section.heading,
                    )
                )
        return chunks

    def _split(self, text: str, start: int, end: int) -> list[Range]:
        """Pieces of one section, trimmed, each within the limit."""
        part = text[start:end]
        trimmed = part.strip()
        if not trimmed:
            return []
        if self._fits(trimmed):
            begin = start + len(part) - len(part.lstrip())
            return [(begin, begin + len(trimmed))]
        flowing = _WRAPPED.sub(" ", part)  # as long as the original
        cuts = [_between_words(part, offset) for offset, _ in self._splitter.chunk_indices(flowing)]
        bounds = itertools.pairwise(self._shortened([0, *cuts[1:], len(part)], part))
        return [trim for a, b in bounds if (trim := _trimmed(text, start + a, start + b))]

    def _fits(self, text: str) -> bool:
        # A token is at least one character, so that short texts need no count.
        if len(text) > self.tokens * _TOKEN_CHARACTERS:
            return False
        return len(text) + 2 <= self.tokens or len(self._tokenizer.encode(text).ids) <= self.tokens

    def _shortened(self, cuts: list[int], part: str) -> Iterator[int]:
        """The cuts, and more of them where a token is a word of a thousand letters."""
        longest = self.tokens * _TOKEN_CHARACTERS
        yield cuts[0]
        for before, after in itertools.pairwise(cuts):
            while after - before > longest:
                before = _between_words(part, before + longest)
                yield before
            yield after


def sections(document: Document) -> Iterator[Section]:
    """Stretches that no chunk may cross: cut at headings and pages, a bare heading joined to what follows it."""
    headings = {heading.start: heading for heading in document.headings}
    cuts = {*headings, *(page.start for page in document.pages), len(document.text)}
    begin = last = document.body_start
    for cut in sorted(cut for cut in cuts if cut > begin):
        if cut < len(document.text) and _is_bare(document.text[last:cut], headings.get(last)):
            last = cut
            continue
        enclosing = tuple(heading for heading in document.headings if heading.start <= last)
        yield Section(begin, cut, heading_path(enclosing))
        begin = last = cut


def _is_bare(section: str, heading: Heading | None) -> bool:
    """Whether a section is no more than its heading, marks aside."""
    return heading is not None and len(section.strip("#=- \n")) <= len(heading.title)


def _between_words(text: str, cut: int) -> int:
    """The last place at or before ``cut`` that is between words, or ``cut`` where no space is near."""
    if cut == 0 or cut >= len(text) or text[cut - 1].isspace() or text[cut].isspace():
        return cut
    for place in range(cut - 1, max(0, cut - _LONGEST_WORD), -1):
        if text[place].isspace():
            return place + 1
    return cut


def _trimmed(text: str, start: int, end: int) -> Range | None:
    """The range without the blanks at its ends; None when nothing is left."""
    part = text[start:end]
    stripped = part.strip()
    begin = start + len(part) - len(part.lstrip())
    return (begin, begin + len(stripped)) if stripped else None


def passage_text(document: Document, chunk: Chunk) -> str:
    """What is embedded for a chunk: its title and headings before its words, without the document's head.

    A title that was made from the file's name stays out, so that a renamed file keeps its vectors.
    """
    title = document.title.replace("_", " ") if has_own_title(document) else ""
    heading = chunk.heading or ""
    first = heading if heading.startswith(title) else f"{title} › {heading}" if heading else title
    return f"{first}\n{keyword_text(document, chunk)}" if first else keyword_text(document, chunk)


def passage_key(document: Document, chunk: Chunk) -> bytes:
    """What a chunk's vector is stored under: equal for chunks that are embedded equally."""
    return hashlib.sha256(passage_text(document, chunk).encode()).digest()[:16]


def keyword_text(document: Document, chunk: Chunk) -> str:
    """The chunk's words without the document's head."""
    return document.text[max(chunk.start, document.body_start) : chunk.end]


def has_own_title(document: Document) -> bool:
    """Whether the title says more than the file's name or its first words."""
    return document.title != title_from(document.path, document.text[document.body_start :][:LOOKED_AT])


def heading_path(headings: tuple[Heading, ...]) -> str | None:
    """Titles of the headings that enclose the place right after the last one, outermost first, joined by " › "."""
    enclosing: list[Heading] = []
    for heading in headings:
        while enclosing and enclosing[-1].level >= heading.level:
            enclosing.pop()
        enclosing.append(heading)
    return " › ".join(heading.title for heading in enclosing) or None
