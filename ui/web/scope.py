"""The scope of a question: the documents chosen in the library, and the earlier turns of its topic."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index import Filters, QuestionError
from qa import Turn
from ui.schemas import Date

DocumentPath = Annotated[str, Field(max_length=4096)]


class EarlierTurn(BaseModel):
    """An earlier question of the same topic, as it was understood, and its answer."""

    question: Annotated[str, Field(max_length=2000)]
    answer: Annotated[str, Field(max_length=5000)] = ""


class Scope(BaseModel):
    """The scope as the page sends it with a question."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    documents: Annotated[frozenset[DocumentPath], Field(max_length=100)] = frozenset()
    collection: Annotated[str, Field(max_length=80)] | None = None
    path: Annotated[str, Field(max_length=4096)] | None = None  # a glob pattern
    media_type: Annotated[str, Field(max_length=200)] | None = None
    after: Date | None = None
    before: Date | None = None
    topic: Annotated[list[EarlierTurn], Field(max_length=20)] = []  # oldest first
    literal: bool = False  # whether the utterance is a question, whatever it looks like

    @classmethod
    def read(cls, sent: str) -> Scope:
        """Parse what the page sent. Raises ``QuestionError`` if it is malformed, so that no filter is ignored."""
        try:
            return cls.model_validate_json(sent or "{}")
        except ValidationError as error:
            raise QuestionError("the filters on documents are malformed: clear them above the question box") from error

    def filters(self) -> Filters | None:
        """The filters for a search; None for all documents."""
        chosen = Filters(
            documents=self.documents,
            collection=self.collection or None,
            path=self.path or None,
            after=self.after,
            before=self.before,
            media_type=self.media_type or None,
        )
        return None if chosen == Filters() else chosen

    def turns(self) -> list[Turn]:
        """The earlier turns of its topic."""
        return [Turn(one.question, answer=one.answer) for one in self.topic]
