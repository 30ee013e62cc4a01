"""The footnotes and endnotes of a Word document, numbered in the order of their references."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from index.loaders.formats.open_xml.numbering import written_number
from index.loaders.formats.open_xml.package import Element, Package, qualified
from index.loaders.formats.open_xml.styles import is_on, value

_ID = qualified("w:id")


class Note(NamedTuple):
    """A note: its element, and the name of the part that it is in."""

    element: Element
    part: str


class Notes:
    """The notes of a document; it counts as their references are met in order."""

    def __init__(self, package: Package, settings: Element | None) -> None:
        self._notes: dict[tuple[str, str], Note] = {}
        self._formats: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        for kind, default in (("footnote", "decimal"), ("endnote", "lowerRoman")):
            for part in package.related(package.main, f"{kind}s"):
                for element in package.root(part).iter(qualified(f"w:{kind}")):
                    self._notes[kind, element.get(_ID, "")] = Note(element, part)
            properties = None if settings is None else settings.find(qualified(f"w:{kind}Pr"))
            self._formats[kind] = value(properties, "w:numFmt") or default
            start = value(properties, "w:numStart") or "1"
            self._counts[kind] = int(start[:5]) - 1 if start.isdecimal() else 0

    def reference(self, element: Element) -> tuple[str, Note] | None:
        """The mark and the note of a reference; an empty mark if it stands in the text, None if the note is missing."""
        kind = element.tag.rpartition("}")[2].removesuffix("Reference")
        note = self._notes.get((kind, element.get(_ID, "")))
        if note is None or is_on(element, "w:customMarkFollows"):
            return note and ("", note)
        self._counts[kind] += 1
        return written_number(self._counts[kind], self._formats[kind]), note
