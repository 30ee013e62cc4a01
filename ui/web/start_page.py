"""What the page says before the first question: how much is indexed, and questions to begin with."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from index import IndexNotFoundError, IndexStatus, QuothError
from qa import Answer, Answerer, example_questions
from ui.service.cpu import lower_priority
from ui.service.engine import AnswerEngine, EndingError
from ui.text import counted
from ui.web.html import text

INVITATION = (
    "<h2>Ask your documents</h2><p>There is nothing to ask about yet. Add a first file or folder, and every answer "
    "will be a quotation from it.</p>"
    '<p><button type="button" class="button main" data-do="library" aria-haspopup="dialog">Add documents</button></p>'
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Examples:
    """Example questions and the revision of the index they were made from."""

    revision: int
    questions: tuple[str, ...]


class Welcome:
    """The greeting over one index; examples are made once a revision, since each is answered to be sure of it."""

    def __init__(self, engine: AnswerEngine) -> None:
        self._engine = engine
        self._examples = Examples(-1, ())
        self._making = threading.Lock()
        self._ending = threading.Event()
        self.router = APIRouter(prefix="/ui", include_in_schema=False, default_response_class=HTMLResponse)
        self.router.add_api_route("/welcome", self.greeting)
        self.router.add_api_route("/examples", self.examples)

    def greeting(self) -> str:
        """The heading with the counts; or an invitation when nothing is indexed."""
        try:
            status = self._engine.answerer().index.status()
        except IndexNotFoundError:
            return _with_counts("empty", INVITATION)
        except QuothError as problem:
            return f'<h2>Ask your documents</h2><p class="problem" role="alert">{text(str(problem))}</p>'
        if not status.documents:
            return _with_counts("empty", INVITATION)
        return _with_counts(_counts(status), _heading(status))

    def examples(self) -> HTMLResponse:
        """A list of questions that the documents answer, or 202 while they are being made."""
        try:
            revision = self._engine.answerer().index.revision
        except QuothError:
            return HTMLResponse("")  # the greeting says what is wrong
        if self._examples.revision != revision:
            self.make()
            return HTMLResponse("", HTTPStatus.ACCEPTED)
        buttons = "".join(
            f'<li><button type="button" data-do="ask"><bdi>{text(question)}</bdi></button></li>'
            for question in self._examples.questions
        )
        return HTMLResponse(f'<ul class="examples" aria-label="Example questions">{buttons}</ul>' if buttons else "")

    def make(self) -> None:
        """Begin to make examples of this revision, unless that is under way; loads the models too."""
        if not self._ending.is_set() and self._making.acquire(blocking=False):
            # No daemon: the interpreter would not wait for it at its own end, and abort inside a model.
            threading.Thread(target=self._make, name="examples").start()

    def stop(self) -> None:
        """Make no more examples: what is under way ends with the question that is being answered."""
        self._ending.set()

    def _make(self) -> None:
        try:
            answerer = self._engine.answerer()
            revision = answerer.index.revision
            lower_priority()
            self._examples = Examples(revision, _questions(_Until(answerer, self._ending)))
        except Exception:  # the greeting tells a person; an index that is closed meanwhile concerns nobody
            log.info("no example questions", exc_info=True)
        finally:
            self._making.release()


class _Until:
    """An answerer that answers until the service ends."""

    def __init__(self, answerer: Answerer, ending: threading.Event) -> None:
        self._answerer, self._ending = answerer, ending
        self.index = answerer.index

    def answer(self, question: str) -> Answer:
        if self._ending.is_set():
            raise EndingError("the service ends")
        return self._answerer.answer(question)


def _questions(answerer: _Until) -> tuple[str, ...]:
    try:
        return tuple(example_questions(answerer))
    except QuothError:
        return ()  # as of an index without passages


def _with_counts(counts: str, greeting: str) -> str:
    return f'<div data-counts="{text(counts)}">{greeting}</div>'


def _counts(status: IndexStatus) -> str:
    return f"{counted(status.documents, 'document')}, {counted(status.chunks, 'passage')}"


def _heading(status: IndexStatus) -> str:
    return (
        "<h2>Ask your documents</h2>"
        f"<p>Answers are quoted from {_counts(status)}, with the place they stand. "
        "What the documents do not say is not made up.</p>"
    )
