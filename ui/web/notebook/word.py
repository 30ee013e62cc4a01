"""Notes as a Word document."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.shared import Pt

from ui.text import flat, visible
from ui.web.notebook.notes import Note, Notes, QuotedTable, described

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
SMALL = Pt(9)


def as_word(notes: Notes) -> bytes:
    """The notes as .docx: a heading for each question, its quote with the words that answer highlighted, its source."""
    document = Document()
    document.core_properties.title = _clean(notes.name)[:255]
    document.core_properties.author = "Quoth"
    document.add_heading(_clean(notes.name), level=1)
    for note in notes.notes:
        _add(document, note)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _add(document: WordDocument, note: Note) -> None:
    document.add_heading(_clean(note.question), level=2)
    if not note.found or not note.citations:
        document.add_paragraph("Not found in the documents.")
    else:
        first = note.citations[0]
        if first.table:
            _add_rows(document, first.table)
        else:
            _add_quote(document, first.parts(note.text))
        for cited in note.citations:
            _add_small(document, " · ".join(described(cited)))
        _add_small(document, note.sure)
    if note.remark.strip():
        document.add_paragraph(_clean(note.remark))


def _add_quote(document: WordDocument, parts: tuple[str, str, str]) -> None:
    before, quote, after = parts
    paragraph = document.add_paragraph(style="Quote")
    paragraph.add_run(_clean(before, strip=False))
    marked = paragraph.add_run(_clean(quote))
    marked.bold = True
    marked.font.highlight_color = WD_COLOR_INDEX.YELLOW
    paragraph.add_run(_clean(after, strip=False))


def _add_rows(document: WordDocument, table: QuotedTable) -> None:
    _add_quote(document, ("", table.quote, f" {flat(table.place)}"))
    if table.caption:
        document.add_paragraph(_clean(table.caption))
    rows = [row[: len(table.columns)] for row in table.cells]
    grid = document.add_table(rows=0, cols=max(1, len(table.columns)), style="Table Grid")
    for number, cells in enumerate((table.columns, *rows), -1):
        made = grid.add_row().cells
        for column, words in enumerate(cells):
            run = made[column].paragraphs[0].add_run(_clean(words))
            run.bold = number == -1 or (number, column) == table.answer
    heads = grid.rows[0]._tr.get_or_add_trPr()  # Word repeats such a row on every page, and reads it out as headers
    heads.append(heads.makeelement(qn("w:tblHeader"), {}))


def _add_small(document: WordDocument, words: str) -> None:
    run = document.add_paragraph().add_run(_clean(words))
    run.font.size = SMALL


def _clean(text: str, *, strip: bool = True) -> str:
    """``text`` without line breaks and without what no XML file may hold."""
    words = NOT_XML.sub("\ufffd", visible(text))
    return flat(words) if strip else re.sub(r"\s+", " ", words)
