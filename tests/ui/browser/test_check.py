"""Checking oneself, in a real browser: from a wrong answer to "2 of 3 right"."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from index import build
from tests.support.browser import Open, ask, assert_accessible, serving

SELECT = """
    () => {
        const paper = document.querySelector("#viewer .paper");
        const walker = document.createTreeWalker(paper, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf("40 million");
            if (at >= 0) return getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + 10);
        }
    }
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "harbour.txt").write_text("Anna Berg approved the plan for the harbour. It costs 40 million euros.")
    build([tmp_path / "harbour.txt"], tmp_path / "index")
    with serving(tmp_path / "index") as address:
        yield address


def test_a_wrong_answer_is_corrected_in_the_viewer_and_asked_again(shelf: str, visit: Open, tmp_path: Path) -> None:
    page = visit(shelf)
    ask(page, "Who approved the plan for the harbour?")
    page.locator("#log [data-verdict=down]").click()
    page.get_by_role("link", name="Open the document").click()
    page.locator("#viewer .paper").wait_for()
    page.evaluate(SELECT)
    expect(page.locator("#pick")).to_contain_text("40 million")
    page.get_by_role("button", name="This is right").click()
    expect(page.locator(".right-is")).to_have_count(0)
    page.get_by_role("link", name="Check yourself").click()
    page.get_by_role("button", name="take the 1 answer judged").click()
    page.get_by_label("Question", exact=True).fill("How much does the harbour cost?")
    page.get_by_label("Right answer").fill("40 million euros")
    page.keyboard.press("Enter")
    expect(page.locator(".own-list summary")).to_have_text("All 2 questions")
    (tmp_path / "mine.csv").write_text("Q,A\nWho won the 2022 World Cup?,\n")
    page.locator("[data-questions]").set_input_files(tmp_path / "mine.csv")
    page.get_by_role("button", name="Ask these 3").click()
    expect(page.locator("#check h2")).to_have_text("2 of 3 right")
    wrong = page.locator(".wrong-one")
    expect(wrong).to_contain_text("Anna Berg")
    expect(wrong).to_contain_text("40 million")
    expect(wrong).to_contain_text("your selection")
    page.get_by_text("Details: figures and plots").click()
    assert page.locator("[data-threshold]").count() == 0  # three questions recommend nothing
    page.get_by_role("button", name="Keep them from now on").click()
    page.locator(".own-list summary").click()
    assert_accessible(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Look at question 1").click()
    expect(page.locator("#viewer mark").first).to_have_text("40 million")
    page.keyboard.press("Escape")
    expect(page.locator("#check h2")).to_be_visible()


@pytest.mark.parametrize(("name", "content"), [("a.jsonl", "not json"), ("b.txt", "words"), ("c.csv", "")])
def test_a_file_without_questions_is_refused_with_the_reason(
    site: str, visit: Open, tmp_path: Path, name: str, content: str
) -> None:
    page = visit(site)
    page.get_by_role("link", name="Check yourself").click()
    (tmp_path / name).write_text(content)
    page.locator("[data-questions]").set_input_files(tmp_path / name)
    expect(page.locator("#notice")).not_to_be_empty()
    assert str(tmp_path) not in page.locator("#notice").inner_text()
