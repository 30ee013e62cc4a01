"""Conversations and the notebook, in a real browser."""

from __future__ import annotations

import io
from pathlib import Path

from docx import Document
from playwright.sync_api import expect

from tests.support.browser import Open, ask, assert_accessible, export_conversation

FOUND, REFUSED = "How long will Kim stay on the station?", "Who won the 2022 World Cup?"


def test_conversations_are_named_searched_renamed_deleted_and_had_back(visit: Open, site: str) -> None:
    page = visit(site)
    box, entries = page.locator("#question textarea"), page.locator("#conversations li")
    ask(page, FOUND)
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="New", exact=True).click()
    expect(page.locator("#log article")).to_have_count(0)
    ask(page, REFUSED)
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text(REFUSED)
    for key, recalled in (("ArrowUp", REFUSED), ("ArrowUp", FOUND), ("ArrowDown", REFUSED), ("ArrowDown", "")):
        box.press(key)
        expect(box).to_have_value(recalled)
    page.get_by_role("button", name="Edit this question").click()
    expect(box).to_have_value(REFUSED)
    page.locator("[data-find-conversation]").fill("kim stay")
    expect(entries).to_have_count(1)
    entries.locator("[data-do=open-conversation]").click()
    expect(page.locator("#log .said mark")).to_be_visible()
    page.locator("[data-find-conversation]").fill("")
    entries.last.locator("summary").click()
    page.get_by_role("button", name="Rename").last.click()
    page.keyboard.type("Kim’s flight")
    page.keyboard.press("Enter")
    expect(entries.last).to_contain_text("Kim’s flight")
    assert_accessible(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    entries.last.locator("summary").click()
    page.get_by_role("button", name="Delete").last.click()
    expect(page.locator("#log article")).to_have_count(0)
    page.reload()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#log .said mark")).to_be_visible()
    page.reload()
    expect(page.locator("#log .said mark")).to_be_visible()
    with page.expect_download() as saving:
        export_conversation(page)
    assert saving.value.suggested_filename == "Kim s flight.md"


def test_quotes_are_kept_in_the_notebook_and_exported(visit: Open, site: str, tmp_path: Path) -> None:
    page = visit(site)
    ask(page, FOUND)
    quote = page.locator("#log .said mark").inner_text()
    page.get_by_role("button", name="Keep in notebook").click()
    expect(page.get_by_role("button", name="In notebook")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Notebook 1").click()
    page.get_by_placeholder("Your remark").fill("Ask the agency.")
    page.reload()
    page.get_by_role("button", name="Notebook 1").click()
    expect(page.locator("#viewer .notes mark")).to_have_text(quote)
    expect(page.get_by_placeholder("Your remark")).to_have_value("Ask the agency.")
    assert_accessible(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator(".notes-menu summary").click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Word").click()
    saving.value.save_as(tmp_path / "notes.docx")
    words = [one.text for one in Document(io.BytesIO((tmp_path / "notes.docx").read_bytes())).paragraphs]
    assert FOUND in words and "Ask the agency." in words
    assert any("SHA-256 of the file" in one and "2025-04-08" in one for one in words)
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#viewer .notes mark")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
