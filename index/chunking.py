"""Cutting documents into passages of limited length, within sections and between words or rows of a table."""

from __future__ import annotations

import hashlib
import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

from index.loaders.titles import TITLE_SAMPLE, title_from
from index.types import Chunk, Document, DocumentRecord, Heading, Table, TableRows

MOST_PASSAGES, CHARACTERS_PER_PASSAGE = 2_000, 50  # a document has at most 2,000 passages, and one for 50 characters
HEAD_LIMIT = 300  # characters; a longer head is part of no chunk
_TOKEN_CHARACTERS = 10  # the longest passage, in characters per token
_LONGEST_WORD = 100  # characters; a longer run without spaces (other scripts, encoded data) may be cut
_LONGEST_ROW = 15_000  # characters, which every store can keep; only a longer row of a table is cut
_CONTEXT = 300  # characters
_ROWS_AT_ONCE = 2_000  # that are tokenized together
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\W\d]*[^\W\d_a-z])")

_LONGEST_RUN = 2_000  # characters without a space, which the splitter may take for one word, in quadratic time
_LONG_RUN = re.compile(rf"\S{{{_LONGEST_RUN + 1},}}")
_RUN_ENDS = "。！？.!?；;，,、"  # after which such a run is cut, for scripts without spaces

# A line break inside a hard-wrapped paragraph: a long line without final punctuation, and more text after it.
_WRAPPED = re.compile(r"(?<=[^\n]{40})(?<![.!?:|])\n(?=[\w\"'“‘(])")

# The end of a sentence: not an initial or a short abbreviation, and before white space.
_SENTENCE_OVER = re.compile(r"(?<!\b[A-Z])(?<!\b(?:No|Mr|Dr|St|cf|pp|vs))(?<!\bMrs)[.!?…][\"'”’»)\]]*(?=\s|$)|\n\n")
_OVER_PAGES = 800  # characters of a page in which a sentence of the page before must end

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document, and the titles of the headings around it, outermost first, joined by " › "."""

    start: int
    end: int
    heading: str | None
    table: int | None = None  # position of the table that it is
    context: str = ""  # of the table's rows


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


def sections(document: Document) -> Iterator[Section]:
    """Parts that no chunk may cross: they begin at headings and pages, or are tables.

    A heading alone is joined to the next part unless that is a table.
    """
    headings = {heading.start: heading for heading in document.headings}
    tables = {table.start: position for position, table in enumerate(document.tables)}
    begin = last = document.body_start
    enclosing: list[Heading] = []
    waiting = iter(document.headings)
    following = next(waiting, None)
    for cut in _cuts(document, headings):
        while following is not None and following.start <= last:
            enter(enclosing, following)
            following = next(waiting, None)
        table = tables.get(last)
        joins = table is None and cut < len(document.text) and cut not in tables
        if joins and _is_bare(document.text, last, cut, headings.get(last)):
            last = cut
            continue
        context = _context(document, table, enclosing[-1] if enclosing else None) if table is not None else ""
        yield Section(begin, cut, joined(enclosing), table, context)
        begin = last = cut


def _cuts(document: Document, headings: Iterable[int]) -> list[int]:
    """The ends of all sections, in order: no page or heading divides a table."""
    cuts = {*headings, *(_page_cut(document.text, page.start) for page in document.pages), len(document.text)}
    starts = [table.start for table in document.tables]
    ends = [document.body_start, *(table.end for table in document.tables)]
    outside = {cut for cut in cuts if cut >= ends[bisect_right(starts, cut)]}
    return sorted(cut for cut in {*outside, *starts, *ends} if cut > document.body_start)


def row_lines(text: str, table: Table) -> list[Range]:
    """The range of each row's line in the document's text."""
    breaks = [match.start() for match in re.finditer("\n", text[table.start : table.end])]
    starts = [table.start, *(table.start + place + 1 for place in breaks)]
    return list(zip(starts, [*(start - 1 for start in starts[1:]), table.end], strict=True))


def _context(document: Document, number: int, heading: Heading | None) -> str:
    """A table's caption, unless that is the ``heading`` above it, and the last sentence of the paragraph before it."""
    table = document.tables[number]
    begin = document.tables[number - 1].end if number else document.body_start
    before = document.text[max(begin, table.start - 4 * _CONTEXT) : table.start].strip()
    title = heading.title if heading else ""
    before = before.removesuffix(table.caption).strip() if table.caption else before
    paragraph = " ".join(line for line in before.rpartition("\n\n")[2].split("\n") if line.strip() != title)
    sentence = _SENTENCE_END.split(paragraph)[-1].strip()
    parts = dict.fromkeys((table.caption if table.caption != title else "", sentence))
    return "\n".join(filter(None, parts))[:_CONTEXT].strip()


def _is_bare(text: str, start: int, end: int, heading: Heading | None) -> bool:
    """Whether a section contains only its heading and markup."""
    return heading is not None and len(text[start:end].strip("#=- \n")) <= len(heading.title)


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


def _page_cut(text: str, start: int) -> int:
    """Where to cut at a page: at its start, or at the end of a sentence that a single line break brings there."""
    if text[max(0, start - 2) : start].count("\n") != 1:
        return start
    end = _SENTENCE_OVER.search(text, start, start + _OVER_PAGES)
    return end.end() if end else start


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


def passage_text(document: Document, chunk: Chunk) -> str:
    """The text that is embedded for a chunk: title, headings and context, then the chunk without the document's head.

    A title made from the file's name is left out, so that a renamed file keeps its vectors.
    """
    title = document.title.replace("_", " ") if has_own_title(document) else ""
    heading = chunk.heading or ""
    first = heading if heading.startswith(title) else f"{title} › {heading}" if heading else title
    return "\n".join(filter(None, (first, chunk.context, keyword_text(document, chunk))))


def passage_key(document: Document, chunk: Chunk) -> bytes:
    """The key of a chunk's vector, equal for chunks whose embedded text is equal."""
    return hashlib.sha256(passage_text(document, chunk).encode()).digest()[:16]


def keyword_text(document: Document | DocumentRecord, chunk: Chunk) -> str:
    """The chunk's text without the document's head."""
    return chunk.text[max(0, document.body_start - chunk.start) :]


def keyword_title(title: str, chunk: Chunk) -> str:
    """What keyword search covers beside a chunk's text: its document's title, and what introduces rows of a table."""
    heading = chunk.heading if chunk.rows else None
    return "\n".join(filter(None, (title, heading, chunk.context)))


def has_own_title(document: Document) -> bool:
    """Whether the title is the document's own, not made from its file's name or its first words."""
    return document.title != title_from(document.path, document.text[document.body_start :][:TITLE_SAMPLE])


def enter(enclosing: list[Heading], heading: Heading) -> None:
    """Change the headings around a place, outermost first, to those after ``heading``."""
    while enclosing and enclosing[-1].level >= heading.level:
        enclosing.pop()
    enclosing.append(heading)


def joined(enclosing: Iterable[Heading]) -> str | None:
    """Titles of enclosing headings, outermost first, joined by " › "; None without any."""
    return " › ".join(heading.title for heading in enclosing) or None
