"""``quoth ask`` and ``quoth search``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.options import (
    After,
    Before,
    Collection,
    Index,
    Json,
    MediaType,
    Metadata,
    PathGlob,
    Store,
    filters_of,
    settings_of,
)
from ui.cli.output import Exit, emit

Question = Annotated[str, typer.Argument(help="The question, in quotation marks; - reads it from stdin.")]
QuestionFile = Annotated[
    Path | None,
    typer.Option(
        "--file",
        help='Lines of {"question": "...", "id": ...} or "..."; with --json each answer is a line.',
        metavar="FILE",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(name="ask")(answer_question)
    app.command()(search)


def answer_question(
    context: typer.Context,
    question: Annotated[
        str | None, typer.Argument(help="The question, in quotation marks; - reads it from stdin.")
    ] = None,
    file: QuestionFile = None,
    index: Index = None,
    store: Store = None,
    path: PathGlob = None,
    after: After = None,
    before: Before = None,
    media_type: MediaType = None,
    metadata: Metadata = None,
    collection: Collection = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the index. Exits with 1 when the documents do not hold the answer.

    With --file, many are answered one after another; exits with 2 when a line could not be asked, else with 0.
    """
    if (question is None) == (file is None):
        raise typer.BadParameter("give a question, or --file with questions", param_hint="QUESTION")
    settings = settings_of(context, index=index, store=store)
    filters = filters_of(path, after, before, media_type, metadata, collection)
    from qa import Answerer
    from ui.cli.batch import answer_lines, lines_of
    from ui.cli.render import render_answer

    lines = lines_of(file) if file is not None else iter(())
    answerer = Answerer.open(settings=settings)
    if question is None:
        raise typer.Exit(answer_lines(answerer, lines, filters, as_json=as_json))
    answer = answerer.answer(_question_text(question), filters=filters)
    emit(answer.as_dict(), lambda: render_answer(answer), as_json=as_json)
    raise typer.Exit(Exit.DONE if answer.found else Exit.NOT_FOUND)


def search(
    context: typer.Context,
    question: Question,
    k: Annotated[int, typer.Option("-k", help="The most passages to show.", min=1, max=100, metavar="N")] = 5,
    rerank: Annotated[
        bool,
        typer.Option("--rerank", help="Let the reader rank them, which takes longer than an answer."),
    ] = False,
    index: Index = None,
    store: Store = None,
    path: PathGlob = None,
    after: After = None,
    before: Before = None,
    media_type: MediaType = None,
    metadata: Metadata = None,
    collection: Collection = None,
    as_json: Json = False,
) -> None:
    """Find the passages nearest to a question, best first. Exits with 1 when no document matches the filters."""
    settings = settings_of(context, index=index, store=store)
    from index import DocumentIndex
    from qa import Answerer, checked_question
    from ui.cli.render import render_hits

    text, filters = _question_text(question), filters_of(path, after, before, media_type, metadata, collection)
    if rerank:
        with Answerer.open(settings=settings) as answerer:
            hits, revision = answerer.search(text, k, filters=filters, rerank=True), answerer.index.revision
    else:  # without the reader, which takes seconds to load
        with DocumentIndex.open(settings=settings) as opened:
            text = checked_question(text, settings.question_characters)
            hits, revision = opened.search(text, k, filters=filters), opened.revision
    emit({"hits": hits, "revision": revision}, lambda: render_hits(text, hits), as_json=as_json)
    raise typer.Exit(Exit.DONE if hits else Exit.NOT_FOUND)


def _question_text(question: str) -> str:
    """The argument itself, or standard input when it is ``-``."""
    return sys.stdin.read().strip() if question == "-" else question
