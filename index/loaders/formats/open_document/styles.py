"""The styles of OpenDocument: the formats of characters, and the numbers of lists and headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from index.loaders.formats.open_document.names import qualified
from index.loaders.formats.open_xml.numbering import written_number
from index.loaders.formats.open_xml.package import Element

_FORMATS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "1": "decimal"}
_BULLET = "•"
_LEVELS = 10
_LARGEST = 32767


@dataclass(frozen=True, slots=True)
class Format:
    """The format of characters, as far as it decides what is read; None where it is not set."""

    struck: bool | None = None
    hidden: bool | None = None
    script: str | None = None

    def over(self, base: Format) -> Format:
        """This format, completed by another."""
        return Format(
            base.struck if self.struck is None else self.struck,
            base.hidden if self.hidden is None else self.hidden,
            base.script if self.script is None else self.script,
        )


class Styles:
    """The styles in a document's parts."""

    def __init__(self, roots: Iterable[Element]) -> None:
        self._styles: dict[str, Element] = {}
        self._lists: dict[str, Element] = {}
        self._formats: dict[str, Format] = {}
        self.outline: Element | None = None
        for root in roots:
            for style in root.iter(qualified("style:style")):
                self._styles.setdefault(style.get(qualified("style:name"), ""), style)
            for style in root.iter(qualified("text:list-style")):
                self._lists.setdefault(style.get(qualified("style:name"), ""), style)
            self.outline = next(root.iter(qualified("text:outline-style")), self.outline)

    def names(self, name: str) -> list[str]:
        """A style's name and those of the styles that it is based on, in lower case."""
        return [name.lower() for name, _ in self._chain(name)]

    def format(self, name: str) -> Format:
        """The format of a style of characters or of paragraphs."""
        if name not in self._formats:
            found = Format()
            for _, style in self._chain(name):
                found = found.over(_format(style.find(qualified("style:text-properties"))))
            self._formats[name] = found
        return self._formats[name]

    def list_style(self, name: str) -> Element | None:
        """The style of a list."""
        return self._lists.get(name)

    def _chain(self, name: str) -> Iterator[tuple[str, Element]]:
        seen: set[str] = set()
        while name and name not in seen and name in self._styles:
            seen.add(name)
            yield name, self._styles[name]
            name = self._styles[name].get(qualified("style:parent-style-name"), "")


def _format(properties: Element | None) -> Format:
    if properties is None:
        return Format()
    line = properties.get(qualified("style:text-line-through-style"))
    kind = properties.get(qualified("style:text-line-through-type"))
    shown = properties.get(qualified("text:display"))
    position = properties.get(qualified("style:text-position"))
    return Format(
        None if line is None and kind is None else "none" not in (line, kind),
        None if shown is None else shown == "none",
        None if position is None else _script(position),
    )


def _script(position: str) -> str:
    place = position.split()[:1]
    if place in (["super"], ["sub"]):
        return {"super": "superscript", "sub": "subscript"}[place[0]]
    match = re.fullmatch(r"(-?)(\d+)(?:\.\d+)?%", place[0]) if place else None
    return "" if match is None or not int(match[2][:4]) else "subscript" if match[1] else "superscript"


@dataclass(slots=True)
class Counter:
    """The numbers of a list, or of the headings."""

    style: Element | None
    counts: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)

    def next_label(self, depth: int, start: str | None = None) -> str:
        """The number or the bullet of the next item at a depth from 0, with the space after it; empty for none."""
        depth = min(depth, _LEVELS - 1)
        own = self._level(depth)
        count = self.counts[depth]
        first = int(start[:5]) if start and start.isdecimal() else None
        self.counts[depth] = min(_start(own) if count is None else count + 1, _LARGEST) if first is None else first
        self.counts[depth + 1 :] = [None] * (_LEVELS - depth - 1)
        if own is None:
            return ""
        if own.tag == qualified("text:list-level-style-bullet"):
            bullet = own.get(qualified("text:bullet-char"), "")
            own_sign = bullet and bullet != "o" and not "\ue000" <= bullet[0] <= "\uf8ff"
            return f"{bullet if own_sign else _BULLET} "
        shown = own.get(qualified("text:display-levels"), "1")
        levels = range(max(depth + 1 - (int(shown[:2]) if shown.isdecimal() else 1), 0), depth + 1)
        numbers = ".".join(filter(None, (self._number(level) for level in levels)))
        if not own.get(qualified("style:num-format")):
            return ""
        label = f"{own.get(qualified('style:num-prefix'), '')}{numbers}{own.get(qualified('style:num-suffix'), '')}"
        return f"{label.strip()} " if label.strip() else ""

    def _number(self, depth: int) -> str:
        level, count = self._level(depth), self.counts[depth]
        form = _FORMATS.get("" if level is None else level.get(qualified("style:num-format"), ""))
        return written_number(_start(level) if count is None else count, form) if form else ""

    def _level(self, depth: int) -> Element | None:
        number = str(depth + 1)
        levels = () if self.style is None else self.style
        return next((level for level in levels if level.get(qualified("text:level")) == number), None)


def _start(level: Element | None) -> int:
    start = "1" if level is None else level.get(qualified("text:start-value"), "1")
    return int(start[:5]) if start.isdecimal() else 1
