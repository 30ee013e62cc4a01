"""Cutting documents into passages of limited length, within sections and between words or rows of a table."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

from index.chunking.sectioning import Range, Section, row_lines, sections
from index.types import Chunk, Document, TableRows

MOST_PASSAGES, CHARACTERS_PER_PASSAGE = 2_000, 50  # a document has at most 2,000 passages, and one for 50 characters
HEAD_LIMIT = 300  # characters; a longer head is part of no chunk
_TOKEN_CHARACTERS = 10  # the longest passage, in characters per token
_LONGEST_WORD = 100  # characters; a longer run without spaces (other scripts, encoded data) may be cut
_LONGEST_ROW = 15_000  # characters, which every store can keep; only a longer row of a table is cut
_ROWS_AT_ONCE = 2_000  # that are tokenized together

_LONGEST_RUN = 2_000  # characters without a space, which the splitter may take for one word, in quadratic time
_LONG_RUN = re.compile(rf"\S{{{_LONGEST_RUN + 1},}}")
_RUN_ENDS = "。！？.!?；;，,、"  # after which such a run is cut, for scripts without spaces

# A line break inside a hard-wrapped paragraph: a long line without final punctuation, and more text after it.
_WRAPPED = re.compile(r"(?<=[^\n]{40})(?<![.!?:|])\n(?=[\w\"'“‘(])")


class Chunker:
    """Cuts documents into chunks of at most ``tokens`` tokens of ``tokenizer``."""

    def __init__(self, tokenizer: Tokenizer, tokens: int) -> None:
        self.tokens = tokens
        self._tokenizer = tokenizer
        self._splitter = TextSplitter.from_huggingface_tokenizer(tokenizer, tokens)

    @property
    def fingerprint(self) -> str:
        """Equal for two chunkers that cut documents into the same chunks."""
        return f"at most {self.tokens} tokens, version 2"

    def chunk(self, document: Document) -> list[Chunk]:
        """The chunks in order, all with id 0 and none blank: ``document.text[c.start:c.end] == c.text``.

        A head of at most 300 characters is part of the first chunk, so that its date can be cited.
        """
        return self.passages(document)[1]

    def passages(self, document: Document) -> tuple[Document, list[Chunk]]:
        """The document with its chunks; those beyond a limit, which no ordinary text reaches, are told in a warning."""
        most = MOST_PASSAGES + len(document.text) // CHARACTERS_PER_PASSAGE
        chunks = list(itertools.islice(self._chunks(document), most + 1))
        if len(chunks) <= most:
            return document, chunks
        warning = f"only the first {most:,} passages are indexed: the text is cut into very many small parts"
        return replace(document, warnings=(*document.warnings, warning)), chunks[:most]

    def _chunks(self, document: Document) -> Iterator[Chunk]:
        pages = [page.start for page in document.pages]
        for ordinal, (start, end, section, rows) in enumerate(self._ranges(document)):
            if not ordinal and 0 < document.body_start <= HEAD_LIMIT:
                start = 0
            yield Chunk(
                id=0,
                document_id=0,
                ordinal=ordinal,
                start=start,
                end=end,
                text=document.text[start:end],
                page=_page(document, pages, section, start),
                heading=section.heading,
                context=section.context,
                rows=rows,
            )

    def _ranges(self, document: Document) -> Iterator[tuple[int, int, Section, TableRows | None]]:
        """The start and end of each chunk, its section, and the rows of a table that it contains."""
        for section in sections(document):
            if section.table is None:
                parts: Iterable[tuple[int, int, TableRows | None]] = (
                    (*part, None) for part in self._split(document.text, section.start, section.end)
                )
            else:
                parts = self._rows(document, section.table, section.context)
            for start, end, rows in parts:
                yield start, end, section, rows

    def _rows(self, document: Document, number: int, context: str) -> Iterator[tuple[int, int, TableRows]]:
        """Ranges of as many rows of a table as fit, which are whole unless a single one is too long for any store."""
        lines = row_lines(document.text, document.tables[number])
        limit = max(self.tokens // 2, self.tokens - len(self._tokenizer.encode(context).ids))  # both mark the ends
        for first, last in self._fitting([document.text[start:end] for start, end in lines], limit):
            start, end = lines[first][0], lines[last][1]
            ranges = [(start, end)] if end - start <= _LONGEST_ROW else self._split(document.text, start, end)
            for part in ranges:
                yield *part, TableRows(number, first, last)

    def _fitting(self, lines: Sequence[str], limit: int) -> Iterator[Range]:
        """The first and last positions of consecutive lines with at most ``limit`` tokens; a longer line is alone."""
        first = tokens = characters = 0
        for position, (line, count) in enumerate(zip(lines, self._counts(lines), strict=True)):
            fits = tokens + count <= limit and characters + len(line) <= self.tokens * _TOKEN_CHARACTERS
            if position > first and not fits:
                yield first, position - 1
                first, tokens, characters = position, 0, 0
            tokens += count
            characters += len(line) + 1
        yield first, len(lines) - 1

    def _counts(self, lines: Sequence[str]) -> Iterator[int]:
        """How many tokens each line has, without those that mark the ends of a text."""
        for start in range(0, len(lines), _ROWS_AT_ONCE):
            batch = [line[:_LONGEST_ROW] for line in lines[start : start + _ROWS_AT_ONCE]]
            yield from (
                len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            )

    def _split(self, text: str, start: int, end: int) -> list[Range]:
        """The ranges of one section's chunks, each within the token limit and without blanks at its ends."""
        whole = _trimmed(text, start, end)
        if whole is None or self._fits(text[slice(*whole)]):
            return [whole] if whole else []
        part = text[start:end]
        flowing = _WRAPPED.sub(" ", part)  # of the same length, so that offsets stay valid
        cuts: list[int] = []
        for first, last in _pieces(part):
            offsets = [first + offset for offset, _ in self._splitter.chunk_indices(flowing[first:last])]
            cuts += [first, *(_between_words(part, offset) for offset in offsets[1:])]
        bounds = itertools.pairwise(self._shortened([*cuts, len(part)], part))
        return [trim for a, b in bounds if (trim := _trimmed(text, start + a, start + b))]

    def _fits(self, text: str) -> bool:
        # A token has at least one character, so short texts fit without being tokenized.
        if len(text) > self.tokens * _TOKEN_CHARACTERS:
            return False
        return len(text) + 2 <= self.tokens or len(self._tokenizer.encode(text).ids) <= self.tokens

    def _shortened(self, cuts: list[int], part: str) -> Iterator[int]:
        """The cuts, and more where two are too far apart, because a token can be a very long word."""
        longest = self.tokens * _TOKEN_CHARACTERS
        yield cuts[0]
        for before, after in itertools.pairwise(cuts):
            while after - before > longest:
                before = _between_words(part, before + longest)
                yield before
            yield after


def _pieces(text: str) -> Iterator[Range]:
    """The text in pieces that the splitter cuts in linear time: runs without spaces are cut after 2,000 characters."""
    begin = 0
    for run in _LONG_RUN.finditer(text):
        start, end = run.span()
        while end - start > _LONGEST_RUN:
            window = text[start : start + _LONGEST_RUN]
            last = max(window.rfind(sign) for sign in _RUN_ENDS)
            start += last + 1 if last > 0 else _LONGEST_RUN
            yield begin, start
            begin = start
    yield begin, len(text)


def _page(document: Document, starts: Sequence[int], section: Section, start: int) -> int | None:
    """The page on which a passage starts; for one that starts with the heading at a page's foot, the next one."""
    if not starts:
        return None
    position = bisect_left(document.headings, start, key=lambda heading: heading.start)
    heading = document.headings[position] if position < len(document.headings) else None
    place = start + len(heading.title) if heading and heading.start == start else start
    while place < section.end and document.text[place].isspace():
        place += 1
    return document.pages[max(0, bisect_right(starts, place if place < section.end else start) - 1)].number


def _between_words(text: str, cut: int) -> int:
    """The last position between two words at or before ``cut``, or ``cut`` itself if no space is near."""
    if cut == 0 or cut >= len(text) or text[cut - 1].isspace() or text[cut].isspace():
        return cut
    for position in range(cut - 1, max(0, cut - _LONGEST_WORD), -1):
        if text[position].isspace():
            return position + 1
    return cut


def _trimmed(text: str, start: int, end: int) -> Range | None:
    """The range without blanks at its ends; None when it is blank."""
    part = text[start:end]
    stripped = part.strip()
    begin = start + len(part) - len(part.lstrip())
    return (begin, begin + len(stripped)) if stripped else None
