"""Asking over HTTP: ``/v1/answer`` and ``/v1/search``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from index import Filters, Hit
from qa import Answer
from ui.http import openapi_examples as examples
from ui.http.problems import CLIENT_CLOSED_REQUEST, EVERYWHERE, responses
from ui.service.service import Served

T = TypeVar("T")

Date = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$", examples=["2025-04-08"])]
ASKING = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


class Narrowing(BaseModel):
    """Which documents may be looked at; every given condition must hold."""

    model_config = ConfigDict(extra="forbid")

    path: str | None = Field(None, max_length=1000, description="A glob over the relative path.", examples=["*.txt"])
    after: Date | None = Field(None, description="The earliest date.")
    before: Date | None = Field(None, description="The latest date.")
    media_type: str | None = Field(None, max_length=200, examples=["text/plain"])
    metadata: dict[str, str] = Field(default_factory=dict, max_length=20)
    documents: list[Annotated[str, Field(max_length=1000)]] = Field(
        default_factory=list,
        max_length=100,
        description="Relative paths, or absolute ones where several share one, of which a document must have one.",
    )

    def as_filters(self) -> Filters:
        """The same, as the index knows it."""
        return Filters(self.path, self.after, self.before, self.media_type, self.metadata, frozenset(self.documents))


class Question(BaseModel):
    """A question, and where to look."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=2000, examples=["What rocket was used?"])
    filters: Narrowing | None = None

    def narrowed(self) -> Filters | None:
        """The filters asked for."""
        return self.filters.as_filters() if self.filters else None


class Search(Question):
    """What to search for, and how many passages to return."""

    k: int = Field(10, ge=1, le=100, description="How many passages at most.")
    rerank: bool = Field(
        default=False,
        description="Whether the reader ranks the nearest again, by the probability that they hold the answer, which "
        "is then their score; it takes longer than an answer.",
    )


class Hits(BaseModel):
    """Passages, best first."""

    hits: list[Hit]
    revision: int


router = APIRouter(prefix="/v1", tags=["questions"], responses=responses(*EVERYWHERE, *ASKING))


@router.post("/answer", responses=examples.of(examples.ANSWER))
async def answer(asked: Question, request: Request, service: Served) -> Answer:
    """Answer a question with a verbatim quote, or say that the documents do not hold the answer."""
    return await unless_gone(request, service.answer(asked.question, asked.narrowed()))


@router.post("/search", responses=examples.of(examples.HITS))
async def search(asked: Search, request: Request, service: Served) -> Hits:
    """Find the passages nearest to a question, or those that likeliest answer it."""
    found = service.line.search(asked.question, asked.k, asked.narrowed(), rerank=asked.rerank)
    hits, revision = await unless_gone(request, found)
    return Hits(hits=hits, revision=revision)


async def unless_gone(request: Request, work: Awaitable[T]) -> T:
    """The result of ``work``, which is cancelled when the client hangs up first."""
    task = asyncio.ensure_future(work)
    gone = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise HTTPException(CLIENT_CLOSED_REQUEST, "The client went away.")
        return task.result()
    finally:
        gone.cancel()
        task.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
