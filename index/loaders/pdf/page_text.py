"""The content of a PDF page as a person reads it: lines with their scripts, tables, filled fields, and notes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pypdfium2 as pdfium

from index.loaders.decoding import canonical
from index.loaders.pdf.annotations import Annotation
from index.loaders.pdf.layout import Box, PageLayout, RawLine, Word, edited
from index.loaders.pdf.raised import Edit, script_edits
from index.loaders.pdf.tables import find_tables
from index.loaders.text_builder import Grid

_SAME_BASELINE = 0.1  # letter sizes
_TOUCHING = 0.35  # the largest gap between a script and what it belongs to, in letter sizes
_WORD_GAP = 0.15  # the least gap between two words, in letter sizes
_NEXT_WORD = 0.7  # the largest gap between two words of one line, in letter sizes
_GAP = 1.0  # letter sizes; a gap so wide is no space
_WIDEST = 0.63  # letter sizes a character, in the mean; a wider line has gaps
_LONGEST_LABEL = 60  # characters of a line above a field that is its label
_AFTER_LABEL = (":", "?", ".", "☒", "☐")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text, without line ends."""

    words: str
    size: float = 0.0  # of the first letter, in points; 0 when unknown
    x: float = 0.0  # where its first letter stands
    y: float = 0.0
    has_gap: bool = False  # before the number at its end, or after the one at its start
    is_note: bool = False  # at the foot of its page


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines and tables of a page in order, and how many characters stand outside its box."""

    items: list[TextLine | Grid]
    outside: int = 0
    raw: str = ""  # the text of the page as pdfium gives it, without what is outside

    @property
    def lines(self) -> Iterator[TextLine]:
        """The lines that are in no table."""
        return (item for item in self.items if isinstance(item, TextLine))

    @property
    def has_table(self) -> bool:
        """Whether there is a table among its items."""
        return any(isinstance(item, Grid) for item in self.items)

    @property
    def word_count(self) -> int:
        """How many words its lines have."""
        return sum(len(line.words.split()) for line in self.lines)


def read_items(pdf_page: pdfium.PdfPage, page: PageLayout, written: Sequence[Annotation] = ()) -> PageText:
    """The content of a page, in the order of the file, with what is ``written`` onto it at its place."""
    outside = _remove_outside(page, Box(*pdf_page.get_cropbox()))
    edits = script_edits(page)
    fields = [annotation for annotation in written if not annotation.is_note]
    extra = {_word(field): field for field in fields}
    found, used = find_tables(pdf_page, page, edits, list(extra))
    fields = [field for word, field in extra.items() if word not in used]
    members = {position: k for k, table in enumerate(found) for position in table.lines}
    positions = {id(line): position for position, line in enumerate(page.lines)}
    items: list[TextLine | Grid] = []
    done: set[int] = set()
    for parts in visual_lines(page, edits):
        table = next((members[p] for line in parts if (p := positions[id(line)]) in members), None)
        if table is None:
            beside = [field for field in fields if _is_beside(field, parts)] if fields else []
            text = _filled(page, parts, edits, beside) if beside else line_text(page, parts, edits)
            fields = [field for field in fields if field not in beside]
            first, words = parts[0], _marked(canonical(text))
            items.append(TextLine(words, first.size, first.x, first.y, _has_gap(page, parts, words)))
        elif table not in done:
            done.add(table)
            first = parts[0]
            items += (
                TextLine(_marked(canonical(part)), first.size, first.x, first.y) if isinstance(part, str) else part
                for part in found[table].content
            )
    for field in fields:
        _place(items, field)
    shown = " ".join(page.raw.split())
    notes = (annotation.text for annotation in written if annotation.is_note)
    items += [TextLine(f"Note: {note}") for note in notes if note not in shown]  # some repeat the words they mark
    raw = "\n".join(page.raw[line.start : line.end] for line in page.lines)
    return PageText(items, outside, raw)


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


def _has_gap(page: PageLayout, parts: Sequence[RawLine], words: str) -> bool:
    """Whether a line that begins or ends with a number has a gap as wide as no space, within or between its words."""
    if not (words[:1].isdigit() or words[-1:].isdigit()):
        return False
    first, last = parts[0], parts[-1]
    boxes = [box for part in parts for box in page.boxes[part.boxes.start : part.boxes.stop].tolist()]
    gaps = (after[0] - before[2] for before, after in itertools.pairwise(boxes))
    stretched = last.right - first.x > _WIDEST * len(words) * first.size
    return stretched or any(gap > _GAP * first.size for gap in gaps)


def _remove_outside(page: PageLayout, box: Box) -> int:
    """Remove the lines that stand outside a box; returns how many characters they have."""
    low, high = min(box.bottom, box.top) - 1, max(box.bottom, box.top) + 1
    outside = [
        line
        for line in page.lines
        if not low <= line.y <= high or line.x > box.right or (line.boxes and line.right < box.left)
    ]
    if not outside:
        return 0
    page.keep([line for line in page.lines if line not in outside])
    return sum(len(page.raw[line.start : line.end].strip()) for line in outside)


def _marked(words: str) -> str:
    """The words with one mark for a hyphen at the end of a line, which pdfium writes in two ways."""
    return words.replace("\x02", "\ufffe")


def _word(field: Annotation) -> Word:
    height = field.box.top - field.box.bottom
    size = min(height, 12.0)
    return Word(field.text, field.box.left, field.box.right, (field.box.top + field.box.bottom) / 2 - 0.3 * size, size)


def _is_beside(field: Annotation, parts: Sequence[RawLine]) -> bool:
    """Whether a field stands on the baseline of a line; one of several lines does on its first, right of its label."""
    low, high = field.box.bottom, field.box.top
    size = max(parts[0].size, 8.0)
    middle = parts[0].y + 0.3 * parts[0].size
    if not low - 2 <= middle <= high + 2:
        return False
    return high - low < 4 * size or (high - middle < 1.5 * size and parts[-1].right <= field.box.left + size)


def _filled(page: PageLayout, parts: Sequence[RawLine], edits: Sequence[Edit], fields: Sequence[Annotation]) -> str:
    """The text of a line with the fields beside it, each after its label."""
    words: list[tuple[float, str, Annotation | None]] = [
        (word.left, word.text, None) for word in page.words(parts, edits)
    ]
    text = ""
    for _, word, field in sorted([*words, *((f.box.left, f.text, f) for f in fields)], key=lambda part: part[0]):
        if field is None or field.is_tick:
            text += f" {word}"
        elif text:
            text += f" {word}" if text.rstrip("_").endswith(_AFTER_LABEL) else f": {word}"
        else:
            text = f"{field.name}: {word}" if field.name else word
    return text.strip()


def _place(items: list[TextLine | Grid], field: Annotation) -> None:
    """Insert a field that no line is beside: after its label above it, or on a line of its own."""
    above = [
        (item.y, -position)
        for position, item in enumerate(items)
        if isinstance(item, TextLine) and item.size and item.y >= field.box.top - 2
    ]
    position = -min(above)[1] if above else len(items) - 1
    line = items[position] if above else None
    if (
        isinstance(line, TextLine)
        and field.name
        and not field.is_tick
        and line.y - field.box.top < 1.5 * line.size
        and abs(line.x - field.box.left) < 2 * line.size
        and len(line.words) <= _LONGEST_LABEL
    ):
        mark = "" if line.words.endswith(_AFTER_LABEL) else ":"
        items[position] = replace(line, words=f"{line.words}{mark} {field.text}")
        return
    own = f"{field.text} {field.name}" if field.is_tick else f"{field.name}: {field.text}" if field.name else field.text
    size = line.size if isinstance(line, TextLine) else 0.0
    items.insert(position + 1, TextLine(own, size, field.box.left, field.box.bottom))
