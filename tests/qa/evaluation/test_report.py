"""The content of a report: the measures, the cost of each threshold, and the plots."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from qa.evaluation.evaluate import THRESHOLDS, Evaluation
from qa.evaluation.plots import Axis, Line, draw, round_up
from qa.evaluation.report import measure_rows, report_plots, threshold_rows
from qa.evaluation.scores import Outcome
from tests.support.outcomes import evaluation_of

MakeOutcome = Callable[..., Outcome]


@pytest.fixture
def evaluation(outcome: MakeOutcome) -> Evaluation:
    """A right answer, a miss of each kind, and a rightly refused question."""
    return evaluation_of(
        outcome(("the lake",), said="lake", probability=0.9, rank=1, question="Where are carp?"),
        outcome(("no cod",), said="cod", passage="The cod", probability=0.8, rank=2, holding="a cod"),
        outcome(("eel",), said="conger", question="Eels?", probability=0.3, rank=1),
        outcome((), said="pike", probability=0.7, question="Who is the king?"),
        outcome((), said="pike", probability=0.1, question="Who is the queen?"),
        outcome((), probability=0.0, question="Nothing was read?"),
    )


def test_the_table_names_every_measure_of_the_issue(evaluation: Evaluation):
    table = {row.name: row.value for row in measure_rows(evaluation.scores)}
    expected = {
        "Exact match", "F1", "MRR", "Refusal precision", "Refusal recall", "Citation exactness", "Calibration error",
        "AUROC", "Latency, p50", "Latency, p95", "Peak memory", *(f"Recall@{k}" for k in (1, 3, 5, 10)),
    }  # fmt: skip
    assert expected <= set(table)
    assert table["Peak memory"] == "300 MiB"
    assert table["Recall@1"] == "66.7%"


def test_measures_without_a_value_are_dashes(outcome: MakeOutcome):
    evaluation = evaluation_of(outcome((), said="cod", probability=0.9))
    table = {row.name: row.value for row in measure_rows(evaluation.scores)}
    assert (table["MRR"], table["AUROC"], table["F1, answerable"], table["Refusal precision"]) == ("–", "–", "–", "–")
    assert all("<svg" in svg for svg in report_plots(evaluation))


def test_every_threshold_and_the_best_are_in_the_table_of_costs(evaluation: Evaluation):
    head, *body = threshold_rows(evaluation)
    assert head == ("Threshold", "Answered", "Answers right", "Refusal precision", "Refusal recall")
    assert len(body) in (len(THRESHOLDS), len(THRESHOLDS) + 1)
    assert [name for name, *_ in body] == sorted(name for name, *_ in body)
    assert not any("best balance" in name for name, *_ in body)  # the questions are too few to recommend one
    many = replace(evaluation, outcomes=evaluation.outcomes * 50)
    assert sum("best balance" in name for name, *_ in threshold_rows(many)) == 1


def test_the_report_has_every_plot(evaluation: Evaluation):
    titles = [re.search('aria-label="([^"]+)"', svg) for svg in report_plots(evaluation)]
    assert [found[1] for found in titles if found] == [
        "Reliability", "Risk over coverage", "Recall by rank", "Latency", "Refusing",
    ]  # fmt: skip


def test_a_plot_draws_points_at_their_values_and_inside_its_axes():
    svg = draw("A <b> & B", Axis("x"), Axis("y"), [Line([(0, 0), (1, 1), (2, -1)], "line", dots=True)])
    circles = [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', svg)]
    (left, bottom), (right, top), (beyond, below) = circles
    assert left < right and top < bottom  # in SVG, y increases downwards
    assert (beyond, below) == (right, bottom)
    assert "A &lt;b&gt; &amp; B" in svg and "<b>" not in svg


def test_a_plot_of_nothing_is_still_a_plot():
    assert draw("Nothing", Axis("x", 0, 0), Axis("y"), [Line([])], bars=[]).endswith("</svg>")


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.7, 1), (1, 1), (17, 20), (21, 25), (260, 500), (999, 1000), (0, 0.1)]
)
def test_axes_end_at_round_numbers(value: float, rounded: float):
    assert round_up(value) == pytest.approx(rounded)
