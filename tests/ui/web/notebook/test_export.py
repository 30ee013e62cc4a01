"""The notebook's exports: every quote with its source, and the words of documents stay words."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from docx import Document
from markdown_it import MarkdownIt

from tests.support.answers import cell_citation, citation, found, refused
from ui.text import DIRECTION_CONTROLS
from ui.web.notebook.markdown import as_markdown
from ui.web.notebook.notes import Note, Notes
from ui.web.notebook.routes import exported
from ui.web.turns.answer_html import record

SENTENCE = "Either party may end it by\nnot less than sixty (60) days\nof notice, <b>*in writing*</b>."
QUOTE = "sixty (60) days\nof notice"
READ = MarkdownIt("gfm-like", {"linkify": False})
PARTS = {"h1", "h2", "p", "strong", "blockquote", "ul", "li"}
WOULD_BE_MARKDOWN = [
    "![x](http://elsewhere.example/y.png) [click](javascript:alert(1)) <a href='javascript:alert(2)'>here</a>",
    "</p></article></div><style>body{display:none!important}</style><svg onload=alert(3)>",
    "- one",
    "1. one",
    "2025-04-08",
    "# one",
    "> one",
    "---",
    "***",
    "```",
    "| a | b |",
    "~~one~~ _two_ **three** `four` $five$",
    "&lt;b&gt; \\",
    "[one]: http://elsewhere.example",
    "www.elsewhere.example",
]
HOSTILE = "=cmd()\x1b[31m<script>alert(1)</script>\u202e `code` [link](http://x) www.x.org\ufffe"


@pytest.fixture
def notes() -> Notes:
    cited = citation(SENTENCE, QUOTE, title="Hosting agreement", path="contracts/hosting.pdf", page=13)
    kept = Note(**record(found(cited, probability=0.93)), remark="Compare\nwith clause 2.")
    silent = Note(**record(refused()))
    return Notes(title="Trustees’ meeting", notes=[kept, silent])


def test_every_format_has_question_quote_source_place_and_confidence(notes: Notes) -> None:
    word = "\n".join(one.text for one in Document(io.BytesIO(exported("docx", notes))).paragraphs)
    for words in (word, exported("md", notes).decode().replace("\\", ""), exported("html", notes).decode()):
        assert "Trustees’ meeting" in words
        assert "sixty (60) days of notice" in words
        for fact in ("Hosting agreement", "contracts/hosting.pdf", "page 13", "characters ", "Confident (93%)"):
            assert fact in words
        assert "Not found in the documents." in words
        assert "Compare with clause 2." in words


def test_no_line_of_an_export_ends_in_the_middle_of_a_sentence(notes: Notes) -> None:
    lines = exported("md", notes).decode().splitlines()
    assert [line for line in lines if line.endswith(("end it by", "days"))] == []
    paragraphs = Document(io.BytesIO(exported("docx", notes))).paragraphs
    assert [run.text for one in paragraphs for run in one.runs if run.bold] == ["sixty (60) days of notice"]


def test_a_cell_is_exported_in_its_rows() -> None:
    notes = Notes(title="", notes=[Note(**record(found(cell_citation())))])
    assert "**210\\***" in exported("md", notes).decode()
    (table,) = Document(io.BytesIO(exported("docx", notes))).tables
    assert table.cell(0, 0).text == "Country"
    assert "<mark>210" in exported("html", notes).decode()


@pytest.mark.parametrize("words", WOULD_BE_MARKDOWN)
def test_what_would_be_markdown_renders_as_itself(words: str) -> None:
    cited = citation(words, words, title=words, path=words, date=words, page=3, sentence=words, sentence_start=0)
    markdown = as_markdown(Notes(title=words, notes=[Note(**record(found(cited, question=words)))]))
    shown = READ.render(markdown)
    assert set(re.findall(r"<(\w+)", shown)) <= PARTS
    assert [unescape(one) for one in re.findall(r"<blockquote>\n<p>(.*)</p>\n</blockquote>", shown)] == [words]
    (placed,) = re.findall(r"<li>(.*) · page 3 · .* · characters 0 to \d+</li>", shown)
    assert unescape(placed) == f"{words} · {words}"
    assert "www.elsewhere" not in markdown  # GitHub turns it into a link


def test_no_export_has_controls_or_anything_that_runs() -> None:
    words = HOSTILE + "".join(map(chr, DIRECTION_CONTROLS))
    cited = citation(words, "code", title=words, path=words)
    notes = Notes(title=words, notes=[Note(**record(found(cited)), remark=words)])
    for kind in ("md", "html"):
        content = exported(kind, notes).decode()
        assert "<script" not in content and "\x1b" not in content
        assert not set(map(chr, DIRECTION_CONTROLS)) & set(content)
    assert Document(io.BytesIO(exported("docx", notes))).paragraphs[0].text.startswith("=cmd()")
