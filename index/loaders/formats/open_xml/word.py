"""Word documents: their text as it is read, with headings, lists, tables, notes, headers and footers."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

from index.loaders.base import Parsed
from index.loaders.description.coverage import measured, text_in
from index.loaders.formats.blocks import Block, Paragraph, TableBlock, left_out, write_blocks
from index.loaders.formats.open_xml.equations import PARTS
from index.loaders.formats.open_xml.notes import Notes
from index.loaders.formats.open_xml.numbering import Numbering
from index.loaders.formats.open_xml.package import NAMESPACES, Element, Package, qualified
from index.loaders.formats.open_xml.story import Story
from index.loaders.formats.open_xml.styles import Format, Styles, format_of, switch, value
from index.loaders.text_builder import TextBuilder

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TYPE = qualified("w:type")
_ID = qualified("r:id")
_RUN, _PARAGRAPH, _CONTROL = qualified("w:r"), qualified("w:p"), qualified("w:sdt")
_PLACEHOLDER = f"{qualified('w:sdtPr')}/{qualified('w:showingPlcHdr')}"
_TEXTS = frozenset(map(qualified, ("w:t", "m:t")))
_BREAKS = frozenset(map(qualified, ("w:p", "w:tab", "w:br", "w:cr", "w:tc", "w:noBreakHyphen"))) | PARTS
_SCRIPTS = frozenset(map(qualified, ("w:vertAlign", "w:position")))
_FORMATS = frozenset(map(qualified, ("w:strike", "w:dstrike", "w:vanish", "w:rStyle", "w:pStyle")))
_OWN_STYLE = {_RUN: ("w:rPr", "w:rStyle"), _PARAGRAPH: ("w:pPr", "w:pStyle")}
_PASSED = frozenset(map(qualified, ("mc:Fallback", "w:del", "w:moveFrom")))
_DELETED = {qualified("w:tc"): "w:tcPr/w:cellDel", qualified("w:tr"): "w:trPr/w:del"}


def parse_docx(content: bytes) -> Parsed:
    """A Word document; raises UnreadableFileError if it is damaged, encrypted or larger than 500 MB unpacked."""
    package = Package(content, "a Word document", ".doc")
    settings = next(package.roots(package.main, "settings"), None)
    story = _story(package, settings)
    builder = TextBuilder()
    write_blocks(builder, _Sections(story, settings).blocks(package.root(package.main)))
    for comments in package.roots(package.main, "comments"):
        story.left_out["comment(s)"] += len(comments)
    properties = package.properties
    parsed = Parsed(
        builder.text,
        MEDIA_TYPE,
        title=properties.title or story.title or next((heading.title for heading in builder.headings), None),
        date=properties.date,
        headings=builder.headings,
        metadata={"author": properties.author} if properties.author else {},
        tables=builder.tables,
        left_out=left_out(+story.left_out),
    )
    return measured(parsed, _counted(package, story.styles))


def _counted(package: Package, styles: Styles) -> str:
    """The text in the body and in the notes of a document, without headers and footers, which may repeat."""

    def is_passed(element: Element) -> bool:
        if element.tag == _CONTROL:
            return next(element.iterfind(_PLACEHOLDER), None) is not None
        if element.tag in _DELETED:
            return element.find(_DELETED[element.tag], NAMESPACES) is not None
        if element.tag not in _OWN_STYLE:
            return element.tag in _PASSED
        properties, style = _OWN_STYLE[element.tag]
        own = element.find(qualified(properties))
        if own is None or _FORMATS.isdisjoint(child.tag for child in own):
            return False
        format_ = format_of(own) if element.tag == _RUN else Format()
        shown = format_.over(styles.get(value(own, style) or "").format)
        return bool(shown.struck or shown.hidden)

    notes = (package.roots(package.main, kind) for kind in ("footnotes", "endnotes"))
    parts = itertools.chain([package.root(package.main)], *notes)
    return "\n".join(text_in(part, _TEXTS, _is_break, is_passed) for part in parts)


def _is_break(element: Element) -> bool:
    """Whether words end before and after an element: a paragraph, a raised or lowered run, a part of an equation."""
    if element.tag != _RUN:
        return element.tag in _BREAKS
    properties = element.find(qualified("w:rPr"))
    return properties is not None and not _SCRIPTS.isdisjoint(child.tag for child in properties)


def _story(package: Package, settings: Element | None) -> Story:
    styles = Styles(next(package.roots(package.main, "styles"), None))
    numbering = Numbering(
        next(package.roots(package.main, "numbering"), None), lambda style: styles.get(style).numbering[0]
    )
    return Story(package, package.main, styles, numbering, Notes(package, settings), Counter())


class _Sections:
    """The body of a document in its sections: a header is read before the first that has it, a footer after it."""

    def __init__(self, story: Story, settings: Element | None) -> None:
        self._story = story
        self._even = bool(switch(settings, "w:evenAndOddHeaders"))
        self._seen: set[tuple[str, ...]] = set()

    def blocks(self, root: Element) -> Iterator[Block]:
        """All the blocks of the document."""
        body = root.find(qualified("w:body"))
        children = list(() if body is None else body)
        ends = [next(child.iter(qualified("w:sectPr")), None) for child in children]
        sections = [end for end in ends if end is not None]
        yield from self._margins(sections[0], "headerReference") if sections else ()
        for child, end in zip(children, ends, strict=True):
            yield from self._story.read(child)
            if end is not None:
                yield from self._story.rest()
                yield from self._margins(end, "footerReference")
                following = sections[sections.index(end) + 1 :]
                yield from self._margins(following[0], "headerReference") if following else ()
        yield from self._story.rest()

    def _margins(self, section: Element, kind: str) -> Iterator[Block]:
        """The headers or footers of a section that are shown and that are not like one before."""
        relations = self._story.package.relations(self._story.part)
        first = bool(switch(section, "w:titlePg"))
        shown = {"default": True, "first": first, "even": self._even}
        for reference in section.findall(qualified(f"w:{kind}")):
            relation = relations.get(reference.get(_ID, ""))
            if relation is None or not shown.get(reference.get(_TYPE, "default")):
                continue
            root = self._story.package.root(relation.target)
            blocks = [_plain(block) for block in self._story.inner(relation.target, margin=True).blocks(root)]
            texts = tuple(str(block) for block in blocks)
            if texts not in self._seen:
                self._seen.add(texts)
                yield from blocks


def _plain(block: Block) -> Block:
    """A block of a header, in which nothing is a heading of the document."""
    return block if isinstance(block, TableBlock) else Paragraph(block.text, notes=block.notes)
