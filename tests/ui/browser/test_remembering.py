"""What a browser stores, what it exports, and what it never shares."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import Open, ask, export_conversation, serving

FOUND, REFUSED = "How long will Kim stay on the station?", "Who won the 2022 World Cup?"


def test_two_people_never_see_each_others_questions(visit: Open, site: str) -> None:
    one, other = visit(site), visit(site)
    ask(one, FOUND)
    ask(other, REFUSED)
    expect(one.locator("#log article")).to_have_count(1)
    expect(other.locator("#log article")).to_have_count(1)
    expect(other.locator("#log")).not_to_contain_text("Kim stay")


def test_the_conversation_survives_a_restart_of_the_server(visit: Open, seed_index: Path) -> None:
    with serving(seed_index) as address:
        page = visit(address, broken=True)
        ask(page, FOUND)
        port = int(address.rpartition(":")[2])
    with serving(seed_index, port=port):
        page.reload()
        expect(page.locator("#log .found .said mark")).to_be_visible()


def test_the_export_is_markdown_with_citations(visit: Open, site: str, tmp_path: Path) -> None:
    page = visit(site)
    ask(page, FOUND)
    ask(page, REFUSED)
    with page.expect_download() as saving:
        export_conversation(page)
    saved = tmp_path / "saved.md"
    saving.value.save_as(saved)
    words = saved.read_text(encoding="utf-8")
    assert "## How long will Kim stay on the station?" in words
    assert re.search(r"^> .*orbital outpost", words, re.MULTILINE)
    assert r" · 2025-04-08 \(from its text\) · characters " in words
    assert "Not found in the documents." in words


def test_verdicts_are_saved_and_exported_as_evaluation_questions(visit: Open, site: str) -> None:
    page = visit(site)
    ask(page, FOUND)
    quote = page.locator("#log .said mark").inner_text()
    page.get_by_role("button", name="Right", exact=True).click()
    expect(page.get_by_role("button", name="Right", exact=True)).to_have_attribute("aria-pressed", "true")
    ask(page, REFUSED)
    page.get_by_role("button", name="Rightly not found").click()
    expect(page.get_by_role("button", name="Rightly not found")).to_have_attribute("aria-pressed", "true")
    ask(page, "Where did it blast off from?")
    page.get_by_role("button", name=re.compile("Wrong|It is in there")).last.click()
    expect(page.get_by_label("What is right?")).to_be_focused()
    lines = page.request.get(f"{site}/ui/verdicts/examples.jsonl").text().splitlines()
    examples = {example["question"]: example for example in map(json.loads, lines)}
    assert examples[FOUND]["answers"] == [quote] and examples[FOUND]["document"].endswith(".txt")
    assert examples[REFUSED]["answers"] == []
    assert "Where did it blast off from?" not in examples


def test_a_half_typed_question_survives_a_reload(visit: Open, site: str) -> None:
    page = visit(site)
    page.locator("#question textarea").fill("How long will")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Kim stay?")
    page.reload()
    expect(page.locator("#question textarea")).to_have_value("How long will\nKim stay?")
    expect(page.locator("#log article")).to_have_count(0)  # Shift-Enter is a new line


def test_an_answer_is_copied_with_its_source(visit: Open, site: str) -> None:
    page = visit(site)
    ask(page, FOUND)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "orbital outpost" in copied and "2025-04-08" in copied


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_theme_is_remembered(visit: Open, site: str, theme: str) -> None:
    page = visit(site)
    button = page.locator("[data-do=theme]")
    while button.inner_text() != theme:
        button.click()
    page.reload()
    expect(button).to_have_text(theme)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (int(re.findall(r"\d+", background)[0]) < 60) == (theme == "Dark")
