"""Accessibility of every view: axe, what fits on the screen, and use by keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from index import Failure
from tests.support.answers import candidate, citation, found, passage, refused
from tests.support.browser import Open, ask, assert_accessible, serving
from ui.web.turns import answer_html as render

SMALL = """
    [...document.querySelectorAll("button, a[href], summary, select, textarea, .hint label, input")]
        .filter((one) => one.checkVisibility() && !one.matches(".skip, [type=checkbox], [type=file], dialog[open] ~ *"))
        .map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect().height])
        .filter(([, height]) => height < 44)
"""
FOUND, REFUSED = "How long will Kim stay on the station?", "Who won the 2022 World Cup?"


def _welcome(page: Page) -> None:
    page.locator("#welcome h2").wait_for()


def _answers(page: Page) -> None:
    ask(page, FOUND)
    ask(page, REFUSED)
    ask(page, "   ")
    for summary in page.locator("#log summary").all():
        summary.click()


def _everything(page: Page) -> None:
    """An answer with every optional part, as no single answer from the seeds has."""
    text = "The crew of three, Kim, Ryzhikov and Zubritsky, was met by doctors."
    title = "The Extraordinarily Long Report of the Committee on Capsules, Parachutes and Everything Else"
    cited = citation(text, "Kim, Ryzhikov and Zubritsky", heading="Landing › The crew", title=title)
    other = candidate(citation("The crew was Kim, Petrov and Ovchinin.", "Kim, Petrov and Ovchinin"), 0.6)
    answer = found(cited, cited, spans=("Kim", "Ryzhikov"), disagreement=other, candidates=(other,), probability=0.7)
    unread = Failure("scan.pdf", "/elsewhere", "a scan: run OCR over it first")
    turns = {
        "f" * 32: render.answered("f" * 32, answer, asked=("Who are they?", answer.question)),
        "e" * 32: render.answered("e" * 32, refused(passage(title=title), guesses=(other,)), failures=[unread]),
        "d" * 32: render.failed("d" * 32, " ", "the question is empty"),
    }
    kept = json.dumps([{"id": turn, "html": html} for turn, html in turns.items()])
    page.evaluate("kept => localStorage.setItem('quoth.turns', kept)", kept)
    page.reload()
    page.locator("#question textarea").wait_for()
    page.locator("#log .disagree").wait_for()
    for summary in page.locator("#log summary").all():
        summary.click()


def _source(page: Page) -> None:
    ask(page, FOUND)
    page.locator("#log .chip").first.click()
    page.locator("#viewer .paper").wait_for()
    page.locator("[data-find]").fill("the")


def _library(page: Page) -> None:
    page.get_by_role("button", name="Library").click()
    page.locator("#library table").wait_for()
    page.locator("#library td summary").first.click()
    page.get_by_role("button", name="Check for changes").click()
    page.locator("#progress .plan").wait_for()


def _filters(page: Page) -> None:
    page.get_by_role("button", name="Library").click()
    page.locator("[name=media_type]").select_option(index=1)
    page.locator("[name=after]").fill("2025-01-01")
    page.get_by_role("button", name="Ask this one").click()
    expect(page.locator("#chosen .filter")).to_have_count(2)


def _card(page: Page) -> None:
    page.get_by_role("button", name="Library").click()
    page.locator("#library tbody [type=checkbox]").check()
    page.locator("[data-do=card]").click()
    page.locator(".doc-card footer").wait_for()


VIEWS = [_welcome, _answers, _everything, _source, _library, _card, _filters]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__.strip("_"))
def test_axe_finds_nothing_serious(visit: Open, site: str, view: Callable[[Page], None]) -> None:
    page = visit(site)
    view(page)
    assert_accessible(page)


def test_axe_finds_nothing_serious_where_nothing_is_indexed(visit: Open, tmp_path: Path) -> None:
    with serving(tmp_path / "nothing") as address:
        page = visit(address)
        page.get_by_role("button", name="Add documents").wait_for()
        assert_accessible(page)
        page.get_by_role("button", name="Add documents").click()
        page.locator("#library .nothing").wait_for()
        assert_accessible(page)
        page.context.close()


def test_on_a_phone_every_control_is_large_enough_for_a_finger(visit: Open, site: str) -> None:
    page = visit(site, width=390, height=844)
    _welcome(page)
    assert not page.evaluate(SMALL)
    _everything(page)
    assert not page.evaluate(SMALL)
    _filters(page)
    assert not page.evaluate(SMALL)
    expect(page.locator("[data-do=clear-filters]")).to_be_in_viewport(ratio=1)
    page.locator("#log .chip").first.click()
    page.locator("#viewer header").wait_for()
    assert not page.evaluate(SMALL)
    page.get_by_role("button", name="Close").click()
    _library(page)
    assert not page.evaluate(SMALL)
    assert page.locator(".documents").evaluate(
        "table => table.scrollWidth <= table.clientWidth"
    )  # it is completely visible


def test_headings_are_in_order(visit: Open, site: str) -> None:
    page = visit(site)
    _answers(page)
    levels = page.eval_on_selector_all("h1, h2, h3, h4", "all => all.map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_everything_is_reached_with_the_keyboard(visit: Open, site: str) -> None:
    page = visit(site)
    page.locator(".brand a").focus()
    page.keyboard.press("/")
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type(FOUND)
    page.keyboard.press("Enter")
    page.locator("#log .found").wait_for()
    page.locator("#log .chip").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#viewer h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.locator("#log .chip").first).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#log [data-do=keep]")).to_have_text("In notebook")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("Next and previous cited place")
    page.get_by_label("Use keys of a single character").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(page.locator("#log [data-do=keep]")).to_have_text("In notebook")
    expect(page.locator("#keys")).to_be_hidden()
    page.get_by_role("button", name="Library").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#library")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Library")).to_be_focused()


def test_the_focused_element_is_visible(visit: Open, site: str) -> None:
    page = visit(site)
    for _ in range(8):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        inside = page.evaluate("document.activeElement.matches('body, #composer *')")
        assert inside or outline == "solid"


def test_answers_are_announced(visit: Open, site: str) -> None:
    page = visit(site)
    log = page.get_by_role("log")
    assert log.get_attribute("aria-live") == "polite"
    ask(page, FOUND)
    expect(log.locator("article.found")).to_be_visible()
