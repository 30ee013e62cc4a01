"""The conversation: Gradio carries a question from the page to the engine, and the answered turn back."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from http import HTTPStatus

from fastapi import APIRouter

from index import Filters, IndexEmptyError, IndexNotFoundError, QuothError
from qa import Answer, Reply, Turn
from ui.service.engine import AnswerEngine
from ui.service.naming import LEFT_OUT, addressed
from ui.web.gradio_import import gr
from ui.web.scope import Scope
from ui.web.turns import answer_html, reply_html

Ask = Callable[[str, Filters | None], Awaitable[Answer]]
Converse = Callable[[str, Sequence[Turn], Filters | None], Awaitable[Reply]]

FAILED = "Something went wrong. The server's log has the details."
CONCURRENT = 40  # questions taken from Gradio's queue at once; the question queue limits what computes
WAITING = 64  # more questions in Gradio's queue; it refuses any beyond
POLL_SECONDS = 0.01  # between Gradio's checks of its queue


log = logging.getLogger(__name__)


class Chat:
    """The conversation over an engine; each question is a turn, which the page can stop by its id."""

    def __init__(self, engine: AnswerEngine, ask: Ask, converse: Converse) -> None:
        """``ask`` answers a question and ``converse`` replies to an utterance, both through the question queue."""
        self._engine, self._ask, self._converse = engine, ask, converse
        self._pending: dict[str, asyncio.Task[str]] = {}
        self.router = APIRouter(prefix="/ui/turns", include_in_schema=False)
        self.router.add_api_route("/{turn}", self.stop, methods=["DELETE"], status_code=HTTPStatus.NO_CONTENT)

    def blocks(self) -> gr.Blocks:
        """The question box and the latest turn; the page's script keeps the earlier ones."""
        blocks = gr.Blocks(title="Quoth", analytics_enabled=False)
        queue = blocks._queue  # not by Blocks.queue, which makes all of Gradio's routes once more
        queue.max_size = WAITING
        queue.sleep_when_free = POLL_SECONDS  # Gradio's default of 1 ms keeps an idle server busy
        with blocks:
            # gr.HTML needs eval, which the page's policy forbids; gr.Markdown leaves HTML on one line as it is.
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
                # Gradio's own cancelling may lose the answer to the next question.
                gr.Button("Stop", elem_id="stop", scale=0, min_width=72)
            scope = gr.Textbox(elem_id="scope", label="Scope", visible="hidden")
            gr.on(
                [question.submit, send.click],
                self.turns,
                inputs=[question, scope],
                outputs=[question, turn],
                api_name="answer",
                show_progress="hidden",
                concurrency_limit=CONCURRENT,
                # "once" would drop a question asked between an answer and the end of its event.
                trigger_mode="multiple",
            )
        return blocks

    async def turns(self, question: str, sent: str) -> AsyncIterator[tuple[object, str]]:
        """An empty question box and the pending turn; then the turn answered, failed or stopped."""
        turn = uuid.uuid4().hex
        answering = self._pending[turn] = asyncio.create_task(self._answered(turn, question, sent))
        try:
            yield "", answer_html.pending(turn, question)
            await asyncio.wait([answering])
            if answering.cancelled():
                yield gr.skip(), answer_html.stopped(turn, question)
            else:
                yield gr.skip(), answering.result()
        except QuothError as problem:
            is_empty = isinstance(problem, IndexNotFoundError | IndexEmptyError)
            yield question, answer_html.failed(turn, question, str(problem), is_empty=is_empty)
        except Exception:
            log.exception("a question could not be answered")
            yield question, answer_html.failed(turn, question, FAILED)
        finally:
            answering.cancel()
            del self._pending[turn]

    async def stop(self, turn: str) -> None:
        """Cancel a turn that is still waiting for its answer."""
        if answering := self._pending.get(turn):
            answering.cancel()

    def _filters(self, scope: Scope) -> Filters | None:
        """The filters of a question, with the addresses of documents whose path others share."""
        filters = scope.filters()
        if filters is None or not any(name.startswith(LEFT_OUT) for name in filters.documents):
            return filters
        return replace(filters, documents=addressed(filters.documents, self._engine.answerer().index.documents()))

    async def _answered(self, turn: str, question: str, sent: str) -> str:
        """The turn with its answer."""
        scope = Scope.read(sent)
        filters = await asyncio.to_thread(self._filters, scope)
        if scope.literal:
            answer, understood = await self._ask(question, filters), ""
        else:
            reply = await self._converse(question, scope.turns(), filters)
            if reply.answer is None:
                return reply_html.replied(turn, reply)
            answer, understood = reply.answer, reply.understood if reply.was_completed else ""
        failures = () if answer.found else await asyncio.to_thread(lambda: self._engine.answerer().index.failures())
        asked = (question, understood) if understood else None
        return answer_html.answered(turn, answer, failures=failures, asked=asked, narrowed=filters is not None)
