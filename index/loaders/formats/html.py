"""HTML and XHTML: the text of a page as a browser shows it, without navigation and footer."""

from __future__ import annotations

from collections.abc import Callable

from index.loaders.base import Parsed
from index.loaders.decoding import canonical
from index.loaders.description.coverage import measured
from index.loaders.description.dates import declared_date
from index.loaders.markup.elements import Element
from index.loaders.markup.encoding import decode_html
from index.loaders.markup.rendering import Renderer
from index.loaders.markup.shown import shown_text
from index.loaders.markup.tree import Tree, html_tree, xhtml_tree
from index.loaders.text_builder import TextBuilder

_DATES = (
    "//meta[@property='article:modified_time' or @property='og:updated_time' or @itemprop='dateModified']/@content",
    "//meta[@name='last-modified' or @name='dcterms.modified' or @name='DC.date.modified']/@content",
    "//meta[@property='article:published_time' or @property='og:published_time' or @itemprop='datePublished']/@content",
    "//meta[translate(@name, 'DATE', 'date')='date' or @name='dcterms.created' or @name='DC.date']/@content",
    "//time/@datetime",
)
_METADATA = ("author", "description", "keywords")


def parse_html(content: bytes) -> Parsed:
    """An HTML page with its title, date, tables and headings; raises UnreadableFileError when it is not HTML."""
    return _parse(content, html_tree, "text/html")


def parse_xhtml(content: bytes) -> Parsed:
    """An XHTML page; one that is not well-formed XML is read as HTML."""
    return _parse(content, xhtml_tree, "application/xhtml+xml")


def _parse(content: bytes, tree: Callable[[str], Tree], media_type: str) -> Parsed:
    decoded = decode_html(content)
    root, warnings = tree(decoded.text)
    builder = TextBuilder()
    renderer = Renderer(builder)
    renderer.render(root)
    headings = builder.headings
    parsed = Parsed(
        builder.text,
        media_type,
        title=_first(root, "//head//title/text()") or next((head.title for head in headings if head.level == 1), None),
        date=declared_date(*(_first(root, path) or "" for path in _DATES)),
        headings=headings,
        metadata={name: value for name in _METADATA if (value := _first(root, f"//meta[@name='{name}']/@content"))},
        warnings=(*decoded.warnings, *warnings),
        encoding=decoded.encoding,
        tables=builder.tables,
        left_out=(*renderer.left_out(), *builder.left_out),
    )
    return measured(parsed, shown_text(root), builder.encoded)


def _first(root: Element, path: str) -> str | None:
    matches = root.xpath(path)
    return " ".join(canonical(str(matches[0])).split()) or None if matches else None
