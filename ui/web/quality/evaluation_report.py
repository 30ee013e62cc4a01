"""An evaluation as one HTML page of its own, with every miss: a wrong answer, or a wrong refusal. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple, dataclass

from markupsafe import Markup

from qa import Citation, Evaluation, Outcome, Verdict, measure_rows, report_plots, threshold_rows
from ui.text import sourced_date
from ui.web.html import render
from ui.web.reading.paragraphs import MarkedText


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that was answered wrongly, or refused though the documents answer it."""

    outcome: Outcome
    source: str  # of ``passage``
    passage: MarkedText | None  # the passage that was quoted, or would have been below the threshold
    elsewhere: str  # another passage that holds the answer, or ""

    @classmethod
    def of(cls, outcome: Outcome) -> Miss:
        """The miss with the passage of the answer, or of the best candidate if none was given."""
        answer = outcome.answer
        cited = answer.citations if answer.found else [one.citation for one in answer.candidates[:1]]
        if not cited:
            return cls(outcome, "", None, outcome.holding)
        elsewhere = outcome.holding if outcome.holding != cited[0].passage else ""
        return cls(outcome, _source(cited[0]), _passage(cited[0]), elsewhere)


def render_report(evaluation: Evaluation, title: str) -> str:
    """The report as HTML that loads nothing: no scripts, fonts or pictures."""
    counts = Counter(outcome.verdict for outcome in evaluation.outcomes)
    right = (Verdict.RIGHT, Verdict.RIGHTLY_REFUSED)
    return render(
        "evaluation_report.html",
        title=title,
        measures=[astuple(row) for row in measure_rows(evaluation.scores)],
        plots=svg_plots(evaluation),
        thresholds=threshold_rows(evaluation),
        verdicts=[(str(verdict), f"{counts[verdict]:,}") for verdict in Verdict if counts[verdict]],
        misses=[Miss.of(outcome) for outcome in evaluation.outcomes if outcome.verdict not in right],
        questions=len(evaluation.outcomes),
    )


def svg_plots(evaluation: Evaluation) -> list[Markup]:
    """The plots as SVG markup."""
    return [Markup(plot) for plot in report_plots(evaluation)]  # noqa: S704 (SVG that escapes its labels itself)


def _source(citation: Citation) -> str:
    page = f"page {citation.page}" if citation.page is not None else None
    date = sourced_date(citation.date, citation.date_source)
    parts = filter(None, (citation.title, page, date, citation.path))
    return " · ".join(dict.fromkeys(parts))


def _passage(citation: Citation) -> MarkedText:
    start, end = citation.start - citation.chunk_start, citation.end - citation.chunk_start
    text = citation.passage
    return MarkedText(before=text[:start], quote=text[start:end], after=text[end:])
