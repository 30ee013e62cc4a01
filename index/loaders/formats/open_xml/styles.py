"""The styles of a Word document: outline levels, list numbers and the formats of characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TypeVar

from index.loaders.formats.open_xml.package import Element, qualified

T = TypeVar("T")

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_VALUE = qualified("w:val")
_OFF = ("0", "false", "off", "none")
_RAISED = 3  # half points above or below the line that make a superscript or subscript


@dataclass(frozen=True, slots=True)
class Format:
    """The format of characters, as far as it decides what is read; None where it is not set."""

    struck: bool | None = None
    hidden: bool | None = None
    script: str | None = None  # "superscript", "subscript" or ""
    font: str | None = None

    def over(self, base: Format) -> Format:
        """This format, completed by another."""
        if self == _NO_FORMAT:
            return base
        return Format(*(_first(getattr(self, item.name), getattr(base, item.name)) for item in fields(self)))


_NO_FORMAT = Format()


@dataclass(frozen=True, slots=True)
class Style:
    """A style with what it takes over from the styles that it is based on."""

    names: tuple[str, ...] = ()  # in lower case: its own, and of the styles that it is based on
    ids: tuple[str, ...] = ()  # likewise
    level: int = 0  # of a heading, from 1; 0 for text
    numbering: tuple[str | None, str | None] = (None, None)  # the id and the level of a list
    format: Format = _NO_FORMAT


class Styles:
    """The styles of a document by their ids."""

    def __init__(self, root: Element | None) -> None:
        elements = [] if root is None else root.findall(qualified("w:style"))
        self._elements = {element.get(qualified("w:styleId"), ""): element for element in elements}
        self._default = next(
            (
                element.get(qualified("w:styleId"), "")
                for element in elements
                if element.get(qualified("w:type")) == "paragraph" and is_on(element, "w:default")
            ),
            "",
        )
        self._styles: dict[str, Style] = {}

    def paragraph(self, style_id: str | None) -> Style:
        """The style of a paragraph that names this one, or none."""
        return self.get(style_id or self._default)

    def get(self, style_id: str) -> Style:
        """The style with an id; an empty one when there is no such style."""
        if style_id not in self._styles:
            self._styles[style_id] = self._resolved(style_id)
        return self._styles[style_id]

    def _resolved(self, style_id: str) -> Style:
        style = Style()
        for own_id, element in reversed(list(self._chain(style_id))):
            name = value(element, "w:name") or ""
            properties = element.find(qualified("w:pPr"))
            style = Style(
                (name.lower(), *style.names),
                (own_id, *style.ids),
                _level(name, properties, style.level),
                _over(numbering_of(properties), style.numbering),
                format_of(element.find(qualified("w:rPr"))).over(style.format),
            )
        return style

    def _chain(self, style_id: str | None) -> Iterator[tuple[str, Element]]:
        seen: set[str] = set()
        while style_id and style_id in self._elements and style_id not in seen:
            seen.add(style_id)
            yield style_id, self._elements[style_id]
            style_id = value(self._elements[style_id], "w:basedOn")


def value(element: Element | None, name: str) -> str | None:
    """The value of a child element; None when there is none."""
    child = None if element is None else element.find(qualified(name))
    return None if child is None else child.get(_VALUE)


def is_on(element: Element, attribute: str = "w:val", default: str = "0") -> bool:
    """Whether an attribute says yes."""
    return element.get(qualified(attribute), default) not in _OFF


def switch(element: Element | None, name: str) -> bool | None:
    """Whether a child element switches something on; None when there is none."""
    child = None if element is None else element.find(qualified(name))
    return None if child is None else is_on(child, default="1")


def numbering_of(properties: Element | None) -> tuple[str | None, str | None]:
    """The id and the level of the list in the properties of a paragraph."""
    numbers = None if properties is None else properties.find(qualified("w:numPr"))
    return value(numbers, "w:numId"), value(numbers, "w:ilvl")


def outline_level(properties: Element | None) -> int | None:
    """The level of a heading in the properties of a paragraph: from 1, 0 for text, None if it is not set."""
    level = value(properties, "w:outlineLvl")
    return None if level is None or not level.isdecimal() else (int(level) + 1) % 10


def format_of(properties: Element | None) -> Format:
    """The format in the properties of a run."""
    if properties is None or not len(properties):
        return _NO_FORMAT
    struck, doubly = switch(properties, "w:strike"), switch(properties, "w:dstrike")
    fonts = properties.find(qualified("w:rFonts"))
    return Format(
        struck or doubly if struck is None or doubly else struck,
        switch(properties, "w:vanish"),
        _script(properties),
        None if fonts is None else fonts.get(qualified("w:ascii")) or fonts.get(qualified("w:hAnsi")),
    )


def _script(properties: Element) -> str | None:
    aligned = value(properties, "w:vertAlign")
    if aligned is not None:
        return aligned if aligned in ("superscript", "subscript") else ""
    position = value(properties, "w:position") or ""
    match = re.fullmatch(r"(-?)(\d+)(pt)?", position)
    if match is None or int(match[2][:6]) < _RAISED:
        return None
    return "subscript" if match[1] else "superscript"


def _level(name: str, properties: Element | None, inherited: int) -> int:
    if match := _HEADING.fullmatch(name):
        return int(match[1])
    level = outline_level(properties)
    return inherited if level is None else level


def _over(
    own: tuple[str | None, str | None], inherited: tuple[str | None, str | None]
) -> tuple[str | None, str | None]:
    return _first(own[0], inherited[0]), _first(own[1], inherited[1])


def _first(own: T | None, inherited: T | None) -> T | None:
    return inherited if own is None else own
