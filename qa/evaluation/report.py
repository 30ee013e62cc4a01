"""An evaluation for people: the rows of its table, and one HTML page of plots and misses that needs no other file.

Questions and documents are untrusted. The template escapes every value, controls and characters that set the writing
direction are shown as replacement characters, and the page's own policy lets it fetch and run nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from qa.evaluation.evaluate import Evaluation
from qa.evaluation.metrics import reliability
from qa.evaluation.plots import Axis, Bars, Line, draw, round_up
from qa.evaluation.scores import Outcome, Scores, Verdict, calibration_pairs, recall_at, risk_coverage
from qa.types import Citation

TEMPLATES = Path(__file__).with_name("templates")
_HIDDEN = (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
_VISIBLE = {code: "\ufffd" for code in _HIDDEN if chr(code) not in "\n\t"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a measure, its value as it is written, and what it says."""

    name: str
    value: str
    meaning: str


def rows(scores: Scores) -> list[Row]:
    """The table of an evaluation; a measure that could not be taken is a dash."""
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
        Row("Citation exactness", _percent(scores.citation_exactness), "quotes that stand in their file as said"),
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


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as the page shows it: where it is from, and the quote in it, which is empty when none is marked."""

    label: str
    before: str
    quote: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that went wrong, as the page shows it."""

    question: str
    verdict: str
    expected: str  # empty where the documents do not say
    guess: str
    refused: bool
    probability: str
    passages: tuple[Passage, ...]


def report_html(evaluation: Evaluation, title: str) -> str:
    """The whole report as one HTML page without scripts, fonts or pictures from elsewhere."""
    misses = [one for one in evaluation.outcomes if one.verdict not in (Verdict.RIGHT, Verdict.RIGHTLY_REFUSED)]
    return (
        _environment()
        .get_template("report.html")
        .render(
            title=title,
            measures=[(row.name, row.value, row.meaning) for row in rows(evaluation.scores)],
            plots=[Markup(svg) for svg in report_plots(evaluation)],  # noqa: S704 (SVG that escapes its own words)
            costs=threshold_rows(evaluation),
            verdicts=list(_verdicts(evaluation.outcomes)),
            misses=list(map(_miss, misses)),
            questions=len(evaluation.outcomes),
        )
    )


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _visible(value: object) -> object:
    """Plain text with its hidden characters made visible; markup as it is."""
    return value.translate(_VISIBLE) if isinstance(value, str) and not isinstance(value, Markup) else value


def report_plots(evaluation: Evaluation) -> list[str]:
    """Reliability, risk over coverage, recall by rank, latency and thresholds, each as one SVG element."""
    outcomes, scores = evaluation.outcomes, evaluation.scores
    bins = [(said, true) for said, true, _ in reliability(*calibration_pairs(outcomes))]
    perfect = Line([(0, 0), (1, 1)], "perfect", guide=True)
    given = sum(one.answer.found for one in outcomes) / len(outcomes)
    ranks = [(float(k), share) for k, share in recall_at(outcomes, range(1, 11))]
    return [
        draw(
            "Reliability",
            Axis("Probability", form="{:.1f}"),
            Axis("How right (F1)"),
            [perfect, Line(bins, "Quoth", dots=True)],
        ),
        draw(
            "Risk over coverage",
            Axis("Share of questions answered"),
            Axis("Risk: 1 - F1 of the answers"),
            [Line(risk_coverage(outcomes)), Line([(given, 0), (given, 1)], "now", guide=True)],
        ),
        draw(
            "Recall by rank",
            Axis("Passages found", 1, 10, "{:.0f}", 9),
            Axis("Answer among them"),
            [Line(ranks, dots=True)],
        ),
        _latencies([one.milliseconds for one in outcomes], scores),
        _thresholds(evaluation),
    ]


def _latencies(milliseconds: Sequence[float], scores: Scores) -> str:
    longest = 5 * round_up(max(milliseconds) / 5)
    counts, edges = np.histogram(milliseconds, bins=25, range=(0.0, longest))
    most = 4 * round_up(float(counts.max()) / 4)
    bars = [(float(a), float(b), float(n)) for a, b, n in zip(edges, edges[1:], counts, strict=False)]
    marks = [
        Line([(value, 0), (value, most)], name, guide=True)
        for name, value in (
            (f"p50 {scores.latency_p50:,.0f} ms", scores.latency_p50),
            (f"p95 {scores.latency_p95:,.0f} ms", scores.latency_p95),
        )
    ]
    across = Axis("Milliseconds", 0, longest, "{:,.0f}")
    return draw("Latency", across, Axis("Questions", 0, most, "{:,.0f}", 4), [Bars(bars), *marks])


def _thresholds(evaluation: Evaluation) -> str:
    costs, now = evaluation.costs, evaluation.scores.threshold
    measures = {
        "refusal precision": [(c.threshold, c.refusal_precision) for c in costs],
        "refusal recall": [(c.threshold, c.refusal_recall) for c in costs],
        "answers right": [(c.threshold, c.right) for c in costs],
    }
    lines = [Line([(a, b) for a, b in points if b is not None], name) for name, points in measures.items()]
    return draw(
        "Refusing",
        Axis("Threshold", form="{:.1f}"),
        Axis("Share"),
        [*lines, Line([(now, 0), (now, 1)], "now", guide=True)],
    )


def threshold_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """What each threshold costs, as written; the first row names the columns."""
    fitted = evaluation.fitted
    return [
        ("Threshold", "Answered", "Answers right", "Refusal precision", "Refusal recall"),
        *(
            (
                f"{cost.threshold:.2f}" + (" (best balance)" if cost.threshold == fitted.threshold else ""),
                *map(_percent, (cost.answered, cost.right, cost.refusal_precision, cost.refusal_recall)),
            )
            for cost in sorted({*evaluation.costs, fitted}, key=lambda cost: cost.threshold)
        ),
    ]


def _verdicts(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    counts = Counter(one.verdict for one in outcomes)
    yield from ((str(verdict), f"{counts[verdict]:,}") for verdict in Verdict if counts[verdict])


def _miss(one: Outcome) -> Miss:
    answer = one.answer
    citation = answer.citations[0] if answer.found else (answer.candidates[0].citation if answer.candidates else None)
    passages = [_cited(citation)] if citation else []
    if one.holding and (citation is None or one.holding != citation.passage):
        passages.append(Passage(f"holds the answer, rank {one.rank}", one.holding))
    return Miss(
        question=one.gold.question,
        verdict=str(one.verdict),
        expected=" · ".join(one.gold.answers),
        guess=one.guess,
        refused=not answer.found,
        probability=f"{answer.probability:.0%}",
        passages=tuple(passages),
    )


def _cited(citation: Citation) -> Passage:
    start, end = citation.start - citation.chunk_start, citation.end - citation.chunk_start
    text = citation.passage
    page = f"page {citation.page}" if citation.page is not None else None
    origin = filter(None, (citation.title, page, citation.date, citation.path))
    return Passage(" · ".join(dict.fromkeys(origin)), text[:start], text[start:end], text[end:])


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
