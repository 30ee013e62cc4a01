"""The service: what the page, HTTP and MCP share in one process over one index."""

from __future__ import annotations

import logging
import math
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from index import Collections, Embedder, Filters, IndexNotFoundError, QuothError, open_store
from qa import Answer, Reply, Turn
from ui.service.cards import Cards
from ui.service.engine import AnswerEngine
from ui.service.logs import log_answer
from ui.service.metrics import Metrics
from ui.service.question_queue import QuestionQueue
from ui.service.rebuilds import Rebuilds
from ui.service.refusals import Refusals
from ui.service.sheets import Sheets
from ui.service.uploads import Uploads
from ui.service.watching import Watching
from ui.settings import Settings

log = logging.getLogger("quoth.service")

FINISH_SECONDS = 1.5  # for questions, and again for a rebuild, after uvicorn's own grace period for requests


@dataclass(frozen=True, slots=True)
class Service:
    """What every route works with."""

    settings: Settings
    engine: AnswerEngine
    queue: QuestionQueue
    uploads: Uploads
    rebuilds: Rebuilds
    sheets: Sheets
    collections: Collections
    cards: Cards
    watching: Watching
    metrics: Metrics
    refusals: Refusals
    id: str = field(default_factory=lambda: secrets.token_hex(8))  # differs from run to run

    @classmethod
    def of(cls, settings: Settings) -> Service:
        """The service for these settings; the index and the models are opened when first needed."""
        store = open_store(settings=settings)
        engine, metrics = AnswerEngine(store, settings=settings), Metrics()
        metrics.watch("index_revision", "Revision of the index", lambda: _revision(engine))
        rebuilds = Rebuilds(store, settings, lambda: _embedder(engine, settings), engine.cpu)
        metrics.watch("rebuild_running", "Whether a rebuild is running", lambda: rebuilds.running)
        queue = QuestionQueue(engine, metrics, places=settings.waiting)
        uploads = Uploads(
            settings.index,
            most_bytes=settings.upload_megabytes * 10**6,
            waiting_bytes=settings.drop_megabytes * 10**6,
        )
        return cls(
            settings=settings,
            engine=engine,
            queue=queue,
            uploads=uploads,
            rebuilds=rebuilds,
            sheets=Sheets(settings.index, engine, queue),
            collections=Collections.beside(store, settings),
            cards=Cards(engine, queue),
            watching=Watching(store, rebuilds, uploads.folder),
            metrics=metrics,
            refusals=Refusals(settings.index),
        )

    async def answer(self, question: str, filters: Filters | None) -> Answer:
        """Answer a question when its turn comes, and log it. Raises what ``QuestionQueue.answer`` raises."""
        answered = await self.queue.answer(question, filters)
        self._note(answered, filters)
        return answered

    async def converse(self, utterance: str, turns: Sequence[Turn], filters: Filters | None) -> Reply:
        """Reply to an utterance when its turn comes, and log its answer. Raises as ``QuestionQueue.converse``."""
        reply = await self.queue.converse(utterance, turns, filters)
        if reply.answer is not None:
            self._note(reply.answer, filters)
        return reply

    def _note(self, answered: Answer, filters: Filters | None) -> None:
        """Log an answer, and keep the question if no document says it and that is allowed."""
        log_answer(answered, with_text=self.settings.log_text)
        if not answered.found and filters is None:
            self.refusals.add(answered.question)

    def uploaded(self) -> dict[str, str]:
        """The sha256 of every upload that is in the index now, by name."""
        try:
            return self.uploads.among(self.engine.answerer().index.documents())
        except IndexNotFoundError:
            return {}

    def recover_uploads(self) -> None:
        """Restore the uploads that a killed service was replacing or removing, and index them in the background."""
        try:
            self.uploads.clear()
            left = self.uploads.recover(self.uploaded)
        except (QuothError, OSError) as error:
            log.warning("uploads that were being replaced are kept aside, and restored at a later start: %s", error)
            return
        if left:
            threading.Thread(target=self._index_uploads, args=(left,), name="recovery", daemon=False).start()

    def _index_uploads(self, left: Sequence[Path]) -> None:
        try:
            with self.rebuilds.exclusive() as build:
                self.uploads.index_again(left, build)
        except (QuothError, OSError) as error:
            log.warning("restored uploads were not indexed: %s", error)

    def close(self) -> None:
        """Finish the questions being answered, stop all else and close the index; takes a few seconds at most."""
        self.rebuilds.stop()
        self.cards.close()
        self.queue.close(FINISH_SECONDS)
        self.sheets.close(FINISH_SECONDS)
        self.rebuilds.wait(FINISH_SECONDS)
        self.watching.close(FINISH_SECONDS)
        self.engine.close()


def _revision(engine: AnswerEngine) -> float:
    try:
        return float(engine.ready().index.revision)
    except QuothError:
        return math.nan  # there is no index yet, or it is being opened


def _embedder(engine: AnswerEngine, settings: Settings) -> Embedder:
    """The embedder that is loaded already, if an index is open."""
    try:
        return engine.answerer().index.embedder
    except QuothError:
        return Embedder(settings)


async def _service(request: Request) -> Service:  # async, as FastAPI would run it on a thread, and all may be busy
    service: Service = request.app.state.service
    return service


Served = Annotated[Service, Depends(_service)]
