"""Requests and responses of the HTTP service; the MCP server shares some of the responses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from index import DocumentIndex, DocumentRecord, Failure, Filters, Hit
from qa import Sheet, SheetRow, Turn

Date = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$", examples=["2025-04-08"])]


class Narrowing(BaseModel):
    """Conditions on the documents to search. A document must meet all that are given."""

    model_config = ConfigDict(extra="forbid")

    path: str | None = Field(
        None, max_length=1000, description="A glob pattern for the relative path.", examples=["*.txt"]
    )
    after: Date | None = Field(None, description="The earliest date.")
    before: Date | None = Field(None, description="The latest date.")
    media_type: str | None = Field(None, max_length=200, examples=["text/plain"])
    metadata: dict[str, str] = Field(default_factory=dict, max_length=20)
    documents: list[Annotated[str, Field(max_length=1000)]] = Field(
        default_factory=list,
        max_length=100,
        description="The paths of the documents to search: relative, or absolute where several share a relative one.",
    )
    collection: str | None = Field(
        None, min_length=1, max_length=80, description="The name of a collection of documents.", examples=["Contracts"]
    )

    def as_filters(self) -> Filters:
        """The conditions as the index's filters."""
        return Filters(
            self.path,
            self.after,
            self.before,
            self.media_type,
            self.metadata,
            frozenset(self.documents),
            self.collection,
        )


class Question(BaseModel):
    """A question, and the documents to search."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=2000, examples=["What rocket was used?"])
    filters: Narrowing | None = None

    def narrowed(self) -> Filters | None:
        """The filters, if any were given."""
        return self.filters.as_filters() if self.filters else None


class EarlierTurn(BaseModel):
    """An earlier utterance of the conversation, the question that it was understood as, and the answer's text."""

    model_config = ConfigDict(extra="forbid")

    utterance: str = Field(max_length=2000, examples=["Who flew to the station?"])
    understood: str = Field("", max_length=2000)
    answer: str = Field("", max_length=5000, examples=["Jonathan Kim"])

    def as_turn(self) -> Turn:
        """The turn as a conversation takes it."""
        return Turn(self.utterance, self.understood, self.answer)


class Utterance(BaseModel):
    """What a person typed, the turns before it, and the documents to search."""

    model_config = ConfigDict(extra="forbid")

    utterance: str = Field(min_length=1, max_length=2000, examples=["How long will he stay?"])
    turns: list[EarlierTurn] = Field(default_factory=list, max_length=20, description="The oldest first.")
    filters: Narrowing | None = None

    def earlier(self) -> list[Turn]:
        """The turns before it."""
        return [turn.as_turn() for turn in self.turns]

    def narrowed(self) -> Filters | None:
        """The filters, if any were given."""
        return self.filters.as_filters() if self.filters else None


class Search(Question):
    """A question to find passages for, and how many."""

    k: int = Field(10, ge=1, le=100, description="The most passages to return.")
    rerank: bool = Field(
        default=False,
        description="Whether the reader ranks the nearest passages again, by the probability that they hold the "
        "answer, which is then their score. This takes longer than an answer.",
    )


class Quote(BaseModel):
    """A text that should stand in the documents word for word."""

    model_config = ConfigDict(extra="forbid")

    quote: str = Field(min_length=1, max_length=5000, examples=["The Russian Soyuz 2.1a rocket took off"])


class SheetQuestions(BaseModel):
    """The questions of a sheet, and the documents to ask them of."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80, description="The name to keep it by.", examples=["Key terms"])
    questions: list[Annotated[str, Field(max_length=2000)]] = Field(
        min_length=1, max_length=1000, examples=[["What is the notice period?", "How much is the monthly fee?"]]
    )
    documents: list[Annotated[str, Field(max_length=1000)]] | Annotated[str, Field(max_length=1000)] | None = Field(
        None,
        description="Paths or glob patterns of the documents; all documents if there are none.",
        examples=[["contracts/*"]],
    )
    collection: str = Field("", max_length=80, description="Only documents of this collection.")
    each: bool = Field(
        default=False, description="Whether each document has a row, instead of each question over all documents."
    )

    def patterns(self) -> tuple[str, ...]:
        """The paths and patterns."""
        given = [self.documents] if isinstance(self.documents, str) else self.documents or []
        return tuple(pattern for pattern in given if pattern)


class SheetState(BaseModel):
    """A sheet as far as it is asked."""

    name: str
    state: Literal["waiting", "asking", "stopped", "done"]
    done: int = Field(description="How many cells have been asked.")
    total: int = Field(description="How many cells are asked in all.")
    revision: int = Field(description="The revision of the index when the asking began.")
    asked: str = Field(description="When the asking began: ISO 8601, UTC.")
    each: bool
    documents: list[str] = Field(description="The paths and patterns that were given; none for all documents.")
    collection: str = Field(description="The collection that the documents are of; empty for any.")
    questions: list[str]
    rows: list[SheetRow] = Field(
        description="One a document, its cells in the order of the questions; or one a question, each of one cell."
    )
    problem: str = Field("", description="Why the asking ended early, if it did.")

    @classmethod
    def of(cls, sheet: Sheet, problem: str = "") -> SheetState:
        """The state of a sheet."""
        return cls(
            name=sheet.name,
            state=sheet.state,
            done=sheet.done,
            total=sheet.total,
            revision=sheet.revision,
            asked=sheet.asked,
            each=sheet.each,
            documents=list(sheet.documents),
            collection=sheet.collection,
            questions=list(sheet.questions),
            rows=list(sheet.rows),
            problem=problem,
        )


class Rebuild(BaseModel):
    """How to rebuild."""

    model_config = ConfigDict(extra="forbid")

    allow_deletions: bool = Field(
        default=False,
        description="Whether documents are removed even if most files of a folder are gone, as when it is not mounted.",
    )


class Hits(BaseModel):
    """Passages, best first."""

    hits: list[Hit]
    revision: int


class Documents(BaseModel):
    """Some of the documents, ordered by path, and every file that could not be read."""

    documents: list[DocumentRecord]
    failures: list[Failure]
    total: int = Field(description="How many documents there are in all.")
    revision: int

    @classmethod
    def of(cls, index: DocumentIndex, offset: int, limit: int) -> Documents:
        """At most ``limit`` documents after the first ``offset``."""
        records = index.documents()
        page = records[offset : offset + limit]
        return cls(documents=page, failures=index.failures(), total=len(records), revision=index.revision)


class Stretch(BaseModel):
    """A part of a document's text: the code points from ``start`` up to ``end``, as a citation counts them."""

    document_id: int
    start: int
    end: int
    text: str

    @classmethod
    def of(cls, index: DocumentIndex, document_id: int, start: int, end: int | None, longest: int) -> Stretch:
        """The part, cut at the end of the text and at ``longest`` code points. Raises ``DocumentNotFoundError``."""
        whole = index.text(document_id)
        first = min(start, len(whole))
        last = max(first, min(len(whole) if end is None else end, len(whole), first + longest))
        return cls(document_id=document_id, start=first, end=last, text=whole[first:last])
