"""The open index and reader of a process, shared by everyone who asks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from typing import TypeVar

from index import DocumentNotFoundError, Filters, Hit, IndexChangedError, IndexSettings, Place, QuothError, open_store
from qa import (
    Answer,
    Answerer,
    Conversation,
    QuoteCheck,
    ReaderSettings,
    Reply,
    Turn,
    check_quote,
    never_cancelled,
)
from ui.errors import NotReadyError
from ui.service.cpu import CpuPool

T = TypeVar("T")

log = logging.getLogger("quoth.engine")

CLOSE_SECONDS = 1.0  # that closing waits for models that are being loaded
WHOLE_DOCUMENTS = 2  # that are read at the same time for one purpose; a text of 20 MB takes 75 MB, or more
ATTEMPTS = 3  # to answer a question whose documents are removed meanwhile


class AnswerEngine:
    """Opens an index and its reader when they are first needed, and keeps them open; also owns the pool of cores.

    While there is no index, each question looks for it again, so a page over an empty folder answers as soon as the
    first document is indexed. An index that was deleted and rebuilt is opened again.
    """

    def __init__(self, location: Place, *, settings: ReaderSettings | None = None) -> None:
        self.location = location
        self.cpu = CpuPool()
        self.whole_documents: threading.Semaphore = threading.BoundedSemaphore(
            WHOLE_DOCUMENTS
        )  # held while one is read and shown
        self._settings = settings
        self._answerer: Answerer | None = None
        self._conversation: Conversation | None = None
        self._store = open_store(location, settings if isinstance(settings, IndexSettings) else None)
        self._identity: Hashable = None  # of the index that is open
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._opening_error = ""

    def answerer(self) -> Answerer:
        """The open answerer. Raises ``IndexNotFoundError`` and whatever else opening an index or a reader raises."""
        with self._lock:
            identity = self._store.identity()
            if self._answerer is None or self._identity != identity:
                self._answerer = None  # not closed: another thread may still be reading from it
                self._answerer = Answerer.open(self._store, settings=self._settings)
                self._identity = identity
            return self._answerer

    def answer(
        self, question: str, filters: Filters | None = None, *, should_continue: Callable[[], bool] = never_cancelled
    ) -> Answer:
        """Answer a question. Raises what ``Answerer.answer`` raises."""
        return self._retry(lambda answerer: answerer.answer(question, filters=filters, should_continue=should_continue))

    def converse(
        self,
        utterance: str,
        turns: Sequence[Turn] = (),
        filters: Filters | None = None,
        *,
        should_continue: Callable[[], bool] = never_cancelled,
    ) -> Reply:
        """Reply to an utterance. Raises what ``Conversation.reply`` raises."""

        def reply(answerer: Answerer) -> Reply:
            conversation = self._conversation
            if conversation is None or conversation.answerer is not answerer:
                conversation = self._conversation = Conversation(answerer)
            return conversation.reply(utterance, turns, filters=filters, should_continue=should_continue)

        return self._retry(reply)

    def search(
        self,
        question: str,
        k: int,
        filters: Filters | None = None,
        *,
        rerank: bool = False,
        should_continue: Callable[[], bool] = never_cancelled,
    ) -> tuple[list[Hit], int]:
        """The k passages nearest to a question, or with ``rerank`` the most likely to answer it; and the revision.

        Raises what ``Answerer.search`` raises.
        """

        def search(answerer: Answerer) -> tuple[list[Hit], int]:
            hits = answerer.search(question, k, filters=filters, rerank=rerank, should_continue=should_continue)
            return hits, answerer.index.revision

        return self._retry(search)

    def check_quote(self, quote: str, *, should_continue: Callable[[], bool] = never_cancelled) -> QuoteCheck:
        """Check a quote against the documents. Raises what ``qa.check_quote`` raises."""
        return self._retry(lambda answerer: check_quote(answerer.index, quote, should_continue=should_continue))

    def ready(self) -> Answerer:
        """The answerer, if questions can be answered at once; never waits.

        Otherwise opens the index and the models in the background, and raises ``NotReadyError`` with the reason why
        the last attempt failed.
        """
        answerer = self._answerer
        if answerer is not None and self._identity == self._store.identity() and answerer.index.embedder.is_loaded:
            return answerer
        if self._opening.acquire(blocking=False):
            threading.Thread(target=self._open, name="opening", daemon=False).start()
        raise NotReadyError(self._opening_error or "the index and the models are being opened: ask again in a moment")

    def set_threshold(self, threshold: float) -> None:
        """Answer from this probability up, until the engine is closed. Raises what ``answerer`` raises."""
        answerer = self.answerer()
        self._settings = answerer.settings = answerer.settings.model_copy(update={"threshold": threshold})

    def close(self) -> None:
        """Close the index and the reader; the next question opens them again."""
        if not self._lock.acquire(timeout=CLOSE_SECONDS):
            return  # models are being loaded, and nothing is open yet
        try:
            if self._answerer is not None:
                self._answerer.close()
            self._answerer = None
        finally:
            self._lock.release()

    def _retry(self, ask: Callable[[Answerer], T]) -> T:
        """The result of ``ask``, called again when a document is removed between finding and reading it."""
        for _ in range(ATTEMPTS - 1):
            with suppress(DocumentNotFoundError, IndexChangedError):
                return ask(self.answerer())
        return ask(self.answerer())

    def _open(self) -> None:
        try:
            self.answerer().index.embedder.load()
            self._opening_error = ""
        except QuothError as error:
            self._opening_error = str(error)
        except Exception:
            log.exception("the index could not be opened")
            self._opening_error = "the index could not be opened; the server's log has the details"
        finally:
            self._opening.release()
