"""The report: one page that shows everything, and whatever stands in the documents stays text."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from qa.evaluation.evaluate import THRESHOLDS, Evaluation
from qa.evaluation.plots import Axis, Bars, Line, draw, round_up
from qa.evaluation.report import report_html, report_plots, rows, threshold_rows
from qa.evaluation.scores import Outcome, compute_scores, cost_of, fit_threshold

MakeOutcome = Callable[..., Outcome]

HOSTILE = (
    "<script>alert(1)</script><img src=http://192.0.2.1/x onerror=alert(2)> & \"quotes\" 'too' "
    "]]> --> </blockquote></title> javascript:alert(3) \u202eesrever\u202c \x1b[31mred\x00"
)


def evaluation_of(*outcomes: Outcome) -> Evaluation:
    costs = tuple(cost_of(outcomes, threshold) for threshold in THRESHOLDS)
    fitted = cost_of(outcomes, fit_threshold(outcomes))
    return Evaluation(compute_scores(outcomes, 0.5, 300 << 20), outcomes, costs, fitted)


@pytest.fixture
def evaluation(outcome: MakeOutcome) -> Evaluation:
    """A right answer, a miss of each kind, and a rightly refused question, all of them hostile."""
    return evaluation_of(
        outcome(("the lake",), said="lake", probability=0.9, rank=1, question="Where are carp?"),
        outcome((f"no {HOSTILE}",), said="cod", passage=f"The cod {HOSTILE}", probability=0.8, rank=2, holding=HOSTILE),
        outcome(("eel",), said=HOSTILE, title=HOSTILE, question=f"Eels? {HOSTILE}", probability=0.3, rank=1),
        outcome((), said="pike", probability=0.7, question="Who is the king?"),
        outcome((), said="pike", probability=0.1, question="Who is the queen?"),
        outcome((), probability=0.0, question="Nothing was read?"),
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


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(evaluation: Evaluation):
    seen = Seen(report_html(evaluation, HOSTILE))
    assert {"script", "link", "img", "iframe", "object", "use", "a"}.isdisjoint(tag for tag, _ in seen.elements)
    names = {name for _, attributes in seen.elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "href", "style")]
    policy = next(a["content"] for tag, a in seen.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None and policy.startswith("default-src 'none'")


def test_misses_are_listed_with_the_passage_shown_and_the_rest_is_not(evaluation: Evaluation):
    page = report_html(evaluation, "Fish")
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


def test_what_would_reorder_or_hide_text_is_made_visible(evaluation: Evaluation):
    page = report_html(evaluation, "Fish")
    assert not re.search("[\x00\x1b\u202c\u202e]", page)
    assert "\ufffdesrever\ufffd" in page


def test_the_table_names_every_measure_of_the_issue(evaluation: Evaluation):
    table = {row.name: row.value for row in rows(evaluation.scores)}
    expected = {
        "Exact match", "F1", "MRR", "Refusal precision", "Refusal recall", "Citation exactness", "Calibration error",
        "AUROC", "Latency, p50", "Latency, p95", "Peak memory", *(f"Recall@{k}" for k in (1, 3, 5, 10)),
    }  # fmt: skip
    assert expected <= set(table)
    assert table["Peak memory"] == "300 MiB"
    assert table["Recall@1"] == "66.7%"


def test_measures_that_could_not_be_taken_are_dashes(outcome: MakeOutcome):
    evaluation = evaluation_of(outcome((), said="cod", probability=0.9))
    table = {row.name: row.value for row in rows(evaluation.scores)}
    assert (table["MRR"], table["AUROC"], table["F1, answerable"], table["Refusal precision"]) == ("–", "–", "–", "–")
    assert "<svg" in report_html(evaluation, "One question")


def test_every_threshold_and_the_best_are_in_the_table_of_costs(evaluation: Evaluation):
    head, *body = threshold_rows(evaluation)
    assert head == ("Threshold", "Answered", "Answers right", "Refusal precision", "Refusal recall")
    assert len(body) in (len(THRESHOLDS), len(THRESHOLDS) + 1)
    assert [name for name, *_ in body] == sorted(name for name, *_ in body)
    assert sum("best balance" in name for name, *_ in body) == 1


def test_there_is_a_plot_for_each_question_that_people_ask(evaluation: Evaluation):
    titles = [re.search('aria-label="([^"]+)"', svg) for svg in report_plots(evaluation)]
    assert [found[1] for found in titles if found] == [
        "Reliability", "Risk over coverage", "Recall by rank", "Latency", "Refusing",
    ]  # fmt: skip


def test_a_plot_puts_its_points_where_they_belong_and_keeps_them_inside():
    svg = draw("A <b> & B", Axis("x"), Axis("y"), [Line([(0, 0), (1, 1), (2, -1)], "line", dots=True)])
    circles = [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', svg)]
    (left, bottom), (right, top), (beyond, below) = circles
    assert left < right and top < bottom  # SVG counts downwards
    assert (beyond, below) == (right, bottom)
    assert "A &lt;b&gt; &amp; B" in svg and "<b>" not in svg


def test_a_plot_of_nothing_is_still_a_plot():
    assert draw("Nothing", Axis("x", 0, 0), Axis("y"), [Line([]), Bars([])]).endswith("</svg>")


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.7, 1), (1, 1), (17, 20), (21, 25), (260, 500), (999, 1000), (0, 0.1)]
)
def test_axes_end_at_round_numbers(value: float, rounded: float):
    assert round_up(value) == pytest.approx(rounded)


def test_a_browser_shows_the_page_without_a_word_of_complaint(evaluation: Evaluation, tmp_path: Path):
    report = tmp_path / "report.html"
    report.write_text(report_html(evaluation, "Fish"), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
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
