"""The source viewer: a document's text."""

from __future__ import annotations

import asyncio
import re
import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client

from index import Document, Page, load
from index.types import Heading
from tests.support.answers import COUNTRIES, cell_document
from tests.support.html_outline import ALLOWED_TAGS, Outline, plain
from tests.support.samples.hostile_text import HOSTILE
from ui.agents.tools import create_server
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings
from ui.web.reading.anchor import Anchor
from ui.web.reading.paragraphs import WINDOW, Marks, flowing, split_paragraphs
from ui.web.reading.source_file import read_original
from ui.web.reading.viewer import VIEWED, render_document

WORDS = "Kim flew on Tuesday. The Soyuz rocket blasted off.\n\nIt docked three hours later."


def document(text: str = WORDS, **changes: object) -> Document:
    return Document(**({"path": "a.txt", "title": "A flight", "text": text, "media_type": "text/plain"} | changes))


@given(st.text(alphabet="ab \n.\t"), st.integers(0, 60), st.integers(0, 60))
def test_paragraphs_cover_the_text_in_order(text: str, first: int, second: int) -> None:
    cut = document(text, body_start=min(first, len(text)), pages=(Page(1, 0, min(second, len(text))),))
    assert "".join(text[start:end] for start, end in split_paragraphs(cut)) == text


def test_the_answer_is_marked_and_its_sentence_tinted() -> None:
    start = WORDS.index("Soyuz")
    shown = render_document(document(), Anchor.of(1, start, "Soyuz"))
    assert '<span class="sentence">The <mark>Soyuz</mark> rocket blasted off.</span>' in shown


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 3), (10, 10_000)])
def test_offsets_outside_the_text_mark_nothing(start: int, end: int) -> None:
    assert "<mark>" not in render_document(document(), Anchor(1, start, end))


def test_no_sentence_is_sought_around_a_stretch_that_is_no_quote() -> None:
    long = document("Kim flew. " * WINDOW)
    assert Marks.around(long, 4, WINDOW + 5) == Marks(4, WINDOW + 5, 4, WINDOW + 5)
    assert Marks.around(long, 4, 8) == Marks(4, 8, 0, 9)


def test_a_document_that_changed_since_it_was_quoted_says_so_and_marks_nothing() -> None:
    quoted = Anchor.of(1, WORDS.index("Soyuz"), "Soyuz")
    shown = render_document(document("Now " + WORDS), quoted)
    assert "<mark>" not in shown and "has changed since it was quoted" in shown


def test_text_before_the_body_has_its_own_style() -> None:
    shown = render_document(document("date 2025-04-08 " + WORDS, body_start=16), Anchor(1, 0, 0))
    assert '<p dir="auto" data-at="0" class="front">date 2025-04-08</p>' in shown


def test_markdown_headings_lose_their_marks_and_text_headings_stay() -> None:
    words = "# The crew\n\nKim flew."
    for kind, shown in (("text/markdown", "The crew"), ("text/plain", "# The crew")):
        headed = document(words, media_type=kind, headings=(Heading(1, "The crew", 0),))
        assert re.search(f'<h3 dir="auto" data-at="[02]">{shown}</h3>', render_document(headed, Anchor(1, 0, 0)))
    headed = document(words, media_type="text/markdown", headings=(Heading(1, "The crew", 0),))
    marked = render_document(headed, Anchor(1, 0, 10))
    assert "<mark>The crew</mark>" in marked


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_documents_are_shown_as_text(words: str) -> None:
    hostile = document(f"Before. {words} after.", title=words, path=words, date=words)
    shown = render_document(hostile, Anchor.of(1, 8, words))
    outline = Outline(shown)
    assert not outline.open
    assert outline.tags <= ALLOWED_TAGS | {"header", "footer", "nav", "b", "input", "h4", "h5", "h6"}
    assert not [name for name, _ in outline.attributes if name.startswith("on") or name in ("src", "href")]


def test_a_file_that_changed_or_lies_outside_its_folder_is_not_shown(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "a.txt"
    file.write_text(WORDS)
    read = load(file, folder)
    assert read_original(read) == file.read_bytes()
    file.write_text("other words")
    assert read_original(read) is None
    (tmp_path / "secret.txt").write_text(WORDS)
    assert read_original(document(path="../secret.txt", source=str(folder), sha256=read.sha256)) is None


def test_the_viewer_names_the_document_and_says_what_its_date_is() -> None:
    for source, said in (("text", "Dated in the text"), ("front matter", "Dated in the text"), ("file", "File date")):
        shown = render_document(document(date="2025-04-08", date_source=source), Anchor(1, 0, 0))
        assert f"{said} 8 April 2025 · a.txt" in plain(shown).replace("  ", " ")


def test_the_text_of_a_printed_page_has_no_line_ends_within_sentences() -> None:
    line = "The supplier returns the plates at its own expense where the termination"
    text = f"{line}\nfollows its breach, and every printed copy of them goes with the plates as well.\n2. Fees\n• None"
    assert flowing(text) == text.replace("termination\nfollows", "termination follows")
    printed = document(text, media_type="application/pdf", pages=(Page(1, 0, len(text)),))
    shown = render_document(printed, Anchor.of(1, 4, "supplier"), as_text=True)
    assert "where the termination follows its breach" in plain(shown)


def test_a_table_is_shown_whole_with_the_cell_marked_and_its_rows_numbered() -> None:
    written = cell_document()
    shown = render_document(written, Anchor.of(1, written.text.index("210"), "210"))
    table = shown.partition("<table")[2].partition("</table>")[0]
    assert re.search(r'<span data-at="\d+"><mark>210</mark>\*</span>', table) and table.count("<mark>") == 1
    assert table.count("<tr") == 2 + len(COUNTRIES.rows)
    assert re.findall(r'class="number">(\d+)<', table) == [str(k) for k in range(1, 8)]
    assert "Cyprus" not in shown.replace(table, "") and "Amounts above need approval." in shown
    assert "&lt;i&gt;Utopia" in table


def test_a_long_document_is_shown_in_parts_that_link_to_each_other() -> None:
    words = "".join(f"Line {number:07}.\n\n" for number in range(100_000))
    long = document(words)
    offset = words.index("Line 0050000.")
    shown = render_document(long, Anchor.of(1, offset, "Line 0050000."))
    assert len(shown) < 4 * VIEWED
    assert "<mark" in shown
    reached, links = set(), [re.search(r'href="([^"]*)">Later', shown), re.search(r'href="([^"]*)">Earlier', shown)]
    assert all(links)
    at = 0
    while True:
        part = render_document(long, Anchor(1, at, at))
        reached |= set(re.findall(r"Line (\d{7})", part))
        later = re.search(r'href="#source/1/(\d+)-\d+">Later', part)
        if later is None:
            break
        at = int(later[1])
    assert len(reached) == 100_000
    assert "Earlier" not in render_document(document("Short."), Anchor(1, 0, 0))


class Counted(threading.Semaphore):
    """A semaphore that counts how often it was entered."""

    entered = 0

    def __enter__(self) -> bool:
        self.entered += 1
        return super().__enter__()


def test_each_way_to_a_whole_document_waits_for_one_of_two_places(seed_index: Path) -> None:
    service = Service.of(load_settings({"index": seed_index}))
    allowed = (service.engine.whole_documents, service.cards._places)
    assert [places._initial_value for places in allowed] == [2, 2]  # type: ignore[attr-defined]
    service.engine.whole_documents = service.cards._places = turn = Counted(1)  # type: ignore[assignment]
    client = TestClient(assemble(service), base_url="http://127.0.0.1:7860")
    paths = ("/ui/source/1", "/ui/source/1/find?words=Kim", "/ui/source/1/file", "/v1/documents/1/text")
    assert [client.get(path).status_code for path in (*paths, "/ui/library/cards/1")] == [200] * 5

    async def read_by_a_tool() -> None:
        async with Client(create_server(service)) as agent:
            await agent.call_tool("passage", {"document_id": 1, "start": 0, "end": 9})

    asyncio.run(read_by_a_tool())
    assert turn.entered == 6
