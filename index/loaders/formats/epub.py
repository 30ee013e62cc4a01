"""E-books: the chapters of an EPUB in reading order, without its table of contents."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import canonical
from index.loaders.description.coverage import measured
from index.loaders.description.dates import declared_date
from index.loaders.formats.open_xml.package import Element, open_archive, parse_xml
from index.loaders.markup.encoding import decode_html
from index.loaders.markup.rendering import Renderer
from index.loaders.markup.shown import shown_text
from index.loaders.markup.tree import xhtml_tree
from index.loaders.text_builder import TextBuilder

MEDIA_TYPE = "application/epub+zip"
_KIND = "an EPUB"
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGE_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


@dataclass(frozen=True, slots=True)
class _Item:
    name: str  # of the file in the archive
    media_type: str
    contents: bool  # whether it is the table of contents


def parse_epub(content: bytes) -> Parsed:
    """An e-book with its title, author and date; raises UnreadableFileError if it is damaged or encrypted."""
    archive = open_archive(content, _KIND)
    names = set(archive.namelist())
    root = _xml(archive, _package_name(archive))
    builder = TextBuilder()
    renderer = Renderer(builder)
    encrypted = _encrypted(archive) if _ENCRYPTION in names else frozenset()
    warnings: list[str] = []
    counted: list[str] = []
    for item in _chapters(root, posixpath.dirname(_package_name(archive))):
        if item.name in encrypted:
            raise UnreadableFileError("its text is encrypted (DRM)")
        if item.name not in names:
            warnings.append(f"a chapter is missing: {item.name}")
            continue
        decoded = decode_html(_read(archive, item.name))
        page, deep = xhtml_tree(decoded.text)
        warnings += (*decoded.warnings, *deep)
        renderer.render(page)
        counted.append(shown_text(page))
    author = ", ".join(_values(root, "creator"))
    parsed = Parsed(
        builder.text,
        MEDIA_TYPE,
        title=next(_values(root, "title"), None) or next((heading.title for heading in builder.headings), None),
        date=declared_date(*_values(root, "date")),
        headings=builder.headings,
        metadata={"author": author} if author else {},
        warnings=tuple(dict.fromkeys(warnings)),
        tables=builder.tables,
        left_out=(*renderer.left_out(), *builder.left_out),
    )
    return measured(parsed, "\n".join(counted), builder.encoded)


def _package_name(archive: zipfile.ZipFile) -> str:
    name = next((str(file.get("full-path")) for file in _named(_xml(archive, _CONTAINER), "rootfile")), "")
    return unquote(name)


def _chapters(package: Element, folder: str) -> Iterator[_Item]:
    """The pages of the spine in order, without the table of contents."""
    items = {item.get("id"): _item(item, folder) for item in _named(package, "item")}
    for reference in _named(package, "itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and item.media_type in _PAGE_TYPES and not item.contents:
            yield item


def _item(element: Element, folder: str) -> _Item:
    name = posixpath.normpath(posixpath.join(folder, unquote(element.get("href") or "")))
    return _Item(name, element.get("media-type") or "", "nav" in (element.get("properties") or "").split())


def _encrypted(archive: zipfile.ZipFile) -> frozenset[str]:
    """The files that are encrypted, among them fonts, which nobody needs to read."""
    return frozenset(unquote(str(data.get("URI"))) for data in _named(_xml(archive, _ENCRYPTION), "CipherReference"))


def _values(package: Element, name: str) -> Iterator[str]:
    """The values of an element of the metadata as lines of text."""
    lines = (" ".join(canonical("".join(element.itertext())).split()) for element in _named(package, name))
    return (line for line in lines if line)


def _named(root: Element, name: str) -> Iterator[Element]:
    yield from root.iter(f"{{*}}{name}")


def _xml(archive: zipfile.ZipFile, name: str) -> Element:
    try:
        return parse_xml(_read(archive, name))
    except etree.XMLSyntaxError as error:
        raise UnreadableFileError(f"damaged, or not {_KIND}") from error


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except Exception as error:  # zipfile raises errors of many types on damaged archives
        raise UnreadableFileError(f"damaged, or not {_KIND}") from error
