"""OpenDocument texts and presentations."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from lxml import etree

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import canonical
from index.loaders.description.coverage import all_text_in, measured
from index.loaders.description.dates import declared_date
from index.loaders.formats.blocks import Block, Paragraph, TableBlock, left_out, write_blocks
from index.loaders.formats.open_document.names import qualified
from index.loaders.formats.open_document.reader import Reader
from index.loaders.formats.open_document.styles import Styles
from index.loaders.formats.open_xml.package import Element, open_archive, parse_xml
from index.loaders.text_builder import TextBuilder
from index.types import Page

_MEDIA_TYPE = "application/vnd.oasis.opendocument."
_CLASS = qualified("presentation:class")
_TITLES = ("title",)
_APART = frozenset(
    qualified(f"text:{name}") for name in ("p", "h", "tab", "line-break", "s", "note-citation", "note-body")
)
_PASSED = frozenset(map(qualified, ("text:tracked-changes", "office:annotation", "office:annotation-end")))


def parse_odt(content: bytes) -> Parsed:
    """An OpenDocument text; raises UnreadableFileError if it is damaged or encrypted."""
    files = _Files(content, "an OpenDocument text")
    reader = Reader(files.all_styles())
    body = files.content.find(f"{qualified('office:body')}/{qualified('office:text')}")
    builder = TextBuilder()
    write_blocks(builder, _margins(reader, files.styles, "header"))
    write_blocks(builder, reader.blocks(() if body is None else body))
    write_blocks(builder, _margins(reader, files.styles, "footer"))
    return _parsed(files, builder, reader, "text", ())


def parse_odp(content: bytes) -> Parsed:
    """An OpenDocument presentation, a slide a page; raises UnreadableFileError if it is damaged or encrypted."""
    files = _Files(content, "an OpenDocument presentation")
    reader = Reader(files.all_styles())
    builder, pages = TextBuilder(), list[Page]()
    for number, slide in enumerate(files.content.iter(qualified("draw:page")), start=1):
        before = builder.length
        write_blocks(builder, _slide(reader, slide), number)
        start = before if before in (0, builder.length) else before + len("\n\n")
        pages.append(Page(number, start, builder.length))
    return _parsed(files, builder, reader, "presentation", tuple(pages))


class _Files:
    """The files in a document that are read."""

    def __init__(self, content: bytes, kind: str) -> None:
        self._kind = kind
        self._archive = open_archive(content, kind)
        manifest = self._read("META-INF/manifest.xml")
        if manifest is not None and any("encryption-data" in str(element.tag) for element in manifest.iter()):
            raise UnreadableFileError("protected by a password")
        root = self._read("content.xml")
        if root is None:
            raise UnreadableFileError(f"damaged, or not {kind}")
        self.content = root
        self.styles = self._read("styles.xml")
        self.meta = self._read("meta.xml")

    def all_styles(self) -> Styles:
        """The styles of the content and those that it shares with others."""
        return Styles(root for root in (self.content, self.styles) if root is not None)

    def _read(self, name: str) -> Element | None:
        if name not in self._archive.namelist():
            return None
        try:
            return parse_xml(self._archive.read(name))
        except (zipfile.BadZipFile, etree.XMLSyntaxError, OSError, ValueError, RuntimeError) as error:
            raise UnreadableFileError(f"damaged, or not {self._kind}") from error


def _margins(reader: Reader, styles: Element | None, kind: str) -> Iterator[Block]:
    """The headers or footers that differ, without headings."""
    seen: set[str] = set()
    for page in () if styles is None else styles.iter(qualified("style:master-page")):
        for part in (child for child in page if str(child.tag).rpartition("}")[2].startswith(kind)):
            for block in reader.blocks(part):
                if str(block) not in seen and not _is_page_number(part, block):
                    seen.add(str(block))
                    yield block if isinstance(block, TableBlock) else Paragraph(block.text, notes=block.notes)


def _is_page_number(part: Element, block: Block) -> bool:
    """Whether a block is a page number: "Page 3 of 12"."""
    words = block.text.split() if isinstance(block, Paragraph) else []
    has_number = next(part.iter(qualified("text:page-number"), qualified("text:page-count")), None) is not None
    return has_number and isinstance(block, Paragraph) and len([word for word in words if word.isalpha()]) <= 2


def _slide(reader: Reader, slide: Element) -> list[Block]:
    """The blocks of a slide, its title first, and of its notes."""
    blocks: list[Block] = []
    for shape in slide:
        found = reader.read(shape)
        if shape.get(_CLASS) in _TITLES:
            text = " ".join(block.text for block in found if isinstance(block, Paragraph))
            blocks.insert(0, Paragraph(text, level=1))
        else:
            blocks += found
    for frame in slide.iterfind(f"{qualified('presentation:notes')}/{qualified('draw:frame')}"):
        blocks += reader.read(frame) if frame.get(_CLASS) == "notes" else ()
    return blocks


def _parsed(files: _Files, builder: TextBuilder, reader: Reader, kind: str, pages: tuple[Page, ...]) -> Parsed:
    author = _meta(files.meta, "meta:initial-creator") or _meta(files.meta, "dc:creator")
    first = next((heading.title for heading in builder.headings), None)
    parsed = Parsed(
        builder.text,
        f"{_MEDIA_TYPE}{kind}",
        title=_meta(files.meta, "dc:title") or reader.title or first,
        date=declared_date(_meta(files.meta, "dc:date"), _meta(files.meta, "meta:creation-date")),
        pages=pages,
        headings=builder.headings,
        metadata={"author": author} if author else {},
        empty_pages=tuple(page.number for page in pages if page.start == page.end),
        tables=builder.tables,
        left_out=left_out(+reader.left_out),
    )
    body = files.content.find(qualified("office:body"))
    return parsed if body is None else measured(parsed, all_text_in(body, _is_apart, _is_passed))


def _is_apart(element: Element) -> bool:
    return element.tag in _APART


def _is_passed(element: Element) -> bool:
    """Whether an element is deleted text, a comment, or a description of a picture."""
    return element.tag in _PASSED or str(element.tag).endswith(("}title", "}desc"))


def _meta(root: Element | None, name: str) -> str:
    element = None if root is None else next(root.iter(qualified(name)), None)
    return "" if element is None else " ".join(canonical(element.text or "").split())
