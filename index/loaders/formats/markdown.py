"""Markdown, read raw: its marks stay in the text, its headings are found."""

from __future__ import annotations

import re

from index.loaders.base import Parsed
from index.loaders.decoding import decode
from index.loaders.front_matter import read_head
from index.types import Heading

_LONGEST = 500  # characters of a line that can be a heading; patterns need not be run over more
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_MARKS = re.compile(r"[*_`]+(?=\S)|(?<=\S)[*_`]+|!?\[([^\]]*)\]\([^)]*\)")


def parse_markdown(content: bytes) -> Parsed:
    """A Markdown file: front matter is its head, the first heading of the highest level its title."""
    decoded = decode(content)
    head = read_head(decoded.text)
    headings = markdown_headings(decoded.text, head.end)
    top = min((heading.level for heading in headings), default=0)
    first = next((heading.title for heading in headings if heading.level == top), None)
    return Parsed(
        decoded.text,
        "text/markdown",
        title=head.title or first,
        date=head.date,
        body_start=head.end,
        headings=tuple(headings),
        metadata=head.metadata,
        encoding=decoded.encoding,
    )


def markdown_headings(text: str, start: int = 0) -> list[Heading]:
    """ATX and underlined headings outside of code blocks, from ``start`` on."""
    headings: list[Heading] = []
    place, fence, previous = start, "", ""
    for line in text[start:].split("\n"):
        if fence:
            fence = "" if line.strip().startswith(fence) else fence
            previous = ""
        elif opening := _FENCE.match(line):
            fence, previous = opening[1], ""
        elif len(line) > _LONGEST:
            previous = ""
        elif atx := _ATX.match(line):
            headings += _heading(len(atx[1]), atx[2], place)
            previous = ""
        else:
            underline = _UNDERLINE.match(line)
            if underline and previous.strip() and not previous.startswith(("    ", "-", "*", "|", ">")):
                headings += _heading(1 if underline[1][0] == "=" else 2, previous.strip(), place - len(previous) - 1)
                previous = ""
            else:
                previous = line
        place += len(line) + 1
    return headings


def _heading(level: int, words: str, start: int) -> list[Heading]:
    title = _MARKS.sub(lambda match: match[1] or "", words).strip()
    return [Heading(level, title, start)] if title else []
