"""Paragraphs and tables in the XML of Word, as they are read: with what is inserted, without what is deleted."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from index.loaders.formats.blocks import Block, Paragraph, Run, TableBlock, TableCell, joined
from index.loaders.formats.open_xml.equations import linear
from index.loaders.formats.open_xml.fields import Field
from index.loaders.formats.open_xml.inline import Inline, chosen
from index.loaders.formats.open_xml.notes import Note, Notes
from index.loaders.formats.open_xml.numbering import Numbering
from index.loaders.formats.open_xml.package import Element, Package, qualified
from index.loaders.formats.open_xml.styles import Style, Styles, numbering_of, outline_level, switch, value
from index.loaders.scripts import superscript

_P, _TABLE, _ROW, _CELL = (qualified(f"w:{name}") for name in ("p", "tbl", "tr", "tc"))
_DELETED = frozenset(qualified(f"w:{name}") for name in ("del", "moveFrom"))
_PROPERTIES = frozenset(qualified(f"w:{name}") for name in ("sdtPr", "sdtEndPr", "sectPr", "tcPr", "trPr", "tblPr"))
_LONGEST_HEADING = 200  # characters
_FEW_WORDS = 12  # of a heading that ends like a sentence
_MOST_COLUMNS = 63  # Word's own limit


@dataclass(slots=True)
class Story:
    """A reader of the body of a document, or of one of its headers, footers or notes."""

    package: Package
    part: str  # the name of the part that is read
    styles: Styles
    numbering: Numbering
    notes: Notes
    left_out: Counter[str]
    margin: bool = False  # whether it is a header or a footer
    fields: list[Field] = field(default_factory=list)  # those that are being read, outermost first
    title: str = ""  # the first paragraph with the style "Title"
    _pending: list[Run] = field(default_factory=list)  # of a paragraph whose end was deleted

    def inner(self, part: str, *, margin: bool = False) -> Story:
        """A reader of another part, which counts on: a header or footer (a ``margin``), or the notes."""
        return replace(self, part=part, margin=margin, title="-", fields=[], _pending=[])

    def blocks(self, container: Element) -> list[Block]:
        """The paragraphs and tables in the body, a cell, a text box, a note, a header or a footer."""
        return [*self._read(container), *self.rest()]

    def read(self, element: Element) -> Iterator[Block]:
        """The paragraphs and tables in an element of a body, or none."""
        if element.tag == _P:
            yield from self._paragraph(element)
        elif element.tag == _TABLE:
            yield from self.rest()
            yield self._table(element)
        elif element.tag == qualified("mc:AlternateContent"):
            yield from next((found for branch in chosen(element) if (found := list(self._read(branch)))), [])
        elif element.tag == qualified("w:altChunk"):
            self.left_out["embedded document(s)"] += 1
        elif element.tag in (qualified("m:oMathPara"), qualified("m:oMath")):
            yield Paragraph(linear(element))
        elif element.tag not in _DELETED and element.tag not in _PROPERTIES:
            yield from self._read(element)

    def _read(self, container: Element) -> Iterator[Block]:
        if is_placeholder(container):
            self.left_out["unfilled field(s)"] += 1
            return
        for element in container:
            yield from self.read(element)

    def rest(self) -> list[Block]:
        """What remains of a paragraph whose deleted end was the last thing in its container."""
        runs, self._pending = self._pending, []
        return [Paragraph(joined(runs))] if runs else []

    def _paragraph(self, element: Element) -> Iterator[Block]:
        properties = element.find(qualified("w:pPr"))
        style = self.styles.paragraph(value(properties, "w:pStyle"))
        runs, self._pending = self._pending, []
        inline = Inline(self, style.format, runs)
        inline.read(element)
        mark = None if properties is None else properties.find(qualified("w:rPr"))
        if mark is not None and any(mark.find(name) is not None for name in _DELETED):
            self._pending = inline.runs
            yield from inline.boxes
            return
        if _is_drop_cap(properties):
            self._pending = inline.runs
            return
        label, text = self._label(properties, style), joined(inline.runs).strip()
        if text and not (self.margin and inline.only_page_number):
            yield self._made(f"{label}{text}", properties, style, inline)
        yield from inline.boxes

    def _label(self, properties: Element | None, style: Style) -> str:
        own_id, own_level = numbering_of(properties)
        list_id, level = style.numbering
        if own_id is not None:
            list_id, level = own_id, own_level
        level = level if own_level is None else own_level
        return self.numbering.next_label(list_id, level, style.ids)

    def _made(self, text: str, properties: Element | None, style: Style, inline: Inline) -> Paragraph:
        own = outline_level(properties)
        level = min(style.level if own is None else own, 6)
        if level and (len(text) > _LONGEST_HEADING or (text.endswith((".", ";")) and len(text.split()) > _FEW_WORDS)):
            level = 0
        if "title" in style.names and not self.title:
            self.title = " ".join(text.split())
        notes = tuple(self._note(mark, note) for mark, note in inline.notes)
        listed = bool(numbering_of(properties)[0] or style.numbering[0]) and not level
        return Paragraph(text, level, listed, "caption" in style.names, notes)

    def _note(self, mark: str, note: Note) -> str:
        story = self.inner(note.part)
        texts = itertools.chain.from_iterable(_lines(block) for block in story.blocks(note.element))
        return " ".join(" ".join([superscript(mark), *texts]).split())

    def _table(self, table: Element) -> TableBlock:
        rows: list[tuple[TableCell, ...]] = []
        headers = 0
        for row in self._children(table, _ROW):
            properties = row.find(qualified("w:trPr"))
            if switch(properties, "w:hidden") or _has(properties, "w:del"):
                continue
            if switch(properties, "w:tblHeader") and headers == len(rows):
                headers += 1
            rows.append(tuple(self._cells(row, properties)))
        caption = value(table.find(qualified("w:tblPr")), "w:tblCaption") or ""
        return TableBlock(tuple(rows), headers, caption)

    def _cells(self, row: Element, properties: Element | None) -> Iterator[TableCell]:
        if before := _span(properties, "w:gridBefore"):
            yield TableCell(columns=before)
        for cell in self._children(row, _CELL):
            own = cell.find(qualified("w:tcPr"))
            if _has(own, "w:cellDel"):
                continue
            down = None if own is None else own.find(qualified("w:vMerge"))
            merged = down is not None and down.get(qualified("w:val"), "continue") == "continue"
            blocks = [] if self._is_unfilled(cell) else self.blocks(cell)
            yield TableCell(() if merged else tuple(blocks), max(_span(own, "w:gridSpan"), 1), merged)

    def _is_unfilled(self, cell: Element) -> bool:
        """Whether a cell is in a content control that only shows what to fill in, which is counted."""
        around = next(cell.iterancestors(qualified("w:sdtContent"), _TABLE), None)
        unfilled = around is not None and is_placeholder(around)
        self.left_out["unfilled field(s)"] += unfilled
        return unfilled

    def _children(self, parent: Element, tag: str) -> Iterator[Element]:
        """Rows or cells, also those in content controls and other containers."""
        pending = list(reversed(parent))
        while pending:
            element = pending.pop()
            if element.tag == tag:
                yield element
            elif element.tag not in _DELETED and element.tag not in _PROPERTIES:
                pending += reversed(element)


def _lines(block: Block) -> Iterator[str]:
    """The text of a paragraph, or of the rows of a table with semicolons between their cells."""
    if isinstance(block, Paragraph):
        yield block.text
        return
    for row in block.rows:
        yield "; ".join(" ".join(itertools.chain.from_iterable(map(_lines, cell.blocks))) for cell in row) + "."


def _has(properties: Element | None, name: str) -> bool:
    return properties is not None and properties.find(qualified(name)) is not None


def _span(properties: Element | None, name: str) -> int:
    columns = value(properties, name) or ""
    return min(int(columns[:4]), _MOST_COLUMNS) if columns.isdecimal() else 0


def _is_drop_cap(properties: Element | None) -> bool:
    """Whether a paragraph is the large first letter of the next one."""
    frame = None if properties is None else properties.find(qualified("w:framePr"))
    return frame is not None and frame.get(qualified("w:dropCap"), "none") != "none"


def is_placeholder(container: Element) -> bool:
    """Whether the content of a content control only says what to enter."""
    parent = container.getparent()
    if container.tag != qualified("w:sdtContent") or parent is None:
        return False
    return bool(switch(parent.find(qualified("w:sdtPr")), "w:showingPlcHdr"))
