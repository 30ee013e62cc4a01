"""What a question is asked within: the documents chosen in the library, and the topic of the conversation."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index import Filters, QuestionError
from qa.conversation.followup import Turn, understand

Path = Annotated[str, Field(max_length=4096)]
Date = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]


class Earlier(BaseModel):
    """An earlier question of the same topic, as it was understood, and its answer."""

    question: Annotated[str, Field(max_length=2000)]
    answer: Annotated[str, Field(max_length=5000)] = ""


class Scope(BaseModel):
    """As the page sends it along with a question."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    documents: Annotated[frozenset[Path], Field(max_length=100)] = frozenset()
    media_type: Annotated[str, Field(max_length=200)] | None = None
    after: Date | None = None
    before: Date | None = None
    topic: Annotated[list[Earlier], Field(max_length=20)] = []  # oldest first

    @classmethod
    def read(cls, sent: str) -> Scope:
        """The scope in what the page sent. Raises ``QuestionError``: a filter is never ignored in silence."""
        try:
            return cls.model_validate_json(sent or "{}")
        except ValidationError as error:
            raise QuestionError("the choice of documents was not understood: clear it in the library") from error

    def filters(self) -> Filters | None:
        """The same for a search; None when every document counts."""
        kind = self.media_type or None
        chosen = Filters(documents=self.documents, after=self.after, before=self.before, media_type=kind)
        return None if chosen == Filters() else chosen

    def understood(self, question: str) -> str:
        """The question with what it takes from the topic filled in."""
        return understand(question, [Turn(one.question, one.answer) for one in self.topic])
