"""Cutting documents into passages of limited length, within sections and between words."""

from __future__ import annotations

import hashlib
import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

from index.loaders.titles import TITLE_SAMPLE, title_from
from index.types import Chunk, Document, Heading

MOST_PASSAGES, CHARACTERS_PER_PASSAGE = 2_000, 50  # a document has at most 2,000 passages, and one for 50 characters
HEAD_LIMIT = 300  # characters; a longer head is part of no chunk
_TOKEN_CHARACTERS = 10  # the longest passage, in characters per token
_LONGEST_WORD = 100  # characters; a longer run without spaces (other scripts, encoded data) may be cut

_LONGEST_RUN = 2_000  # characters without a space, which the splitter may take for one word, in quadratic time
_LONG_RUN = re.compile(rf"\S{{{_LONGEST_RUN + 1},}}")
_RUN_ENDS = "。！？.!?；;，,、"  # after which such a run is cut, for scripts without spaces

# A line break inside a hard-wrapped paragraph: a long line without final punctuation, and more text after it.
_WRAPPED = re.compile(r"(?<=[^\n]{40})(?<![.!?:|])\n(?=[\w\"'“‘(])")

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document, and the titles of the headings around it, outermost first, joined by " › "."""

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
        """Equal for two chunkers that cut documents into the same chunks."""
        return f"at most {self.tokens} tokens, version 1"

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
        ordinal = 0
        for section in sections(document):
            for start, end in self._split(document.text, section.start, section.end):
                if not ordinal and 0 < document.body_start <= HEAD_LIMIT:
                    start = 0
                yield Chunk(
                    id=0,
                    document_id=0,
                    ordinal=ordinal,
                    start=start,
                    end=end,
                    text=document.text[start:end],
                    page=document.pages[max(0, bisect_right(pages, start) - 1)].number if pages else None,
                    heading=section.heading,
                )
                ordinal += 1

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
    """Parts that no chunk may cross: they begin at headings and pages; a heading alone is joined to the next part."""
    headings = {heading.start: heading for heading in document.headings}
    cuts = {*headings, *(page.start for page in document.pages), len(document.text)}
    begin = last = document.body_start
    enclosing: list[Heading] = []
    waiting = iter(document.headings)
    following = next(waiting, None)
    for cut in sorted(cut for cut in cuts if cut > begin):
        while following is not None and following.start <= last:
            enter(enclosing, following)
            following = next(waiting, None)
        if cut < len(document.text) and _is_bare(document.text, last, cut, headings.get(last)):
            last = cut
            continue
        yield Section(begin, cut, joined(enclosing))
        begin = last = cut


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
    """The text that is embedded for a chunk: title and headings, then the chunk without the document's head.

    A title made from the file's name is left out, so that a renamed file keeps its vectors.
    """
    title = document.title.replace("_", " ") if has_own_title(document) else ""
    heading = chunk.heading or ""
    first = heading if heading.startswith(title) else f"{title} › {heading}" if heading else title
    return f"{first}\n{keyword_text(document, chunk)}" if first else keyword_text(document, chunk)


def passage_key(document: Document, chunk: Chunk) -> bytes:
    """The key of a chunk's vector, equal for chunks whose embedded text is equal."""
    return hashlib.sha256(passage_text(document, chunk).encode()).digest()[:16]


def keyword_text(document: Document, chunk: Chunk) -> str:
    """The chunk's text without the document's head."""
    return document.text[max(chunk.start, document.body_start) : chunk.end]


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
