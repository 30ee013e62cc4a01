"""The one open answerer of a process, shared by every person who asks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

from index import Filters, Hit, Place, open_store
from index.errors import DocumentNotFoundError, QuothError, StateError
from qa import Answer, Answerer, ReaderSettings
from qa.answering.cascade import never_cancelled
from ui.service.cpu import Cores

T = TypeVar("T")

log = logging.getLogger("quoth.desk")

PATIENCE = 1.0  # seconds that closing waits for an opening under way
ATTEMPTS = 3  # at a question, when documents are taken out while it is answered


class NotReadyError(StateError):
    """Questions cannot be answered yet."""


class EndingError(StateError):
    """The service ends, and what it did in the background with it."""


class AnswerEngine:
    """Opens the answerer of one index when it is first needed, and keeps it; and the cores that all compute on.

    An index that does not exist yet is tried again at the next question, so that a page served over an empty folder
    begins to answer as soon as the first document is in; one that was deleted and made again is opened again.
    """

    def __init__(self, location: Place, *, settings: ReaderSettings | None = None) -> None:
        self.location = location
        self.cores = Cores()
        self._settings = settings
        self._answerer: Answerer | None = None
        self._store = open_store(location)
        self._identity: Hashable = None  # of the index that is open
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._problem = ""

    def answerer(self) -> Answerer:
        """The open answerer. Raises ``IndexNotFoundError`` and whatever else opening an index or a reader raises."""
        with self._lock:
            identity = self._store.identity()
            if self._answerer is None or self._identity != identity:
                self._answerer = None  # not closed: another thread may still be reading from it
                self._answerer = Answerer.open(self.location, settings=self._settings)
                self._identity = identity
            return self._answerer

    def answer(
        self, question: str, filters: Filters | None = None, should_continue: Callable[[], bool] = never_cancelled
    ) -> Answer:
        """Answer a question. Raises what ``Answerer.answer`` raises."""
        return self._asked(lambda answerer: answerer.answer(question, filters=filters, should_continue=should_continue))

    def search(
        self,
        question: str,
        k: int,
        filters: Filters | None = None,
        *,
        rerank: bool = False,
        should_continue: Callable[[], bool] = never_cancelled,
    ) -> tuple[list[Hit], int]:
        """The k passages nearest to a question, or those that likeliest answer it; and the revision of the index.

        Raises what ``Answerer.search`` raises.
        """

        def found(answerer: Answerer) -> tuple[list[Hit], int]:
            hits = answerer.search(question, k, filters=filters, rerank=rerank, should_continue=should_continue)
            return hits, answerer.index.revision

        return self._asked(found)

    def _asked(self, ask: Callable[[Answerer], T]) -> T:
        """What the answerer says, asked again when a document that it looked into is taken out meanwhile."""
        for _ in range(ATTEMPTS - 1):
            try:
                return ask(self.answerer())
            except DocumentNotFoundError:
                continue
        return ask(self.answerer())

    def ready(self) -> Answerer:
        """The answerer when questions can be answered at once; never waits.

        Raises ``NotReadyError``, which says what was wrong the last time; the index and the models are then opened in
        the background.
        """
        opened = self._answerer
        if opened is not None and self._identity == self._store.identity() and opened.index.embedder.is_loaded:
            return opened
        if self._opening.acquire(blocking=False):
            threading.Thread(target=self._open, name="opening").start()
        raise NotReadyError(self._problem or "the index and the models are being opened: ask again in a moment")

    def set_threshold(self, threshold: float) -> None:
        """Give answers from another probability on, until this desk is closed. Raises what ``answerer`` raises."""
        answerer = self.answerer()
        self._settings = answerer.settings = answerer.settings.model_copy(update={"threshold": threshold})

    def close(self) -> None:
        """Give back the index and the reader; the next question opens them again."""
        if not self._lock.acquire(timeout=PATIENCE):
            return  # models are being loaded, and nothing is open yet
        try:
            if self._answerer is not None:
                self._answerer.close()
            self._answerer = None
        finally:
            self._lock.release()

    def _open(self) -> None:
        try:
            self.answerer().index.embedder.load()
            self._problem = ""
        except QuothError as error:
            self._problem = str(error)
        except Exception:
            log.exception("the index could not be opened")
            self._problem = "the index could not be opened; the server's log has the details"
        finally:
            self._opening.release()
