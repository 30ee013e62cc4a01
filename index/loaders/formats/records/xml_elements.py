"""XML: records as tables and values by their path, like those of JSON; documents with prose, block by block.

Attributes are values of their element. In documents with prose those of its blocks and of what is around them are read,
a line before the text; those within prose and those that are for programs, as ``id`` and ``href``, are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import canonical
from index.loaders.description.coverage import all_text_in, measured
from index.loaders.formats.html import parse_xhtml
from index.loaders.formats.open_xml.package import Element, parse_xml
from index.loaders.formats.records.json_records import Json, add_value, parsed_value
from index.loaders.text_builder import BLANK_LINE, TextBuilder, counted

MEDIA_TYPE = "application/xml"
_TITLES = frozenset({"title", "head", "heading"})
# Attributes of documents with prose that are for programs: names, references, looks and kinds of elements.
_TECHNICAL = re.compile(
    r"(?i:(?:.*[-_.])?(?:id|idrefs?|rid|ref|refid|href|src|url|uri|target|type|class|style|role|rend|lang|dir|align|format"
    r"|namespace|schema|encoding|key|guid|uuid|hash|width|height|size|cols|colspan|rowspan|colname|position|orientation"
    r"|placement|use|space|n|who|version|xmlns))|[A-Za-z]*[a-z](?:Ids?|IDs?|Refs?|Href|Type|Ur[li]|UR[LI]|Class|Style|Key)"
)
_REFERENCE = re.compile(r"#.*|\w+:/\S*|/\S+|(?:true|false|yes|no)?", re.IGNORECASE)
_UNREAD = ("{http://www.w3.org/XML/1998/namespace}", "{http://www.w3.org/2001/XMLSchema-instance}")


def parse_any_xml(content: bytes) -> Parsed:
    """An XML file; raises UnreadableFileError when it is not well-formed."""
    try:
        root = parse_xml(content)
    except etree.XMLSyntaxError as error:
        raise UnreadableFileError(f"not well-formed XML: {error.msg}") from error
    if _name(root) == "html":
        return parse_xhtml(content)
    builder = TextBuilder()
    try:
        prose = frozenset(filter(_is_prose, root.iter(etree.Element)))
        if prose:
            parsed = _document(builder, root)
        else:
            value = {_name(root): _value(root)} if len(root) == 0 else _value(root)
            add_value(builder, value)
            parsed = parsed_value(builder, value, MEDIA_TYPE)
    except RecursionError as error:
        raise UnreadableFileError("nested too deeply") from error
    shown = all_text_in(root, lambda element: element.getparent() not in prose, _is_passed)
    return measured(parsed, shown, builder.encoded)


def _document(builder: TextBuilder, root: Element) -> Parsed:
    """A document with prose; its titles are headings."""
    read = 0
    for level, is_title, block, values in _blocks(root, 1):
        read += len(values)
        if is_title:
            builder.add_heading(min(level, 6), block)
        builder.add("; ".join(f"{name}: {value}" for name, value in values))
        if not is_title:
            builder.add(block, "\n" if values else BLANK_LINE)
    title = next((heading.title for heading in builder.headings), None)
    passed = sum(not name.startswith(_UNREAD) for element in root.iter(etree.Element) for name in element.attrib) - read
    return Parsed(
        builder.text,
        MEDIA_TYPE,
        title=title,
        headings=builder.headings,
        left_out=counted(passed, "attribute", "attributes"),
    )


def _blocks(element: Element, level: int) -> Iterator[tuple[int, bool, str, list[tuple[str, str]]]]:
    """The blocks of a document in order: level, whether it is a title, text on one line, and values of attributes."""
    values = [
        (str(etree.QName(name).localname), value) for name, value in element.attrib.items() if _is_shown(name, value)
    ]
    if _is_prose(element) or not len(element):
        text = " ".join(canonical("".join(element.itertext(etree.Element))).split())
        yield level, _name(element) in _TITLES, text, values
        return
    if values:
        yield level, False, "", values
    for child in element.iterchildren(etree.Element):
        yield from _blocks(child, level + (_name(child) not in _TITLES))


def _is_shown(name: str, value: str) -> bool:
    """Whether an attribute in a document with prose is for people."""
    if name.startswith(_UNREAD) or _TECHNICAL.fullmatch(etree.QName(name).localname):
        return False
    return _REFERENCE.fullmatch(value.strip()) is None


def _value(element: Element) -> Json:
    """The attributes and elements of an element by their names, with a list for those of one name; or its text."""
    text = (element.text or "").strip()
    values: dict[str, Json] = {
        etree.QName(name).localname: value for name, value in element.attrib.items() if not name.startswith(_UNREAD)
    }
    children = list(element.iterchildren(etree.Element))
    if not values and not children:
        return text
    if text:
        values[""] = text
    for child in children:
        name, value = _name(child), _value(child)
        if name not in values:
            values[name] = value
        elif isinstance(known := values[name], list):
            known.append(value)
        else:
            values[name] = [known, value]
    return values


def _is_prose(element: Element) -> bool:
    """Whether text and elements alternate in an element."""
    children = element.iterchildren()
    return any((child.tail or "").strip() for child in children) or (
        bool((element.text or "").strip()) and next(element.iterchildren(etree.Element), None) is not None
    )


def _is_passed(element: Element) -> bool:
    return False


def _name(element: Element) -> str:
    return str(etree.QName(element).localname)
