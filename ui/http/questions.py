"""Asking over HTTP: ``/v1/answer``, ``/v1/converse``, ``/v1/search`` and ``/v1/verify-quote``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus
from typing import TypeVar

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException

from qa import Answer, QuoteCheck, Reply
from ui.http.openapi import example
from ui.http.problems import CLIENT_CLOSED_REQUEST, EVERYWHERE, responses
from ui.schemas import Hits, Question, Quote, Search, Utterance
from ui.service.service import Served

T = TypeVar("T")

ERRORS = (
    HTTPStatus.NOT_FOUND,  # of a collection
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

router = APIRouter(prefix="/v1", tags=["questions"], responses=responses(*EVERYWHERE, *ERRORS))


@router.post("/answer", responses=example("answer"))
async def answer(asked: Question, request: Request, service: Served) -> Answer:
    """Answer a question with a verbatim quote, or say that the documents do not hold the answer."""
    return await unless_disconnected(request, service.answer(asked.question, asked.narrowed()))


@router.post("/converse", responses=example("converse"))
async def converse(said: Utterance, request: Request, service: Served) -> Reply:
    """Reply to whatever a person typed: an answer, passages on a subject, a summary, or about the library."""
    return await unless_disconnected(request, service.converse(said.utterance, said.earlier(), said.narrowed()))


@router.post("/search", responses=example("search"))
async def search(asked: Search, request: Request, service: Served) -> Hits:
    """Find the passages nearest to a question, or the most likely to answer it."""
    searching = service.queue.search(asked.question, asked.k, asked.narrowed(), rerank=asked.rerank)
    hits, revision = await unless_disconnected(request, searching)
    return Hits(hits=hits, revision=revision)


@router.post("/verify-quote", responses=example("verify-quote"))
async def verify_quote(asked: Quote, request: Request, service: Served) -> QuoteCheck:
    """Check whether a text stands in the documents word for word, and if not, find what comes nearest."""
    return await unless_disconnected(request, service.queue.check_quote(asked.quote))


async def unless_disconnected(request: Request, work: Awaitable[T]) -> T:
    """The result of ``work``; it is cancelled if the client disconnects first."""
    task = asyncio.ensure_future(work)
    disconnected = asyncio.create_task(_disconnect_of(request))
    try:
        await asyncio.wait({task, disconnected}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise HTTPException(CLIENT_CLOSED_REQUEST, "The client disconnected.")
        return task.result()
    finally:
        disconnected.cancel()
        task.cancel()


async def _disconnect_of(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
