"""The evaluation report: one self-contained page, in which the text of documents and questions stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from qa.evaluation.evaluate import Evaluation
from tests.support.browser import CHROMIUM, FLAGS
from tests.support.outcomes import evaluation_of, make_outcome
from ui.web.quality.evaluation_report import render_report

HOSTILE = (
    "<script>alert(1)</script><img src=http://192.0.2.1/x onerror=alert(2)> & \"quotes\" 'too' "
    "]]> --> </blockquote></title> javascript:alert(3) \u202eesrever\u202c \x1b[31mred\x00"
)


@pytest.fixture
def evaluation() -> Evaluation:
    """A right answer, a miss of each kind, and a correct refusal, all with hostile text."""
    return evaluation_of(
        make_outcome(("the lake",), said="lake", probability=0.9, rank=1, question="Where are carp?"),
        make_outcome(
            (f"no {HOSTILE}",), said="cod", passage=f"The cod {HOSTILE}", probability=0.8, rank=2, holding=HOSTILE
        ),
        make_outcome(("eel",), said=HOSTILE, title=HOSTILE, question=f"Eels? {HOSTILE}", probability=0.3, rank=1),
        make_outcome((), said="pike", probability=0.7, question="Who is the king?"),
        make_outcome((), said="pike", probability=0.1, question="Who is the queen?"),
        make_outcome((), probability=0.0, question="Nothing was read?"),
    )


class Seen(HTMLParser):
    """Every element with its attributes, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_report_loads_nothing_and_runs_nothing(evaluation: Evaluation) -> None:
    seen = Seen(render_report(evaluation, HOSTILE))
    assert {"script", "link", "img", "iframe", "object", "use", "a"}.isdisjoint(tag for tag, _ in seen.elements)
    names = {name for _, attributes in seen.elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "href", "style")]
    policy = next(a["content"] for tag, a in seen.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None and policy.startswith("default-src 'none'")


def test_only_misses_are_listed_each_with_its_passage(evaluation: Evaluation) -> None:
    page = render_report(evaluation, "Fish")
    seen = Seen(page)
    assert "Misses (3 of 6)" in seen.text
    for shown in (
        "The cod <script>",
        "Eels? <script>",
        "Who is the king?",
        "holds the answer, rank 2",
        "another passage won",
    ):
        assert shown in seen.text
    assert "Who is the queen?" not in seen.text
    assert "<mark>cod</mark>" in page
    assert page.startswith("<!doctype html>")


def test_what_would_reorder_or_hide_text_is_made_visible(evaluation: Evaluation) -> None:
    page = render_report(evaluation, "Fish")
    assert not re.search("[\x00\x1b\u202c\u202e]", page)
    assert "\ufffdesrever\ufffd" in page


def test_a_browser_shows_the_report_without_errors(evaluation: Evaluation, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text(render_report(evaluation, "Fish"), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 390, "height": 800})
        said, asked = [], []
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(report.as_uri())
        assert (said, asked) == ([], [report.as_uri()])
        assert page.locator("svg").count() == 5
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        browser.close()
