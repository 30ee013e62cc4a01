"""Evaluation on one's own questions, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from index import build
from tests.support.browser import WIDTHS, Open, assert_accessible, serving
from ui.settings import load_settings

QUESTIONS = [
    {"question": "Who approved the plan for the harbour?", "answers": ["Anna Berg"]},
    {"question": "How much does the harbour cost?", "answers": ["40 million euros"]},
    {"question": "Who won the 2022 World Cup?", "answers": []},
]
ON_TOP = """
    (notice) => {
        notice.style.pointerEvents = "auto";
        const { x, y, width, height } = notice.getBoundingClientRect();
        return document.elementFromPoint(x + width / 2, y + height / 2) === notice;
    }
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "harbour.txt").write_text("Anna Berg approved the plan for the harbour. It costs 40 million euros.")
    build([tmp_path / "harbour.txt"], tmp_path / "index")
    with serving(tmp_path / "index") as address:
        yield address


def test_a_file_of_questions_is_asked_plotted_and_sets_the_threshold(shelf: str, visit: Open, tmp_path: Path) -> None:
    page = _open(visit(shelf))
    _hand_in(page, tmp_path / "mine.jsonl", "".join(json.dumps(question) + "\n" for question in QUESTIONS))
    expect(page.locator("#library .plots svg").first).to_be_visible()
    expect(page.locator("#library tbody")).to_contain_text("F1")
    assert_accessible(page)
    assert page.locator("#library .body").evaluate("body => body.scrollWidth") <= WIDTHS[-1]
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("[data-threshold]").select_option(index=3)
    chosen = page.locator("[data-threshold]").input_value()
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("#library .threshold strong")).to_have_text(f"{float(chosen):.2f}")
    assert f"{load_settings({'index': tmp_path / 'index'}).threshold:.4f}" == chosen  # saved beside the index
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="The whole report").click()
    expect(opening.value.get_by_role("heading", level=1)).to_contain_text("mine.jsonl")


@pytest.mark.parametrize(("name", "content"), [("a.jsonl", "not json"), ("b.txt", "words"), ("c.csv", "")])
def test_a_file_without_questions_is_refused_with_the_reason(
    shelf: str, visit: Open, tmp_path: Path, name: str, content: str
) -> None:
    page = _open(visit(shelf))
    _hand_in(page, tmp_path / name, content)
    expect(page.locator("#notice")).not_to_be_empty()
    assert page.locator("#notice").evaluate(ON_TOP)  # the dialog is above everything else
    assert str(tmp_path) not in page.locator("#notice").inner_text()


def _open(page: Page) -> Page:
    page.get_by_role("button", name="Library").click()
    page.get_by_role("button", name="Quality").click()
    page.locator("#library [data-questions]").wait_for(state="attached")
    return page


def _hand_in(page: Page, file: Path, content: str) -> None:
    file.write_text(content)
    page.locator("#library [data-questions]").set_input_files(file)
