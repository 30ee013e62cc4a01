"""The text of a PDF out of the content of its pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.loaders.pdf.notes import with_notes_apart
from index.loaders.pdf.page_text import PageText, TextLine
from index.loaders.pdf.running import running_lines
from index.loaders.text_builder import Grid, TextBuilder
from index.types import Page

_DIVIDED = re.compile("(\\w+)\ufffe(\\w+)")  # \ufffe is pdfium's mark for a hyphen at the end of a line
_HYPHENATED = re.compile(r"\w+-\w+")
_LARGER = 1.15  # letters of a heading are at least this many times as large as most letters
_HEADING_LIMIT = 120  # characters
_LONGEST_HEADING = 200  # characters of a heading over several lines
_HEADING_PITCH = 1.6  # letter sizes between the lines of a heading, at most
_NO_HEADING = re.compile(r"[=_*~.+#-]{4,}|^(?:https?://|www\.|mailto:)\S+$|^\S+@\S+$")
_NUMBERED = re.compile(
    r"\(?(?:\d+(?:\.\d+)*|[A-Za-z]|[IVXivx]+)[.)]|\d+(?:\.\d+)*\s|(?:chapter|part|section|appendix)\s", re.I
)
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
_CUT_LINE = 30  # characters of a line without a full stop that a sentence may go on from
_DIGIT = re.compile(r"\d")
_ITEM = re.compile(r"[•●◦▪■–—\-*·]|\(?(?:\d{1,3}|[a-z])[.)]\s")


@dataclass(frozen=True, slots=True)
class Assembled:
    """The text of all pages with its headings, tables and pages."""

    builder: TextBuilder
    pages: tuple[Page, ...]
    levels: dict[float, int]  # the level of the headings of each letter size
    running: int  # pages whose running lines are left out
    left: str  # the words of these lines


def assemble(pages: Sequence[PageText | None], labels: Sequence[str]) -> Assembled:
    """The text of pages, of which None could not be read, and their printed labels, which may be empty.

    Running heads and page numbers are left out, and footnotes stand before a sentence that they interrupt, so that it
    goes on from page to page.
    """
    running = running_lines(pages, labels)
    content = [
        [item for position, item in enumerate(page.items) if position not in running.get(number, ())] if page else []
        for number, page in enumerate(pages)
    ]
    hyphens = (line.words for line in _lines(content) if "-" in line.words)
    known = {word.lower() for words in hyphens for word in _HYPHENATED.findall(words)}
    content = [
        [replace(i, words=_joined(i.words, known)) if isinstance(i, TextLine) and "\ufffe" in i.words else i for i in p]
        for p in content
    ]
    levels = heading_levels([*_lines(content)])
    content = with_notes_apart(content, lambda before, items: _goes_on(before, items, levels))
    builder = TextBuilder()
    table: list[Page] = []
    header: Grid | None = None
    for number, items in enumerate(content):
        goes_on = number > 0 and _goes_on(content[number - 1], items, levels)
        separator = "\n" if goes_on else "\n\n"
        if goes_on:
            _join_word(builder, items, known)
        start = last = None
        for item in items:
            before = builder.length
            separator = "\n\n" if last is not None and _is_note(last) != _is_note(item) else separator
            if isinstance(item, Grid):
                header = _with_header(item, header if item is items[0] else None)
                builder.add_table(header, number + 1, separator)
            elif (level := levels.get(item.size)) and is_heading(item.words):
                if not (_continues(last, item) and builder.extend_heading(level, item.words, _LONGEST_HEADING)):
                    builder.add_heading(level, item.words, separator)
            else:
                builder.add(item.words, separator)
            if start is None and builder.length > before:
                start = before + (len(separator) if before else 0)
            separator, last = "\n", item
        header = header if items and isinstance(items[-1], Grid) else None
        start = builder.length if start is None else start
        table.append(Page(number + 1, start, builder.length, labels[number] or None))
    cut = (page.items[position] for number, page in enumerate(pages) if page for position in running.get(number, ()))
    left = " ".join(item.words for item in cut if isinstance(item, TextLine))
    return Assembled(builder, tuple(table), levels, len(running), left)


def heading_levels(lines: Sequence[TextLine]) -> dict[float, int]:
    """The heading level, 1 to 6, of each letter size that is clearly larger than that of most letters."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[line.size] += len(line.words)
    letters.pop(0.0, None)
    if not letters:
        return {}
    usual = letters.most_common(1)[0][0]
    larger = sorted((size for size in letters if size >= usual * _LARGER), reverse=True)
    return {size: min(level, 6) for level, size in enumerate(larger, start=1)}


def is_heading(words: str) -> bool:
    """Whether a line of large letters can be a heading; a rule made of letters and an address are none."""
    stripped = words.strip()
    if not 2 < len(stripped) <= _HEADING_LIMIT or _NO_HEADING.search(stripped):
        return False
    return any(letter.isalpha() for letter in stripped)


def _continues(before: TextLine | Grid | None, line: TextLine) -> bool:
    """Whether a line of a heading goes on from the line before: below it, in letters as large, and not numbered."""
    if not isinstance(before, TextLine) or before.size != line.size or _NUMBERED.match(line.words):
        return False
    return 0 < before.y - line.y < _HEADING_PITCH * line.size and not _SENTENCE_END.search(before.words)


def _is_note(item: TextLine | Grid) -> bool:
    return isinstance(item, TextLine) and item.is_note


def _lines(content: Sequence[Sequence[TextLine | Grid]]) -> Iterator[TextLine]:
    return (item for items in content for item in items if isinstance(item, TextLine))


def _joined(words: str, known: set[str]) -> str:
    """The line with divided words joined; the hyphen stays if the hyphenated word is elsewhere in the document."""

    def join(match: re.Match[str]) -> str:
        hyphenated = f"{match[1]}-{match[2]}"
        return hyphenated if hyphenated.lower() in known else match[1] + match[2]

    return _DIVIDED.sub(join, words).replace("\ufffe", "-")


def _goes_on(before: Sequence[TextLine | Grid], items: Sequence[TextLine | Grid], levels: dict[float, int]) -> bool:
    """Whether a sentence goes on from a page to the next one."""
    if not before or not items:
        return False
    last, first = before[-1], items[0]
    if not isinstance(last, TextLine) or not isinstance(first, TextLine) or {last.size, first.size} & levels.keys():
        return False
    cut, words = last.words.strip(), first.words.strip()
    if _SENTENCE_END.search(cut) or _ITEM.match(words) or abs(last.size - first.size) > 0.1 * last.size:
        return False
    return words[:1].islower() or len(cut) >= _CUT_LINE


def _join_word(builder: TextBuilder, items: list[TextLine | Grid], known: set[str]) -> None:
    """Complete the word that a hyphen at the end of the text so far divides, with the first one of the next page."""
    first = items[0]
    if not isinstance(first, TextLine) or not first.words[:1].islower():
        return
    head, _, rest = first.words.partition(" ")
    if builder.complete_word(head, known):
        items[0] = replace(first, words=rest)


def _with_header(grid: Grid, header: Grid | None) -> Grid:
    """The table, with the columns of one that ended the page before if it goes on with that one's rows."""
    if header is None or not header.columns or not grid.rows or grid.above:
        return grid
    if max(len(grid.columns), *map(len, grid.rows)) != len(header.columns) or list(grid.columns) == list(
        header.columns
    ):
        return grid
    if not grid.columns:
        return replace(grid, columns=header.columns)
    first = [" ".join(path) for path in grid.columns]
    own = any(
        not _DIGIT.search(name) and all(_DIGIT.search(cell) for cell in column if cell)
        for name, *column in zip(first, *grid.rows, strict=False)
    )
    return grid if own else replace(grid, columns=header.columns, rows=[first, *grid.rows], caption="")
