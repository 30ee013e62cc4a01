"""The conversation: Gradio carries a question to the reader and the turn that answers it back to the page."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import gradio as gr

from index import Filters, QuothError
from qa import Answer
from ui import render
from ui.desk import Desk
from ui.scope import Scope

Ask = Callable[[str, Filters | None], Awaitable[Answer]]

AT_ONCE = 40  # questions taken from Gradio's queue, which has no more hands; the line at the desk bounds what computes
WAITING = 64  # more of them; past it Gradio refuses
LOOK = 0.01  # seconds between two looks of Gradio into its queue

log = logging.getLogger(__name__)


def build(desk: Desk, ask: Ask | None = None) -> gr.Blocks:
    """The question box, and the turn that was answered last; the page's script keeps the turns before it."""
    blocks = gr.Blocks(title="Quoth", analytics_enabled=False)
    blocks.queue(max_size=WAITING)
    blocks._queue.sleep_when_free = LOOK  # Gradio's own is a thousandth, which keeps an idle server busy
    with blocks:
        # The policy on the page forbids the eval that gr.HTML needs. Markdown leaves one line of HTML as it is.
        turn = gr.Markdown(elem_id="turn", sanitize_html=False, latex_delimiters=[])
        with gr.Row(elem_id="composer"):
            question = gr.Textbox(
                label="Your question",
                placeholder="Ask about your documents",
                elem_id="question",
                lines=1,
                max_lines=6,
                autofocus=True,
                container=False,
                show_label=False,
                scale=1,
            )
            send = gr.Button("Ask", elem_id="ask", variant="primary", scale=0, min_width=72)
            stop = gr.Button("Stop", elem_id="stop", scale=0, min_width=72)
        scope = gr.Textbox(elem_id="scope", label="Scope", visible="hidden")
        asking = gr.on(
            [question.submit, send.click],
            partial(_turns, desk, ask or partial(_at_once, desk)),
            inputs=[question, scope],
            outputs=[question, turn],
            api_name="answer",
            show_progress="hidden",
            concurrency_limit=AT_ONCE,
        )
        stop.click(None, cancels=[asking], show_progress="hidden")
    return blocks


async def _turns(desk: Desk, ask: Ask, question: str, sent: str) -> AsyncIterator[tuple[str, str]]:
    """The question box emptied and the turn waiting, then the turn answered."""
    turn = uuid.uuid4().hex
    yield "", render.pending(turn, question)
    try:
        scope = Scope.read(sent)
        understood = scope.understood(question)
        filters = scope.filters()
        answer = await ask(understood, filters)
        failures = () if answer.found else await asyncio.to_thread(lambda: desk.answerer().index.failures())
        asked = None if understood == question else question
        yield "", render.answered(turn, answer, failures=failures, asked=asked, narrowed=filters is not None)
    except QuothError as problem:
        yield question, render.failed(turn, question, str(problem))
    except Exception:
        log.exception("a question could not be answered")
        yield question, render.failed(turn, question, "Something went wrong. The server's log has the details.")


async def _at_once(desk: Desk, question: str, filters: Filters | None) -> Answer:
    """Answer on a thread of its own, for an application that has no line in front of its desk."""
    return await asyncio.to_thread(lambda: desk.answer(question, filters))
