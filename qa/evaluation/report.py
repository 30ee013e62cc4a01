"""The content of an evaluation report: the rows of its tables, and its plots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qa.evaluation.evaluate import Evaluation
from qa.evaluation.metrics import reliability
from qa.evaluation.plots import Axis, Line, draw, round_up
from qa.evaluation.scores import Scores, calibration_pairs, recall_at, risk_coverage


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: a measure, its formatted value, and its meaning."""

    name: str
    value: str
    meaning: str


def measure_rows(scores: Scores) -> list[Row]:
    """The table of measures; a measure without a value is a dash."""
    return [
        Row("Questions", f"{scores.questions:,}", f"{scores.answerable:,} of them answered by the documents"),
        Row("Exact match", _percent(scores.em), "as given; a refusal is right where it is due"),
        Row("F1", _percent(scores.f1), "the same, by shared words"),
        Row("Exact match, answerable", _percent(scores.answerable_em), "of the likeliest answer, given or withheld"),
        Row("F1, answerable", _percent(scores.answerable_f1), "the same, by shared words"),
        *(Row(f"Recall@{k}", _percent(share), f"the answer is in the first {k} found") for k, share in scores.recall),
        Row("MRR", _number(scores.mrr), "mean of 1 / rank of the first such passage"),
        Row("Refusal precision", _percent(scores.refusal_precision), "of what was refused, not in the documents"),
        Row("Refusal recall", _percent(scores.refusal_recall), "of what is not in the documents, refused"),
        Row(
            "Citation exactness",
            _percent(scores.citation_exactness),
            "quotes that are in their file where the citation says",
        ),
        Row("Calibration error", _number(scores.calibration_error), "mean distance of probability from F1"),
        Row("AUROC", _number(scores.auroc), "answerable questions rank over others"),
        Row("Threshold", f"{scores.threshold:.2f}", "answers less probable than this are withheld"),
        Row("Latency, p50", f"{scores.latency_p50:,.0f} ms", "question in, answer out; models loaded"),
        Row("Latency, p95", f"{scores.latency_p95:,.0f} ms", "the same"),
        Row("Peak memory", f"{scores.peak_memory / 2**20:,.0f} MiB", "while asking, models included"),
        *_alone_rows(scores),
    ]


def _alone_rows(scores: Scores) -> Iterator[Row]:
    alone = scores.alone
    if alone is None:
        return
    yield Row("Paragraph alone: EM", _percent(alone.em), "answerable questions, made to answer")
    yield Row("Paragraph alone: F1", _percent(alone.f1), "the same, by shared words")
    yield Row("Paragraph alone: best F1", _percent(alone.best_f1), "all questions, at the best threshold")
    yield Row("Paragraph alone: AUROC", _number(alone.auroc), "of the margin over the null")
    yield Row("Still right end to end", _percent(alone.kept), "of those right with the paragraph alone")
    yield Row("Still right and given", _percent(alone.kept_given), "the same, with those withheld lost")


def report_plots(evaluation: Evaluation) -> list[str]:
    """Reliability, risk over coverage, recall by rank, latency and thresholds, each as one SVG element."""
    outcomes, scores = evaluation.outcomes, evaluation.scores
    perfect = Line([(0, 0), (1, 1)], "perfect", guide=True)
    measured = Line([(mean, true) for mean, true, _ in reliability(*calibration_pairs(outcomes))], "Quoth", dots=True)
    share = Axis("Share of questions answered")
    given = sum(one.answer.found for one in outcomes) / len(outcomes)
    risks = [Line(risk_coverage(outcomes)), _upright(given, "now")]
    ranks = Axis("Passages found", 1, 10, "{:.0f}", 9)
    recall = Line(recall_at(outcomes, range(1, 11)), dots=True)
    return [
        draw("Reliability", Axis("Probability", form="{:.1f}"), Axis("How right (F1)"), [perfect, measured]),
        draw("Risk over coverage", share, Axis("Risk: 1 - F1 of the answers"), risks),
        draw("Recall by rank", ranks, Axis("Answer among them"), [recall]),
        _latencies([one.milliseconds for one in outcomes], scores),
        _thresholds(evaluation),
    ]


def _upright(at: float, name: str, height: float = 1.0) -> Line:
    return Line([(at, 0), (at, height)], name, guide=True)


def _latencies(milliseconds: Sequence[float], scores: Scores) -> str:
    longest = 5 * round_up(max(milliseconds) / 5)
    counts, edges = np.histogram(milliseconds, bins=25, range=(0.0, longest))
    most = 4 * round_up(float(counts.max()) / 4)
    bars = [(float(a), float(b), float(n)) for a, b, n in zip(edges, edges[1:], counts, strict=False)]
    marks = [
        _upright(scores.latency_p50, f"p50 {scores.latency_p50:,.0f} ms", most),
        _upright(scores.latency_p95, f"p95 {scores.latency_p95:,.0f} ms", most),
    ]
    across = Axis("Milliseconds", 0, longest, "{:,.0f}")
    return draw("Latency", across, Axis("Questions", 0, most, "{:,.0f}", 4), marks, bars=bars)


def _thresholds(evaluation: Evaluation) -> str:
    costs, now = evaluation.costs, evaluation.scores.threshold
    measures = {
        "refusal precision": [(c.threshold, c.refusal_precision) for c in costs],
        "refusal recall": [(c.threshold, c.refusal_recall) for c in costs],
        "answers right": [(c.threshold, c.right) for c in costs],
    }
    lines = [Line([(a, b) for a, b in points if b is not None], name) for name, points in measures.items()]
    return draw("Refusing", Axis("Threshold", form="{:.1f}"), Axis("Share"), [*lines, _upright(now, "now")])


def threshold_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """The formatted table of what each threshold costs; the first row has the names of the columns."""
    best = evaluation.recommended
    rows: list[tuple[str, ...]] = [("Threshold", "Answered", "Answers right", "Refusal precision", "Refusal recall")]
    for cost in sorted({*evaluation.costs, *([best] if best else [])}, key=lambda cost: cost.threshold):
        threshold = f"{cost.threshold:.2f}" + (" (best balance)" if best and cost.threshold == best.threshold else "")
        shares = (cost.answered, cost.right, cost.refusal_precision, cost.refusal_recall)
        rows.append((threshold, *map(_percent, shares)))
    return rows


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
