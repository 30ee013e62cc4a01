"""A conversation in the terminal: ``quoth chat --terminal``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from ui.cli.output import emit, note
from ui.cli.render import one_line, render_answer, source
from ui.text import distinct_titles, visible

if TYPE_CHECKING:
    from qa import DocumentHits, FoundPassage, Reply, Summary
    from ui.settings import Settings

MOST_TURNS = 6  # earlier turns that complete a follow-up
PROMPT = "> "


def talk(settings: Settings) -> None:
    """Reply to each line of standard input until it ends; a prompt is shown if a person types it."""
    from index import QuestionError
    from qa import Answerer, Conversation, Turn

    with Answerer.open(settings=settings) as answerer:
        conversation, turns = Conversation(answerer), list[Turn]()
        for line in _lines():
            try:
                reply = conversation.reply(line, turns[-MOST_TURNS:])
            except QuestionError as error:
                note(Text(visible(str(error))))
                continue
            emit(reply.as_dict(), lambda shown=reply: render_reply(shown), as_json=False)  # type: ignore[misc]
            if reply.kind != "courtesy":
                turns.append(Turn(reply.utterance, reply.understood, reply.answer.text if reply.answer else ""))


def _lines() -> Iterator[str]:
    """The lines of standard input that are not empty."""
    typed = sys.stdin.isatty()
    while True:
        if typed:
            sys.stderr.write(PROMPT)
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield line


def render_reply(reply: Reply) -> RenderableType:
    """A reply as a terminal shows it."""
    return Group(*_understood(reply), *_parts(reply))


def _understood(reply: Reply) -> Iterator[RenderableType]:
    if reply.was_completed:
        yield Text(f"  understood as: {one_line(reply.understood)}", style="dim")


def _parts(reply: Reply) -> Iterator[RenderableType]:
    if reply.answer is not None:
        yield render_answer(reply.answer)
        return
    yield Text(one_line(reply.text), style="bold")
    if reply.summary is not None:
        yield from _summary(reply.summary)
    else:
        named = reply.choices or distinct_titles(reply.documents)
        yield from (Text(f"  - {one_line(name)}") for name in named)
    for group in reply.hits:
        yield from _group(group)
    if reply.examples:
        yield Text("  For example:", style="dim")
    yield from (Text(f"  - {one_line(question)}", style="dim") for question in reply.examples)


def _summary(summary: Summary) -> Iterator[RenderableType]:
    for citation in summary.sentences:
        page = f" (page {citation.page})" if citation.page is not None else ""
        yield Text(f"- {one_line(citation.quote)}{page}")
    yield Text(f"  {source(summary.sentences[0])}" if summary.sentences else "", style="dim")
    listed: dict[str, Iterable[str]] = {
        "outline": summary.outline,
        "dates": summary.dates,
        "amounts": summary.amounts,
        "names": summary.names,
    }
    for name, values in listed.items():
        if values:
            yield Text(f"  {name}: {one_line('; '.join(values))}", style="dim")


def _group(group: DocumentHits) -> Iterator[RenderableType]:
    yield Text(f"  {one_line(group.title)} ({group.count:,})", style="dim")
    yield from (_marked(passage) for passage in group.passages)


def _marked(passage: FoundPassage) -> Text:
    """The passage with the subject's words in bold."""
    text = Text("    " + visible(passage.text).replace("\n", " "))
    for start, end in passage.marks:
        text.stylize("bold", start + 4, end + 4)
    return text
