"""The names of elements and attributes in OpenDocument."""

from __future__ import annotations

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "draw": f"{_OASIS}:drawing:1.0",
    "fo": f"{_OASIS}:xsl-fo-compatible:1.0",
    "meta": f"{_OASIS}:meta:1.0",
    "office": f"{_OASIS}:office:1.0",
    "presentation": f"{_OASIS}:presentation:1.0",
    "style": f"{_OASIS}:style:1.0",
    "table": f"{_OASIS}:table:1.0",
    "text": f"{_OASIS}:text:1.0",
}


def qualified(name: str) -> str:
    """The name as lxml has it of an element or an attribute such as ``text:p``."""
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"
