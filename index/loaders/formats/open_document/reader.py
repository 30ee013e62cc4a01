"""The content of OpenDocument as paragraphs and tables, as they are read."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator

from index.loaders.formats.blocks import Block, Paragraph, Run, TableBlock, TableCell, joined
from index.loaders.formats.open_document.names import qualified
from index.loaders.formats.open_document.styles import Counter, Format, Styles
from index.loaders.formats.open_xml.package import Element
from index.loaders.scripts import superscript

_P, _HEADING, _LIST, _TABLE = (qualified(name) for name in ("text:p", "text:h", "text:list", "table:table"))
_STYLE = qualified("text:style-name")
_IGNORED = frozenset(
    qualified(name)
    for name in (
        "text:sequence-decls text:variable-decls text:user-field-decls office:forms text:ruby-text "
        "presentation:notes office:event-listeners text:alphabetical-index-mark"
    ).split()
)
_MOST_COLUMNS = 1000
_MOST_REPEATED = 1000  # rows or cells that are one in the file
_LONGEST_HEADING = 200  # characters


class Reader:
    """A reader of the parts of one document; its lists and notes count on."""

    def __init__(self, styles: Styles) -> None:
        self.left_out: collections.Counter[str] = collections.Counter()
        self.title = ""  # the first paragraph with the style "Title"
        self._styles = styles
        self._headings = Counter(styles.outline)
        self._lists: dict[str, Counter] = {}

    def blocks(self, container: Element) -> Iterator[Block]:
        """The paragraphs and tables in the body, a section, a cell, a text box, a header or a footer."""
        for element in container:
            yield from self.read(element)

    def read(self, element: Element) -> Iterator[Block]:
        """The paragraphs and tables in one element, or none."""
        if element.tag in (_P, _HEADING):
            yield from self._paragraph(element)
        elif element.tag == _LIST:
            yield from self._list(element, None, 0)
        elif element.tag == _TABLE:
            yield self._table(element)
        elif element.tag == qualified("text:tracked-changes"):
            self.left_out["deleted passage(s)"] += sum(1 for _ in element.iter(qualified("text:deletion")))
        elif element.tag == qualified("office:annotation"):
            self.left_out["comment(s)"] += 1
        elif element.tag == qualified("draw:image"):
            self.left_out["image(s) without text"] += 1
        elif element.tag == qualified("draw:object"):
            self.left_out["embedded object(s)"] += 1
        elif element.tag == qualified("draw:frame"):
            yield from self._frame(element)
        elif element.tag == qualified("text:section") and element.get(qualified("text:display")) == "none":
            self.left_out["hidden passage(s)"] += 1
        elif element.tag not in _IGNORED and isinstance(element.tag, str):
            yield from self.blocks(element)

    def _frame(self, frame: Element) -> Iterator[Block]:
        """The content of a frame in the first of its forms, of which the others are pictures."""
        first = next((child for child in frame if isinstance(child.tag, str)), None)
        if first is not None:
            yield from self.read(first)

    def _paragraph(self, element: Element, label: str = "", *, listed: bool = False) -> Iterator[Block]:
        names = self._styles.names(element.get(_STYLE, ""))
        inline = _Inline(self, self._styles, self._styles.format(element.get(_STYLE, "")))
        inline.read(element)
        text = joined(inline.runs).strip()
        level = 0
        if element.tag == _HEADING:
            outline = element.get(qualified("text:outline-level"), "1")
            level = int(outline) if outline.isdecimal() and len(outline) < 3 else 1
            if text and not label and element.get(qualified("text:is-list-header")) != "true":
                label = self._headings.next_label(max(level, 1) - 1, element.get(qualified("text:start-value")))
            level = 0 if len(text) > _LONGEST_HEADING else min(max(level, 1), 6)
        if "title" in names and not self.title:
            self.title = " ".join(text.split())
        if text:
            yield Paragraph(f"{label}{text}", level, listed, not {"caption", "table"}.isdisjoint(names), inline.notes)
        yield from inline.boxes

    def _list(self, element: Element, counter: Counter | None, depth: int) -> Iterator[Block]:
        name = element.get(_STYLE, "")
        if counter is None:
            goes_on = element.get(qualified("text:continue-numbering")) == "true" or element.get(
                qualified("text:continue-list")
            )
            counter = self._lists.get(name) if goes_on else None
            counter = counter or Counter(self._styles.list_style(name))
            self._lists[name] = counter
        for item in element:
            label = ""
            if item.tag == qualified("text:list-item"):
                holds_text = any(child.tag in (_P, _HEADING) for child in item)
                label = counter.next_label(depth, item.get(qualified("text:start-value"))) if holds_text else ""
            for child in item:
                if child.tag == _LIST:
                    yield from self._list(child, counter, depth + 1)
                elif child.tag in (_P, _HEADING):
                    yield from self._paragraph(child, label, listed=True)
                    label = ""
                else:
                    yield from self.read(child)

    def _table(self, table: Element) -> TableBlock:
        rows: list[tuple[TableCell, ...]] = []
        headers = 0
        below: dict[int, int] = {}  # how many rows more the cell in a column takes
        for row, is_header in _rows(table):
            cells = tuple(self._cells(row, below))
            repeated = _number(row, "table:number-rows-repeated", _MOST_REPEATED)
            rows += [cells] * (repeated if any(cell.blocks for cell in cells) else 1)
            headers += is_header and headers == len(rows) - 1
        return TableBlock(tuple(rows), headers)

    def _cells(self, row: Element, below: dict[int, int]) -> Iterator[TableCell]:
        column = 0
        for cell in row:
            if cell.tag not in (qualified("table:table-cell"), qualified("table:covered-table-cell")):
                continue
            covered = cell.tag == qualified("table:covered-table-cell")
            spanned = _number(cell, "table:number-columns-spanned", _MOST_COLUMNS)
            blocks = () if covered else tuple(self.blocks(cell))
            for _ in range(_number(cell, "table:number-columns-repeated", _MOST_REPEATED)):
                if column >= _MOST_COLUMNS:
                    return
                if not covered:
                    below[column] = _number(cell, "table:number-rows-spanned", _MOST_REPEATED) - 1
                    yield TableCell(blocks, spanned)
                elif below.get(column, 0) > 0:
                    below[column] -= 1
                    yield TableCell(merged=True)
                column += 1


class _Inline:
    """The text of one paragraph, with its notes and text boxes."""

    def __init__(self, reader: Reader, styles: Styles, style: Format) -> None:
        self.runs: list[Run] = []
        self.boxes: list[Block] = []
        self.notes: tuple[str, ...] = ()
        self._reader = reader
        self._styles = styles
        self._style = style
        self._passed = ""

    def read(self, element: Element, style: Format | None = None) -> None:
        """Add the text in an element, whose format is ``style``."""
        style = style or self._style
        self._add(element.text or "", style)
        for child in element:
            self._child(child, style)
            self._add(child.tail or "", style)

    def _child(self, element: Element, style: Format) -> None:
        match element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "":
            case "s":
                self._add(" " * _number(element, "text:c", _MOST_REPEATED), style, exact=True)
            case "tab":
                self._add("\t", style, exact=True)
            case "line-break":
                self._add("\n", style, exact=True)
            case "span":
                self.read(element, self._styles.format(element.get(_STYLE, "")).over(style))
            case "note":
                self._note(element)
            case "a" | "ruby" | "ruby-base" | "meta" | "meta-field":
                self.read(element, style)
            case "ruby-text":
                self._add(f"({''.join(element.itertext())})", style)
            case "annotation" | "frame" | "g" | "custom-shape" | "text-box" | "image":
                self.boxes += self._reader.read(element)
            case "annotation-end" | "soft-page-break" | "":
                pass
            case "hidden-text" | "hidden-paragraph":
                self._reader.left_out["hidden passage(s)"] += 1
            case _:
                self.read(element, style)

    def _note(self, note: Element) -> None:
        mark = "".join("".join(child.itertext()) for child in note.iter(qualified("text:note-citation"))).strip()
        bodies = (self._reader.blocks(body) for body in note.iter(qualified("text:note-body")))
        texts = [block.text for body in bodies for block in body if isinstance(block, Paragraph)]
        self.runs += [Run(" ")] * bool(self.runs and self.runs[-1].script) + [Run(mark, "superscript")]
        self.notes += (" ".join(" ".join([superscript(mark), *texts]).split()),)

    def _add(self, text: str, style: Format, *, exact: bool = False) -> None:
        if not exact:  # white space in XML is a single space
            parts: Iterable[str] = text.split()
            text = f"{' ' * text[:1].isspace()}{' '.join(parts)}{' ' * (text[-1:].isspace() and bool(text.strip()))}"
        if not text:
            return
        reason = "struck-out" if style.struck else "hidden" if style.hidden else ""
        if reason:
            self._reader.left_out[f"{reason} passage(s)"] += reason != self._passed and not text.isspace()
        else:
            before = self.runs[-1].text if self.runs else ""
            doubled = not exact and text[0] == " " and before.endswith(" ")
            self.runs.append(Run(text[doubled:], style.script or ""))
        self._passed = reason


def _rows(table: Element, *, is_header: bool = False) -> Iterator[tuple[Element, bool]]:
    """The rows of a table, and whether they are header rows."""
    for element in table:
        if element.tag == qualified("table:table-row"):
            yield element, is_header
        elif element.tag in (qualified("table:table-rows"), qualified("table:table-row-group")):
            yield from _rows(element, is_header=is_header)
        elif element.tag == qualified("table:table-header-rows"):
            yield from _rows(element, is_header=True)


def _number(element: Element, name: str, most: int) -> int:
    """An attribute that is a number from 1; 1 if it is missing."""
    number = element.get(qualified(name), "1")
    return min(max(int(number[:7]), 1), most) if number.isdecimal() else 1
