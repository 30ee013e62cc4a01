"""The sections of a document, which no passage crosses: the parts between headings and pages, and tables."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.types import Document, Heading, Table

_CONTEXT = 300  # characters
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\W\d]*[^\W\d_a-z])")

# The end of a sentence: not an initial or a short abbreviation, and before white space.
_SENTENCE_OVER = re.compile(r"(?<!\b[A-Z])(?<!\b(?:No|Mr|Dr|St|cf|pp|vs))(?<!\bMrs)[.!?…][\"'”’»)\]]*(?=\s|$)|\n\n")
_OVER_PAGES = 800  # characters of a page in which a sentence of the page before must end

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document, and the titles of the headings around it, outermost first, joined by " › "."""

    start: int
    end: int
    heading: str | None
    table: int | None = None  # position of the table that it is
    context: str = ""  # of the table's rows


def sections(document: Document) -> Iterator[Section]:
    """Parts that no chunk may cross: they begin at headings and pages, or are tables.

    A heading alone is joined to the next part unless that is a table.
    """
    headings = {heading.start: heading for heading in document.headings}
    tables = {table.start: position for position, table in enumerate(document.tables)}
    begin = last = document.body_start
    enclosing: list[Heading] = []
    waiting = iter(document.headings)
    following = next(waiting, None)
    for cut in _cuts(document, headings):
        while following is not None and following.start <= last:
            enter(enclosing, following)
            following = next(waiting, None)
        table = tables.get(last)
        joins = table is None and cut < len(document.text) and cut not in tables
        if joins and _is_bare(document.text, last, cut, headings.get(last)):
            last = cut
            continue
        context = _context(document, table, enclosing[-1] if enclosing else None) if table is not None else ""
        yield Section(begin, cut, joined(enclosing), table, context)
        begin = last = cut


def _cuts(document: Document, headings: Iterable[int]) -> list[int]:
    """The ends of all sections, in order: no page or heading divides a table."""
    cuts = {*headings, *(_page_cut(document.text, page.start) for page in document.pages), len(document.text)}
    starts = [table.start for table in document.tables]
    ends = [document.body_start, *(table.end for table in document.tables)]
    outside = {cut for cut in cuts if cut >= ends[bisect_right(starts, cut)]}
    return sorted(cut for cut in {*outside, *starts, *ends} if cut > document.body_start)


def row_lines(text: str, table: Table) -> list[Range]:
    """The range of each row's line in the document's text."""
    breaks = [match.start() for match in re.finditer("\n", text[table.start : table.end])]
    starts = [table.start, *(table.start + place + 1 for place in breaks)]
    return list(zip(starts, [*(start - 1 for start in starts[1:]), table.end], strict=True))


def _context(document: Document, number: int, heading: Heading | None) -> str:
    """A table's caption, unless that is the ``heading`` above it, and the last sentence of the paragraph before it."""
    table = document.tables[number]
    begin = document.tables[number - 1].end if number else document.body_start
    before = document.text[max(begin, table.start - 4 * _CONTEXT) : table.start].strip()
    title = heading.title if heading else ""
    before = before.removesuffix(table.caption).strip() if table.caption else before
    paragraph = " ".join(line for line in before.rpartition("\n\n")[2].split("\n") if line.strip() != title)
    sentence = _SENTENCE_END.split(paragraph)[-1].strip()
    parts = dict.fromkeys((table.caption if table.caption != title else "", sentence))
    return "\n".join(filter(None, parts))[:_CONTEXT].strip()


def _is_bare(text: str, start: int, end: int, heading: Heading | None) -> bool:
    """Whether a section contains only its heading and markup."""
    return heading is not None and len(text[start:end].strip("#=- \n")) <= len(heading.title)


def _page_cut(text: str, start: int) -> int:
    """Where to cut at a page: at its start, or at the end of a sentence that a single line break brings there."""
    if text[max(0, start - 2) : start].count("\n") != 1:
        return start
    end = _SENTENCE_OVER.search(text, start, start + _OVER_PAGES)
    return end.end() if end else start


def enter(enclosing: list[Heading], heading: Heading) -> None:
    """Change the headings around a place, outermost first, to those after ``heading``."""
    while enclosing and enclosing[-1].level >= heading.level:
        enclosing.pop()
    enclosing.append(heading)


def joined(enclosing: Iterable[Heading]) -> str | None:
    """Titles of enclosing headings, outermost first, joined by " › "; None without any."""
    return " › ".join(heading.title for heading in enclosing) or None
