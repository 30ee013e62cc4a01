"""Cards of documents, and the questions on them, which are made while nobody asks a question live."""

from __future__ import annotations

import threading
from collections import OrderedDict

from index import DocumentNotFoundError, DocumentRecord, Filters
from qa import AbandonedError, Answer, DocumentCard, card_questions, document_card
from ui.service.engine import WHOLE_DOCUMENTS, AnswerEngine
from ui.service.question_queue import QuestionQueue

KEPT = 64  # documents whose questions are remembered


class Cards:
    """Makes cards over an engine; safe to use from several threads."""

    def __init__(self, engine: AnswerEngine, queue: QuestionQueue) -> None:
        self._engine, self._queue = engine, queue
        self._made: OrderedDict[tuple[int, str], list[str]] = OrderedDict()  # questions, by id and sha256
        self._making = threading.Lock()
        self._places = threading.BoundedSemaphore(WHOLE_DOCUMENTS)
        self._wanted = 0  # the id of the document whose questions were asked for last
        self._closed = False

    def card(self, document_id: int) -> DocumentCard:
        """The card of a document. Raises ``DocumentNotFoundError`` and whatever opening the index raises."""
        index = self._engine.answerer().index
        with self._places:
            with index.snapshot() as view:
                document, record = view.document(document_id), _record(view.documents(), document_id)
            with self._engine.cpu.share():
                return document_card(document, record, index.embedder)

    def questions(self, document_id: int) -> list[str]:
        """Up to three questions that a document answers; none if others are wanted before they are made.

        Raises as ``card``.
        """
        self._wanted = document_id
        record = _record(self._engine.answerer().index.documents(), document_id)
        key = (document_id, record.sha256)
        with self._making:
            if key not in self._made:
                if not self._is_wanted(document_id):
                    return []
                made = card_questions(_Patient(self, document_id), record)
                if not self._is_wanted(document_id):
                    return made
                self._made[key] = made
                while len(self._made) > KEPT:
                    self._made.popitem(last=False)
            return self._made[key]

    def close(self) -> None:
        """Make no more questions."""
        self._closed = True

    def ask(self, question: str, filters: Filters | None, document_id: int) -> Answer:
        """The answer, when no question is asked live. Raises ``AbandonedError`` once another card is wanted."""

        def should_continue() -> bool:
            return self._is_wanted(document_id)

        return self._queue.between_questions(
            lambda *, should_continue: self._engine.answer(question, filters, should_continue=should_continue),
            should_continue,
        )

    def _is_wanted(self, document_id: int) -> bool:
        return not self._closed and self._wanted == document_id


class _Patient:
    """Answers for one card, as long as it is wanted."""

    def __init__(self, cards: Cards, document_id: int) -> None:
        self._cards, self._document_id = cards, document_id
        self.index = cards._engine.answerer().index

    def answer(self, question: str, *, filters: Filters | None = None) -> Answer:
        """The answer. Raises ``DocumentNotFoundError``, which ends the making, once the card is not wanted."""
        try:
            return self._cards.ask(question, filters, self._document_id)
        except AbandonedError:
            raise DocumentNotFoundError("another card is shown") from None


def _record(records: list[DocumentRecord], document_id: int) -> DocumentRecord:
    for record in records:
        if record.id == document_id:
            return record
    raise DocumentNotFoundError(f"there is no document {document_id}: it may have been removed")
