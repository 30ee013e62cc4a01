"""Parsing of HTML and XHTML into trees, however deep and broken they are."""

from __future__ import annotations

import re
from html.entities import html5

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from index.errors import UnreadableFileError
from index.loaders.markup.choices import hide_unchosen
from index.loaders.markup.elements import Element
from index.loaders.markup.stylesheets import hide_by_stylesheets

Tree = tuple[Element, tuple[str, ...]]  # the root, and warnings

_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31};)")
_XML_NAMES = frozenset(("amp;", "lt;", "gt;", "quot;", "apos;"))
TOO_DEEP = "nested too deep: what is within more than 2,000 elements is not read"


def html_tree(text: str) -> Tree:
    """The root of a page, and warnings; raises UnreadableFileError when there is no element or text in it."""
    # lxml refuses a str that declares an encoding, so it gets bytes.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        root = document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise UnreadableFileError(f"not HTML: {error}") from error
    for empty in list(root.iter("embed")):  # libxml2 takes what follows it for its content
        empty.drop_tag()
    hide_by_stylesheets(root)
    hide_unchosen(root)
    deep = any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)
    return root, (TOO_DEEP,) if deep else ()


def xhtml_tree(text: str) -> Tree:
    """The root of an XHTML document, and warnings; one that is not well-formed XML is read as HTML."""
    parser = etree.XMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(_NAMED.sub(_character, text).encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return html_tree(text)
    for element in root.iter("{*}*"):
        element.tag = etree.QName(element).localname  # so that paths need no namespaces
    hide_by_stylesheets(root)
    hide_unchosen(root)
    return root, ()


def _character(entity: re.Match[str]) -> str:
    """The character that a named entity of HTML is, which XML does not know without the standard's own files."""
    return entity[0] if entity[1] in _XML_NAMES else html5.get(entity[1], entity[0])
