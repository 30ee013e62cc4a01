"""Documents that attack the page: all their content is shown as text, wherever it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Page, expect

from index import build
from tests.support.browser import Open, ask, export_conversation, serving
from tests.support.samples.files import pdf_file

SCRIPT = "<script>alert('a document ran')</script>"
PICTURE = "<img src='http://elsewhere.example/x.png' onerror='alert(1)'>"
MARKDOWN = "![x](http://elsewhere.example/y.png) [click](javascript:alert(1)) <a href='javascript:alert(2)'>here</a>"
CONTROLS = "\x1b[31mred\x1b[0m \u202egnp.elif\u202c \u0085"
STYLE = "</p></article></div><style>body{display:none!important}</style><svg onload=alert(3)>"
LINE = "A" * 100_000
READ = MarkdownIt("gfm-like", {"linkify": False})
PARTS = {"h1", "h2", "p", "strong", "blockquote", "ul", "li"}  # of an export
QUESTION = "What is the password of the Falcon vault?"


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    documents = {
        "<img src=x onerror=alert(4)>.txt": f"The password of the Falcon vault is {SCRIPT}{PICTURE}.\n\n{STYLE}\n",
        "second.md": f"# {SCRIPT} {MARKDOWN}\n\nThe password of the Falcon vault is hunter2.\n\n## {PICTURE}\n",
        "third.html": "<title>&lt;script&gt;alert(5)&lt;/script&gt;</title><p>The Falcon vault: &lt;b&gt;x</p>",
        "fourth.txt": f"date 2025-01-01 The Falcon vault. {CONTROLS}\n{LINE}\n",
        "fifth.csv": f'vault,password\nFalcon,"{PICTURE}"\n',
    }
    for name, words in documents.items():
        (folder / name).write_text(words, encoding="utf-8")
    (folder / "sixth.pdf").write_bytes(pdf_file([(SCRIPT, f"The password of the Falcon vault is {PICTURE}")]))
    (folder / f"{SCRIPT.replace('/', '')}.pdf").write_bytes(b"%PDF-1.7 damaged")
    location = tmp_path_factory.mktemp("hostile-index")
    build([folder], location)
    with serving(location) as address:
        yield address


def test_hostile_documents_are_text_in_the_chat_its_chips_and_its_history(visit: Open, hostile_site: str) -> None:
    page = visit(hostile_site)
    for question in (QUESTION, f"Falcon vault {MARKDOWN} {PICTURE}", "What is gnp.elif red AAAA?"):
        ask(page, question)
        _is_whole(page)
    for unfold in page.locator("#log summary").all():
        unfold.click()
    _is_whole(page)
    page.reload()
    expect(page.locator("#log article")).to_have_count(3)
    _is_whole(page)


def test_hostile_documents_are_text_in_the_viewer(visit: Open, hostile_site: str) -> None:
    page = visit(hostile_site)
    for document in range(1, 7):
        page.goto(f"{hostile_site}/#source/{document}/20-60")
        page.locator("#viewer .paper").wait_for()
        expect(page.locator("#viewer .about h2")).to_be_visible()
        _is_whole(page)


def test_hostile_documents_are_text_in_the_library(visit: Open, hostile_site: str) -> None:
    page = visit(hostile_site)
    page.get_by_role("button", name="Library").click()
    expect(page.locator("#library tbody tr")).to_have_count(6)
    expect(page.locator("#library .unreadable")).to_contain_text("damaged")
    page.locator("#library tbody").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Ask this one").click()
    expect(page.locator("#chosen")).to_contain_text("onerror")
    _is_whole(page)


def test_hostile_documents_are_text_in_the_export(visit: Open, hostile_site: str, tmp_path: Path) -> None:
    page = visit(hostile_site)
    ask(page, f"{QUESTION} {MARKDOWN}")
    with page.expect_download() as saving:
        export_conversation(page)
    saved = tmp_path / "saved.md"
    saving.value.save_as(saved)
    exported = saved.read_text(encoding="utf-8")
    assert "\x1b" not in exported and "\u202e" not in exported
    assert set(re.findall(r"<(\w+)", READ.render(exported))) <= PARTS


def _is_whole(page: Page) -> None:
    """No part of a document has become an element, and the layout is intact."""
    # Retries, because Gradio shows a picture of its own while it loads.
    expect(page.locator(".panes script, .panes iframe, .panes style, .panes svg, dialog script")).to_have_count(0)
    pictures = page.locator("#log img, #library img, #welcome img, #viewer img:not([src^='data:image/png;base64,'])")
    assert pictures.count() == 0
    assert page.locator("[href^='javascript:'], [onerror], [onload]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    expect(page.locator("#question textarea")).to_be_visible()
