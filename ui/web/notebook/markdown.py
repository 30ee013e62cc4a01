"""Notes as Markdown, in which the words of documents stay words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ui.text import flat, visible
from ui.web.notebook.notes import Note, Notes, QuotedTable, described

ESCAPED = re.compile(r"[\\`*_{}\[\]()#+!|~:$^]")
NUMBERED = re.compile(r"^(\d+)\.")
LINKED = re.compile(r"\b(www)\.", re.IGNORECASE)  # which GitHub's Markdown would turn into a link


def as_markdown(notes: Notes) -> str:
    """The notes as headings, quotations and lists of their sources."""
    return "\n\n".join((f"# {plain(notes.name)}", *("\n\n".join(_note(note)) for note in notes.notes))) + "\n"


def plain(text: str) -> str:
    """``text`` on one line, with all that has a meaning in Markdown or HTML escaped, and controls made visible."""
    words = flat(visible(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    words = re.sub("^-", r"\\-", ESCAPED.sub(r"\\\g<0>", words))
    return LINKED.sub(r"\1\\.", NUMBERED.sub(r"\1\\.", words))


def _note(note: Note) -> Iterator[str]:
    yield f"## {plain(note.question)}"
    if not note.found or not note.citations:
        yield "Not found in the documents."
    else:
        first = note.citations[0]
        yield from _rows(first.table) if first.table else _quoted(*first.parts(note.text))
        yield "\n".join(f"- {' · '.join(map(plain, described(cited)))}" for cited in note.citations)
        yield plain(note.sure)
    if note.remark.strip():
        yield f"Remark: {plain(note.remark)}"


def _quoted(before: str, quote: str, after: str) -> Iterator[str]:
    yield f"**{plain(quote)}**"
    yield f"> {plain(before + quote + after)}"


def _rows(table: QuotedTable) -> Iterator[str]:
    """The rows around a cell, with the cell in bold."""
    yield f"**{plain(table.quote)}** ({plain(table.place)})"
    if table.caption:
        yield plain(table.caption)
    cells = [[plain(cell) for cell in row] for row in table.cells]
    hit, column = table.answer
    if table.quote:
        cells[hit][column] = f"**{cells[hit][column]}**"
    yield "\n".join(
        _line(row) for row in ([plain(head) for head in table.columns], ["---"] * len(table.columns), *cells)
    )


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
