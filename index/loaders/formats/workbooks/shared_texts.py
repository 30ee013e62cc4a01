"""The words in the cells of an Excel sheet, taken crudely out of its XML: to count what was read."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator

_CELL = re.compile(r"<(?:\w+:)?c\b([^>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_KIND = re.compile(r'\bt="(\w+)"')
_STYLE = re.compile(r'\bs="[1-9]')
_ITEM = re.compile(r"<(?:\w+:)?si\b[^>]*(?<!/)>(.*?)</(?:\w+:)?si>|<(?:\w+:)?si\b[^>]*/>", re.DOTALL)
_READING = re.compile(r"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)  # how a word is spoken
_TEXT = re.compile(r"<(?:\w+:)?t\b[^>]*(?<!/)>([^<]*)<")
_VALUE = re.compile(r"<(?:\w+:)?v\b[^>]*>([^<]*)<")


def shared_strings(archive: zipfile.ZipFile) -> list[str]:
    """The strings that cells refer to by their numbers."""
    name = next((name for name in archive.namelist() if name.lower() == "xl/sharedstrings.xml"), None)
    xml = archive.read(name).decode("utf-8", "replace") if name else ""
    return [_joined(match[1] or "") for match in _ITEM.finditer(xml)]


def cell_texts(xml: bytes, strings: list[str]) -> Iterator[str]:
    """The words of a sheet's cells, and its whole numbers without a format; others are shown in other digits."""
    for match in _CELL.finditer(xml.decode("utf-8", "replace")):
        found = _KIND.search(match[1])
        kind = found[1] if found else "n"
        value = _VALUE.search(match[2])
        if kind == "inlineStr":
            yield _joined(match[2])
        elif value is None:
            continue
        elif kind == "s":
            number = int(value[1]) if value[1].isdecimal() else len(strings)
            yield strings[number] if number < len(strings) else ""
        elif kind == "str" or (kind == "n" and value[1].isdecimal() and not _STYLE.search(match[1])):
            yield html.unescape(value[1])


def _joined(xml: str) -> str:
    return html.unescape("".join(_TEXT.findall(_READING.sub("", xml))))
