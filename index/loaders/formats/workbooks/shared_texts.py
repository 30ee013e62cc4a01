"""The words in the cells of an Excel sheet, taken crudely out of its XML: to count what was read."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator

_CELL = re.compile(r"<(?:\w{1,20}:)?c(?=[\s>/])")
_KIND = re.compile(r'\bt="(\w+)"')
_STYLE = re.compile(r'\bs="[1-9]')
_ITEM = re.compile(r"<(?:\w{1,20}:)?si(?=[\s>/])")
_READING = re.compile(r"</?(?:\w{1,20}:)?rPh\b[^<>]*>")  # around how a word is spoken
_TEXT = re.compile(r"<(?:\w{1,20}:)?t\b[^<>]*(?<!/)>([^<]*)<")
_VALUE = re.compile(r"<(?:\w{1,20}:)?v\b[^<>]*>([^<]*)<")


def shared_strings(archive: zipfile.ZipFile) -> list[str]:
    """The strings that cells refer to by their numbers."""
    name = next((name for name in archive.namelist() if name.lower() == "xl/sharedstrings.xml"), None)
    xml = archive.read(name).decode("utf-8", "replace") if name else ""
    return [_joined(item) for item in _ITEM.split(xml)[1:]]


def cell_texts(xml: bytes, strings: list[str]) -> Iterator[str]:
    """The words of a sheet's cells, and its whole numbers without a format; others are shown in other digits."""
    for cell in _CELL.split(xml.decode("utf-8", "replace"))[1:]:
        attributes, _, content = cell.partition(">")
        if attributes.endswith("/"):
            continue
        found = _KIND.search(attributes)
        kind = found[1] if found else "n"
        value = _VALUE.search(content)
        if kind == "inlineStr":
            yield _joined(content)
        elif value is None:
            continue
        elif kind == "s":
            number = int(value[1]) if value[1].isdecimal() else len(strings)
            yield strings[number] if number < len(strings) else ""
        elif kind == "str" or (kind == "n" and value[1].isdecimal() and not _STYLE.search(attributes)):
            yield html.unescape(value[1])


def _joined(xml: str) -> str:
    return html.unescape("".join(text for part in _READING.split(xml)[::2] for text in _TEXT.findall(part)))
