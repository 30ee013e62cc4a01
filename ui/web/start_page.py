"""What the page shows before the first question: how much is indexed, and example questions."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from index import Filters, IndexNotFoundError, QuothError
from qa import Answer, Answerer, example_questions
from ui.errors import ShuttingDownError
from ui.service.cpu import lower_priority
from ui.service.engine import AnswerEngine
from ui.web.html import render

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Examples:
    """Example questions and the revision of the index they were made from."""

    revision: int
    questions: tuple[str, ...]


class StartPage:
    """The start page over one index.

    Examples are made once per revision, in the background; each is asked first, to check that the documents answer it.
    """

    def __init__(self, engine: AnswerEngine) -> None:
        self._engine = engine
        self._examples = Examples(-1, ())
        self._making = threading.Lock()
        self._stopping = threading.Event()
        self.router = APIRouter(prefix="/ui", include_in_schema=False, default_response_class=HTMLResponse)
        self.router.add_api_route("/welcome", self.show)
        self.router.add_api_route("/examples", self.show_examples)

    def show(self) -> str:
        """How much is indexed, or an invitation to add documents if nothing is."""
        try:
            status = self._engine.answerer().index.status()
        except IndexNotFoundError:
            return render("start_page.html", problem="", status=None)
        except QuothError as problem:
            return render("start_page.html", problem=str(problem), status=None)
        return render("start_page.html", problem="", status=status)

    def show_examples(self) -> HTMLResponse:
        """A list of questions that the documents answer, or 202 while they are being made."""
        try:
            revision = self._engine.answerer().index.revision
        except QuothError:
            return HTMLResponse("")  # the start page shows the problem
        if self._examples.revision != revision:
            self.make_examples()
            return HTMLResponse("", HTTPStatus.ACCEPTED)
        return HTMLResponse(render("examples.html", questions=self._examples.questions))

    def make_examples(self) -> None:
        """Start making examples of this revision, if nobody is making them yet; also loads the models."""
        if not self._stopping.is_set() and self._making.acquire(blocking=False):
            # Never a daemon: at exit, a daemon thread inside torch aborts the process (gh-87135).
            threading.Thread(target=self._make, name="examples", daemon=False).start()

    def stop(self) -> None:
        """Stop making examples, after the question that is being answered."""
        self._stopping.set()

    def _make(self) -> None:
        try:
            answerer = self._engine.answerer()
            revision = answerer.index.revision
            lower_priority()
            self._examples = Examples(revision, _questions(_StoppableAnswerer(answerer, self._stopping)))
        except Exception:  # the start page reports an error; an index that is closed needs no examples
            log.info("no example questions", exc_info=True)
        finally:
            self._making.release()


class _StoppableAnswerer:
    """An answerer that raises ``ShuttingDownError`` once the service is stopping."""

    def __init__(self, answerer: Answerer, stopping: threading.Event) -> None:
        self._answerer, self._stopping = answerer, stopping
        self.index = answerer.index

    def answer(self, question: str, *, filters: Filters | None = None) -> Answer:
        if self._stopping.is_set():
            raise ShuttingDownError("the service is shutting down")
        return self._answerer.answer(question, filters=filters)


def _questions(answerer: _StoppableAnswerer) -> tuple[str, ...]:
    try:
        return tuple(example_questions(answerer))
    except QuothError:
        return ()  # for example an index without passages
