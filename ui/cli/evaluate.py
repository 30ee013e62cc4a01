"""``quoth eval``."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index import SourceNotFoundError
from ui.cli.index import SEEDS
from ui.cli.options import Index, Json, settings_of
from ui.cli.output import emit, progress

if TYPE_CHECKING:
    from rich.console import RenderableType

    from qa import Answerer, Evaluation, GoldQuestion
    from ui.settings import Settings

_SEED = 17  # of the sample, so that every run asks the same questions


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(name="eval")(evaluate_index)


def evaluate_index(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Questions with their answers: .jsonl, .csv, .tsv or SQuAD's .json.")
    ] = None,
    index: Index = None,
    demo: Annotated[bool, typer.Option("--demo", help="Ask 56 questions on the document in ./seeds.")] = False,
    contexts: Annotated[
        bool, typer.Option("--contexts", help="Ask a temporary index of the paragraphs in all FILES.")
    ] = False,
    ask: Annotated[
        Path | None, typer.Option("--ask", help="The file whose questions are asked. [the first]", metavar="FILE")
    ] = None,
    sample: Annotated[int | None, typer.Option("--sample", help="Ask only so many, drawn at random.", min=1)] = None,
    fit: Annotated[bool, typer.Option("--fit", help="Fit the threshold, and show the cost of others.")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write a report to this file.", metavar="FILE")] = None,
    as_json: Json = False,
) -> None:
    """Ask questions with known answers, and report how good search and answers are."""
    if demo == bool(files) or (demo and contexts):
        raise typer.BadParameter("give one or more files of questions, or --demo alone")
    if contexts and index:
        raise typer.BadParameter("--contexts builds its own index, so --index has no effect")
    if html and not html.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {html.parent} to write the report to")
    settings = settings_of(context, index=index)
    from qa import DEMO_QUESTIONS, assign_documents, read_gold, run_evaluation
    from ui.web.quality.evaluation_report import render_report

    paths = [DEMO_QUESTIONS] if demo else [*(files or []), *([ask] if ask else [])]
    asked = ask or paths[0]
    questions = _sampled(read_gold(asked), sample)
    with tempfile.TemporaryDirectory(prefix="quoth-") as folder:
        if contexts:
            questions = assign_documents(questions)
            opened = _over_paragraphs(paths, Path(folder), settings)
        else:
            opened = _over_documents(Path(folder) if demo and index is None else None, settings)
        with opened as answerer, progress() as report:
            evaluation = run_evaluation(answerer, questions, progress=report)
    if html:
        html.write_text(render_report(evaluation, f"Quoth on {asked.name}"), encoding="utf-8")
    emit(evaluation.as_dict(), lambda: _render(evaluation, fit=fit, html=html), as_json=as_json)


def _sampled(questions: list[GoldQuestion], sample: int | None) -> list[GoldQuestion]:
    if sample is None or sample >= len(questions):
        return questions
    return random.Random(_SEED).sample(questions, sample)


def _over_paragraphs(paths: Sequence[Path], folder: Path, settings: Settings) -> Answerer:
    """An answerer over an index, in ``folder``, of the paragraphs in the files."""
    from qa import answerer_over, paragraph_documents, read_gold

    carried = paragraph_documents(chain.from_iterable(map(read_gold, dict.fromkeys(paths))))
    with progress() as report:
        return answerer_over(carried, folder, settings=settings, index_settings=settings, progress=report)


def _over_documents(folder: Path | None, settings: Settings) -> Answerer:
    """An answerer over the configured index, or over one of ``seeds/`` built in ``folder`` if that is given."""
    from index import build
    from qa import Answerer

    if folder is not None:
        if not SEEDS.is_dir():
            raise SourceNotFoundError(
                "--demo indexes ./seeds, which does not exist here: give --index to ask an existing index"
            )
        with progress() as report:
            build([SEEDS], folder, settings=settings, progress=report)
    return Answerer.open(folder, settings=settings)


def _render(evaluation: Evaluation, *, fit: bool, html: Path | None) -> RenderableType:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from qa import measure_rows

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right", style="bold")
    table.add_column(style="dim")
    for row in measure_rows(evaluation.scores):
        table.add_row(row.name, row.value, row.meaning)
    parts: list[RenderableType] = [table]
    if fit:
        parts += [Text(), _thresholds(evaluation)]
    if html:
        parts += [Text(), Text(f"Report: {html}")]
    return Group(*parts)


def _thresholds(evaluation: Evaluation) -> RenderableType:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from qa import ENOUGH_QUESTIONS, threshold_rows

    head, *body = threshold_rows(evaluation)
    table = Table(*head, box=None, pad_edge=False)
    for cells in body:
        table.add_row(*cells)
    if evaluation.recommended is None:
        few = f"No threshold is recommended from {len(evaluation.outcomes)} questions: ask {ENOUGH_QUESTIONS} or more."
        return Group(table, Text(), Text(few))
    best = f"{evaluation.recommended.threshold:.2f}"
    remedy = f"to keep it, put `threshold = {best}` into quoth.toml or set QUOTH_THRESHOLD={best}"
    return Group(table, Text(), Text(f"The best balance on these questions is {best}: {remedy}"))
