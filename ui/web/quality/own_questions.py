"""A person's own questions with their right answers, and how they were answered: kept beside the index."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index import Document, write_whole
from qa import Evaluation, GoldQuestion, Outcome, Verdict
from ui.errors import QuestionsDamagedError

FILE = "questions.json"
MOST = 20_000  # questions
RIGHT = (Verdict.RIGHT, Verdict.RIGHTLY_REFUSED)


class RightPlace(BaseModel):
    """Where the right answer stands: ``text[start:end]`` of a document."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    path: str
    title: str
    page: int | None
    document: int
    start: int
    end: int

    @classmethod
    def of(cls, document_id: int, document: Document, words: str) -> RightPlace | None:
        """The first place of these words in a document, whatever white space is between them; None without one."""
        pattern = r"\s+".join(map(re.escape, words.split()))
        found = re.search(pattern, document.text) if pattern else None
        if found is None:
            return None
        page = next((one.number for one in document.pages if one.start <= found.start() < one.end), None)
        return cls(
            path=document.path,
            title=document.title,
            page=page,
            document=document_id,
            start=found.start(),
            end=found.end(),
        )


class OwnQuestion(BaseModel):
    """A question with the answers that are right; without answers if no document says it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(default_factory=lambda: secrets.token_hex(4))
    question: str
    answers: tuple[str, ...] = ()
    document: str | None = None  # path, file name or title
    place: RightPlace | None = None
    origin: Literal["page", "file", "verdict"] = "page"

    def gold(self) -> GoldQuestion:
        """The question as an evaluation asks it."""
        return GoldQuestion(self.question, self.answers, self.document, id=self.id)


class Said(BaseModel):
    """What was answered to one of the questions."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    right: bool
    found: bool
    text: str = ""  # the answer, or the best guess that was withheld
    confidence: str = ""
    title: str = ""
    page: int | None = None
    document: int | None = None
    start: int = 0

    @classmethod
    def of(cls, outcome: Outcome) -> Said:
        """What an evaluation's outcome says of its question."""
        answer = outcome.answer
        cited = answer.citations[0] if answer.citations else None
        if cited is None and answer.candidates:
            cited = answer.candidates[0].citation
        return cls(
            id=outcome.gold.id,
            right=outcome.verdict in RIGHT,
            found=answer.found,
            text=outcome.guess,
            confidence=answer.confidence,
            title=cited.title if cited else "",
            page=cited.page if cited else None,
            document=cited.document_id if cited else None,
            start=cited.start if cited else 0,
        )


class Check(BaseModel):
    """How all questions were answered once."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    at: str  # ISO date and time, UTC
    documents: int
    said: tuple[Said, ...]

    @classmethod
    def of(cls, evaluation: Evaluation, documents: int) -> Check:
        """The check that an evaluation over so many documents was, just now."""
        now = datetime.now(UTC).isoformat(timespec="minutes")
        return cls(at=now, documents=documents, said=tuple(map(Said.of, evaluation.outcomes)))

    @property
    def right(self) -> int:
        """How many were answered rightly."""
        return sum(one.right for one in self.said)


class Earlier(BaseModel):
    """The result of the check before the last one."""

    at: str
    right: int
    asked: int


class OwnQuestions(BaseModel):
    """All questions, and the last check."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    questions: tuple[OwnQuestion, ...] = ()
    last: Check | None = None
    earlier: Earlier | None = None

    def plus(self, more: Iterable[OwnQuestion]) -> OwnQuestions:
        """With more questions; one that is asked already is replaced, in its place."""
        merged = {_key(one.question): one for one in self.questions}
        for one in more:
            known = merged.get(_key(one.question))
            same = known is not None and known.answers == one.answers  # its result stays
            merged[_key(one.question)] = one.model_copy(update={"id": known.id}) if known and same else one
        return self.model_copy(update={"questions": tuple(merged.values())})

    def without(self, question: str) -> OwnQuestions:
        """Without one of the questions."""
        return self.model_copy(update={"questions": tuple(one for one in self.questions if one.id != question)})

    def checked(self, check: Check) -> OwnQuestions:
        """With the result of a new check."""
        last = self.last
        earlier = Earlier(at=last.at, right=last.right, asked=len(last.said)) if last else None
        return self.model_copy(update={"last": check, "earlier": earlier})


class QuestionsFile:
    """The file with the questions, in the folder of the index."""

    def __init__(self, location: Path) -> None:
        self._file = location / FILE
        self._lock = threading.Lock()

    def read(self) -> OwnQuestions:
        """What is kept; nothing if there is no file. Raises ``QuestionsDamagedError``."""
        try:
            return OwnQuestions.model_validate_json(self._file.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return OwnQuestions()
        except (ValidationError, OSError) as error:
            raise QuestionsDamagedError(f"{FILE} beside the index cannot be read: delete or mend it") from error

    def change(self, changed: Callable[[OwnQuestions], OwnQuestions]) -> OwnQuestions:
        """Replace what is kept atomically. Raises ``QuestionsDamagedError``."""
        with self._lock:
            kept = changed(self.read())
            write_whole(self._file, kept.model_dump_json().encode())
            return kept


def _key(question: str) -> str:
    return " ".join(question.casefold().split())
