"""The lines of a PDF page as a person reads them, with its scripts written as such."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium

from index.loaders.decoding import canonical
from index.loaders.pdf.layout import PageLayout, RawLine, edited
from index.loaders.pdf.raised import Edit, script_edits
from index.loaders.pdf.tables import find_tables
from index.loaders.text_builder import Grid

_SAME_BASELINE = 0.1  # letter sizes
_TOUCHING = 0.35  # the largest gap between a script and what it belongs to, in letter sizes
_WORD_GAP = 0.15  # the least gap between two words, in letter sizes
_NEXT_WORD = 0.7  # the largest gap between two words of one line, in letter sizes


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text, without line ends."""

    words: str
    size: float = 0.0  # of the first letter, in points; 0 when unknown
    x: float = 0.0  # where its first letter stands
    y: float = 0.0


def visual_lines(page: PageLayout, edits: Sequence[Edit]) -> Iterator[list[RawLine]]:
    """The lines of a page, each in the parts into which a raised or lowered letter makes pdfium divide it."""
    starts = {start for start, _, _ in edits}
    lines: list[RawLine] = []
    for line in page.lines:
        if lines and not _continues(lines, line, script=line.start in starts):
            yield lines
            lines = []
        lines.append(line)
    if lines:
        yield lines


def _continues(before: Sequence[RawLine], line: RawLine, *, script: bool) -> bool:
    """Whether a line goes on right of the one before, on the same baseline but for scripts."""
    first, last = before[0], before[-1]
    size = max(first.size, line.size) or 1.0
    gap = (line.x - last.right) / size
    if script:
        return -_WORD_GAP <= gap < _TOUCHING and abs(line.y - first.y) < size
    same = abs(line.y - first.y) <= _SAME_BASELINE * size
    return same and -_WORD_GAP <= gap < _NEXT_WORD


def line_text(page: PageLayout, parts: Sequence[RawLine], edits: Sequence[Edit]) -> str:
    """The text of a line in parts, in which only a gap wide enough is a space."""
    text, right = "", 0.0
    for part in parts:
        words = edited(page.raw, part.start, part.end, edits)
        gap = part.x - right > _WORD_GAP * part.size
        text += f" {words}" if text and gap and not (text[-1].isspace() or words[:1].isspace()) else words
        right = part.right
    return text


def read_items(pdf_page: pdfium.PdfPage, page: PageLayout) -> list[TextLine | Grid]:
    """The lines and tables of a page, in the order of the file."""
    edits = script_edits(page)
    found = find_tables(pdf_page, page, edits)
    members = {position: k for k, part in enumerate(found) for position in part.lines}
    positions = {id(line): position for position, line in enumerate(page.lines)}
    items: list[TextLine | Grid] = []
    written: set[int] = set()
    for parts in visual_lines(page, edits):
        table = next((members[p] for line in parts if (p := positions[id(line)]) in members), None)
        if table is None:
            first = parts[0]
            items.append(TextLine(canonical(_marked(line_text(page, parts, edits))), first.size, first.x, first.y))
        elif table not in written:
            written.add(table)
            content = found[table].content
            items += [content] if isinstance(content, Grid) else [TextLine(words) for words in content]
    return items


def _marked(words: str) -> str:
    """The words with one mark for a hyphen at the end of a line, which pdfium writes in two ways."""
    return words.replace("\x02", "\ufffe")
