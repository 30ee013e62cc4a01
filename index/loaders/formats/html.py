"""HTML: the text of a page without scripts, styles, navigation and footer."""

from __future__ import annotations

import re

from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.dates import parse_date
from index.loaders.decoding import Decoded, canonical, decode
from index.types import Heading

_DROPPED = "//script|//style|//nav|//footer|//noscript|//template|//iframe|//object|//svg|//*[@hidden]"
_LEVELS = {f"h{level}": [str(level)] for level in range(1, 7)}
_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DATES = (
    "//meta[@property='article:published_time' or @property='og:published_time' or @itemprop='datePublished']/@content",
    "//meta[translate(@name, 'DATE', 'date')='date' or @name='dcterms.created' or @name='DC.date']/@content",
    "//meta[@property='article:modified_time']/@content",
    "//time/@datetime",
)
_METADATA = ("author", "description", "keywords")


def parse_html(content: bytes) -> Parsed:
    """An HTML page with its title, date and headings h1 to h6; raises UnreadableFileError when it is not HTML."""
    decoded = _decode(content)
    root = _tree(decoded.text)
    title = _first(root, "//title/text()") or _first(root, "//h1//text()")
    date = next(filter(None, (parse_date(_first(root, path) or "") for path in _DATES)), None)
    metadata = {name: value for name in _METADATA if (value := _first(root, f"//meta[@name='{name}']/@content"))}
    for element in root.xpath(_DROPPED):
        element.drop_tree()
    rendered, headings = _render(root)
    return Parsed(
        rendered, "text/html", title=title, date=date, headings=headings, metadata=metadata, encoding=decoded.encoding
    )


def _decode(content: bytes) -> Decoded:
    declared = _DECLARED.search(content[:4096])
    if declared and not content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = declared[1].decode("ascii").lower()
        try:
            return Decoded(canonical(content.decode(name)), name)
        except (UnicodeDecodeError, LookupError):
            pass  # the declaration is wrong
    return decode(content)


def _tree(text: str) -> HtmlElement:
    # lxml refuses a str that declares an encoding, so it gets bytes.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise UnreadableFileError(f"not HTML: {error}") from error


def _first(root: HtmlElement, path: str) -> str | None:
    matches = root.xpath(path)
    return " ".join(canonical(str(matches[0])).split()) or None if matches else None


def _render(root: HtmlElement) -> tuple[str, tuple[Heading, ...]]:
    page = Inscriptis(root, ParserConfig(annotation_rules=_LEVELS))
    raw = page.get_text()
    text = canonical(raw)
    if len(text) != len(raw):  # the offsets of headings would be wrong
        return text, ()
    headings = {
        mark.start: Heading(int(mark.metadata), title, mark.start)
        for mark in page.get_annotations()
        if (title := " ".join(text[mark.start : mark.end].split()))
    }
    return text, tuple(headings[start] for start in sorted(headings))
