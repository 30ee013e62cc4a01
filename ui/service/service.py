"""What serves one index in one process, held together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from index import Embedder, Filters, open_store
from index.errors import IndexNotFoundError, QuothError
from qa import Answer
from ui.service.engine import AnswerEngine
from ui.service.logs import log_answer
from ui.service.metrics import Metrics
from ui.service.question_queue import QuestionQueue
from ui.service.rebuilds import Rebuilds
from ui.service.uploads import Uploads
from ui.settings import Settings

FINISHING = 1.5  # seconds for what is under way when the service ends, after those that clients had


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that every route works with."""

    settings: Settings
    engine: AnswerEngine
    line: QuestionQueue
    uploads: Uploads
    rebuilding: Rebuilds
    metrics: Metrics

    @classmethod
    def of(cls, settings: Settings) -> Service:
        """The service that the settings ask for; the index and the models are opened when first needed."""
        store = open_store(settings=settings)
        engine, metrics = AnswerEngine(store, settings=settings), Metrics()
        metrics.watch("index_revision", "Revision of the index", lambda: _revision(engine))
        rebuilding = Rebuilds(store, settings, lambda: _embedder(engine, settings), engine.cores)
        metrics.watch("rebuild_running", "Whether the index is being brought up to date", lambda: rebuilding.running)
        return cls(
            settings=settings,
            engine=engine,
            line=QuestionQueue(engine, metrics, places=settings.waiting),
            uploads=Uploads(settings.index, most_bytes=settings.upload_megabytes * 10**6),
            rebuilding=rebuilding,
            metrics=metrics,
        )

    async def answer(self, question: str, filters: Filters | None = None) -> Answer:
        """An answer out of the line, told to the log. Raises ``QueueFullError`` and what answering raises."""
        answered = await self.line.answer(question, filters)
        log_answer(answered, with_text=self.settings.log_text)
        return answered

    def uploaded(self) -> dict[str, str]:
        """The sha256 of every document that was handed in and is in the index now, by name."""
        try:
            return self.uploads.among(self.engine.answerer().index.documents())
        except IndexNotFoundError:
            return {}

    def close(self) -> None:
        """Finish what is being answered, stop a rebuild, and let go of the index; within a few seconds."""
        self.rebuilding.stop()
        self.line.close(FINISHING)
        self.rebuilding.ended(FINISHING)
        self.engine.close()


def _revision(engine: AnswerEngine) -> float:
    try:
        return float(engine.ready().index.revision)
    except QuothError:
        return math.nan  # there is no index yet, or it is being opened


def _embedder(engine: AnswerEngine, settings: Settings) -> Embedder:
    """The one that is loaded already, if there is an index to ask."""
    try:
        return engine.answerer().index.embedder
    except QuothError:
        return Embedder(settings)


def _served(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Served = Annotated[Service, Depends(_served)]
