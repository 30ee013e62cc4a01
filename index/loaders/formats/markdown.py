"""Markdown: the markup stays in the text, and headings are found by the rules of CommonMark."""

from __future__ import annotations

import itertools

from markdown_it import MarkdownIt

from index.loaders.base import Parsed
from index.loaders.decoding import decode
from index.loaders.front_matter import read_head
from index.types import Heading

_BLOCKS = MarkdownIt("commonmark")
_BLOCKS.core.ruler.enableOnly(["block"])  # much faster than parsing the text inside blocks, which only headings need
_INLINE = MarkdownIt("commonmark")
_SPACES = ("softbreak", "hardbreak")
_WORDS = ("text", "code_inline", "image")


def parse_markdown(content: bytes) -> Parsed:
    """A Markdown file: front matter is its head; its title is the first heading of the outermost level."""
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
        headings=headings,
        metadata=head.metadata,
        encoding=decoded.encoding,
    )


def markdown_headings(text: str, start: int = 0) -> tuple[Heading, ...]:
    """Headings from ``start`` on, each at the start of its line; not empty ones, nor those in lists or quotes."""
    body = text[start:]
    lines = list(itertools.accumulate((len(line) + 1 for line in body.split("\n")), initial=start))
    headings = (
        Heading(int(opening.tag[1:]), title, lines[opening.map[0]])
        for opening, inline in itertools.pairwise(_BLOCKS.parse(body))
        if opening.type == "heading_open" and opening.level == 0 and opening.map
        if (title := _plain(inline.content))
    )
    return tuple(headings)


def _plain(markup: str) -> str:
    """The words of a heading without its markup."""
    (inline,) = _INLINE.parseInline(markup)
    children = inline.children or ()
    words = (" " if child.type in _SPACES else child.content for child in children if child.type in _SPACES + _WORDS)
    return " ".join("".join(words).split())
