"""PowerPoint presentations: the text of each slide, its tables and its notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from index.loaders.base import Parsed
from index.loaders.description.coverage import measured, text_in
from index.loaders.formats.blocks import Block, Paragraph, Run, TableBlock, TableCell, joined, left_out, write_blocks
from index.loaders.formats.open_xml.diagrams import diagram_lines
from index.loaders.formats.open_xml.equations import PARTS, linear
from index.loaders.formats.open_xml.numbering import written_number
from index.loaders.formats.open_xml.package import Element, Package, qualified
from index.loaders.formats.open_xml.symbol_fonts import is_symbol_font, symbols
from index.loaders.text_builder import TextBuilder
from index.types import Page

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_TITLES = frozenset({"title", "ctrTitle"})
_MARGINS = frozenset({"sldNum", "dt", "hdr"})  # placeholders of slide numbers, dates and headers
_NUMBERS = {"alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman", "romanUc": "upperRoman"}
_ENDINGS = {"Period": ("", "."), "ParenR": ("", ")"), "ParenBoth": ("(", ")")}
_MOST_COLUMNS = 1000
_TEXTS = frozenset(map(qualified, ("a:t", "m:t")))
_BREAKS = frozenset(map(qualified, ("a:p", "a:br", "a:tc"))) | PARTS
_ON = ("1", "true")


def parse_pptx(content: bytes) -> Parsed:
    """A presentation, a slide a page; raises UnreadableFileError if it is damaged or encrypted.

    A slide's title is a heading, and its notes follow its text; hidden slides are left out.
    """
    package = Package(content, "a PowerPoint presentation", ".ppt")
    builder, pages, reader = TextBuilder(), list[Page](), _Reader(package)
    for number, part in enumerate(_slides(package), start=1):
        before = builder.length
        write_blocks(builder, reader.slide(part), number)
        start = before if before in (0, builder.length) else before + len("\n\n")
        pages.append(Page(number, start, builder.length))
    properties = package.properties
    parsed = Parsed(
        builder.text,
        MEDIA_TYPE,
        title=properties.title or next((heading.title for heading in builder.headings), None),
        date=properties.date,
        pages=tuple(pages),
        headings=builder.headings,
        metadata={"author": properties.author} if properties.author else {},
        empty_pages=tuple(page.number for page in pages if page.start == page.end),
        tables=builder.tables,
        left_out=left_out(+reader.left_out),
    )
    shown = (slide for slide in map(package.root, _slides(package)) if slide.get("show") not in ("0", "false"))
    return measured(parsed, "\n".join(text_in(slide, _TEXTS, _is_break, _is_passed) for slide in shown))


def _is_break(element: Element) -> bool:
    """Whether words end before and after an element: a paragraph, a raised or lowered run, a part of an equation."""
    if element.tag != qualified("a:r"):
        return element.tag in _BREAKS
    properties = element.find(qualified("a:rPr"))
    return properties is not None and properties.get("baseline", "0") != "0"


def _is_passed(element: Element) -> bool:
    """Whether an element is a second form of what is before it, filled in by PowerPoint, hidden or struck out."""
    if element.tag == qualified("a:r"):
        properties = element.find(qualified("a:rPr"))
        return properties is not None and bool(properties.get("strike", "noStrike") != "noStrike")
    if element.tag != qualified("p:sp"):
        return bool(element.tag == qualified("mc:Fallback"))
    names, holder = next(element.iter(qualified("p:cNvPr")), None), next(element.iter(qualified("p:ph")), None)
    hidden = names is not None and names.get("hidden") in _ON
    return hidden or (holder is not None and holder.get("type") in _MARGINS)


def _slides(package: Package) -> Iterator[str]:
    """The names of the slides' parts, in order."""
    relations = package.relations(package.main)
    for slide in package.root(package.main).iter(qualified("p:sldId")):
        relation = relations.get(slide.get(qualified("r:id"), ""))
        if relation is not None:
            yield relation.target


class _Reader:
    """A reader of slides; what stands at the foot of each is read once."""

    def __init__(self, package: Package) -> None:
        self.left_out: Counter[str] = Counter()
        self._package = package
        self._part = package.main
        self._feet: set[str] = set()

    def slide(self, part: str) -> list[Block]:
        """The blocks of a slide, its title first, and of its notes; none for a hidden slide."""
        self._part = part
        root = self._package.root(part)
        if root.get("show") in ("0", "false"):
            self.left_out["hidden slide(s)"] += 1
            return []
        for comments in self._package.roots(part, "comments"):
            self.left_out["comment(s)"] += len(comments)
        blocks = list(self._shapes(root))
        for notes in self._package.roots(part, "notesSlide"):
            bodies = (shape for shape in notes.iter(qualified("p:sp")) if _placeholder(shape) == "body")
            blocks += (Paragraph(self._text(shape)) for shape in bodies)
        return sorted(blocks, key=lambda block: not (isinstance(block, Paragraph) and block.level))

    def _shapes(self, parent: Element) -> Iterator[Block]:
        for element in parent:
            if element.tag == qualified("p:sp"):
                yield from self._shape(element)
            elif element.tag == qualified("a:tbl"):
                yield self._table(element)
            elif element.tag == qualified("dgm:relIds"):
                yield Paragraph("\n".join(filter(None, diagram_lines(self._package, self._part, element))))
            elif element.tag == qualified("c:chart"):
                self.left_out["chart(s)"] += 1
            elif element.tag == qualified("p:pic"):
                self.left_out["image(s) without text"] += 1
            elif element.tag == qualified("mc:AlternateContent"):
                branches = (list(self._shapes(branch)) for branch in element)
                yield from next(filter(None, branches), ())
            else:
                yield from self._shapes(element)

    def _shape(self, shape: Element) -> Iterator[Block]:
        kind, text = _placeholder(shape), self._text(shape)
        properties = next(shape.iter(qualified("p:cNvPr")), None)
        if properties is not None and properties.get("hidden") in _ON:
            self.left_out["hidden passage(s)"] += bool(text)
        elif kind in _TITLES:
            yield Paragraph(text, level=1)
        elif kind not in _MARGINS and text and not (kind == "ftr" and text in self._feet):
            self._feet |= {text} if kind == "ftr" else set()
            yield Paragraph(text)

    def _text(self, shape: Element) -> str:
        """The paragraphs of a shape or a cell as lines, with their automatic numbers."""
        body = next((child for child in shape if child.tag in (qualified("p:txBody"), qualified("a:txBody"))), None)
        paragraphs = [] if body is None else body.findall(qualified("a:p"))
        counts: dict[int, tuple[str, int]] = {}
        lines = []
        for paragraph in paragraphs:
            text = joined(self._runs(paragraph)).strip()
            if text:
                lines.append(f"{_number(paragraph, counts)}{text}")
        return "\n".join(lines)

    def _runs(self, parent: Element) -> Iterator[Run]:
        for element in parent:
            if element.tag in (qualified("a:r"), qualified("a:fld")):
                yield from self._run(element)
            elif element.tag == qualified("a:br"):
                yield Run("\n")
            elif element.tag in (qualified("m:oMath"), qualified("m:oMathPara")):
                yield Run(linear(element))
            elif element.tag == qualified("mc:AlternateContent"):
                yield from next(filter(None, (list(self._runs(branch)) for branch in element)), ())
            else:
                yield from self._runs(element)

    def _run(self, run: Element) -> Iterator[Run]:
        text = "".join(part.text or "" for part in run.findall(qualified("a:t")))
        properties = run.find(qualified("a:rPr"))
        if properties is None:
            yield Run(text)
            return
        if properties.get("strike", "noStrike") != "noStrike":
            self.left_out["struck-out passage(s)"] += bool(text.strip())
            return
        font = properties.find(qualified("a:sym"))
        name = "" if font is None else font.get("typeface", "")
        raised = properties.get("baseline", "0").rstrip("%")
        script = "" if raised.strip("-0.") == "" else "subscript" if raised.startswith("-") else "superscript"
        yield Run(symbols(name, text) if is_symbol_font(name) else text, script)

    def _table(self, table: Element) -> TableBlock:
        return TableBlock(tuple(tuple(self._cells(row)) for row in table.findall(qualified("a:tr"))))

    def _cells(self, row: Element) -> Iterator[TableCell]:
        for cell in row.findall(qualified("a:tc")):
            if cell.get("hMerge") in _ON:
                continue
            span, merged = cell.get("gridSpan", "1"), cell.get("vMerge") in _ON
            columns = min(int(span[:4]), _MOST_COLUMNS) if span.isdecimal() else 1
            yield TableCell(() if merged else (Paragraph(self._text(cell)),), max(columns, 1), merged)


def _placeholder(shape: Element) -> str:
    """The kind of a placeholder; empty for any other shape."""
    placeholder = next(shape.iter(qualified("p:ph")), None)
    return "" if placeholder is None else placeholder.get("type", "body")


def _number(paragraph: Element, counts: dict[int, tuple[str, int]]) -> str:
    """The automatic number or the bullet of a paragraph, with the space after it, as far as the slide itself says."""
    properties = paragraph.find(qualified("a:pPr"))
    level = int(properties.get("lvl", "0")[:1] or 0) if properties is not None else 0
    numbers = None if properties is None else properties.find(qualified("a:buAutoNum"))
    kind, count = counts.get(level, ("", 0))
    for deeper in [depth for depth in counts if depth > level or (depth == level and numbers is None)]:
        del counts[deeper]
    if numbers is None:
        bullet = None if properties is None else properties.find(qualified("a:buChar"))
        return "" if bullet is None else "• "
    own, start = numbers.get("type", "arabicPeriod"), numbers.get("startAt", "1")
    count = count + 1 if own == kind and count else int(start[:5]) if start.isdecimal() else 1
    counts[level] = own, count
    ending = next((ending for ending in _ENDINGS if own.endswith(ending)), "")
    before, after = _ENDINGS.get(ending, ("", ""))
    return f"{before}{written_number(count, _NUMBERS.get(own.removesuffix(ending), 'decimal'))}{after} "
