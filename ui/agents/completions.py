"""Chat completions as OpenAI's API has them, for clients that can set a base URL: ``/v1/chat/completions``.

Nothing is completed: the content is a quote from the documents with its sources, or a sentence that they have none.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from index import QuestionError
from qa import Answer, Citation, Reply, Turn
from ui.http.openapi import example
from ui.http.problems import EVERYWHERE, responses
from ui.http.questions import ERRORS, unless_disconnected
from ui.service.service import Served
from ui.text import chance, counted, sourced_date
from ui.web.reading.anchor import Anchor

MODEL = "quoth"
REFUSAL = "I can't find that in the documents."
NO_TASKS = "I quote documents; I write no titles, tags or suggestions for a conversation."
MOST_TURNS = 20  # earlier turns that are looked at
LONGEST_TURN = 20_000  # characters of each that are looked at
LONGEST_CONTENT = 1_000_000  # characters
_TASK = "<chat_history>"  # which only what a program asks of a language model has
_SOURCES = re.compile(r"( \[\d+\])+$")
_UNDERSTOOD = re.compile(r"^Understood as “(.+)”\.$", re.MULTILINE)

router = APIRouter(prefix="/v1", tags=["questions"], responses=responses(*EVERYWHERE, *ERRORS))


class Part(BaseModel):
    """A part of a message's content; only text is read."""

    type: str = Field(max_length=100)
    text: str = Field("", max_length=LONGEST_CONTENT)


class ChatMessage(BaseModel):
    """A message. Those of the roles ``user`` and ``assistant`` are the conversation; others are not read."""

    role: str = Field(max_length=100, examples=["user"])
    content: Annotated[str, Field(max_length=LONGEST_CONTENT)] | list[Part] | None = Field(
        None, examples=["What rocket was used?"]
    )

    @property
    def words(self) -> str:
        """Its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream has besides."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """What a client of OpenAI's API sends; other parameters, such as the temperature, change nothing."""

    model_config = ConfigDict(extra="ignore")

    model: str = Field(MODEL, max_length=200)
    messages: list[ChatMessage] = Field(min_length=1, max_length=10_000)
    stream: bool = False
    stream_options: StreamOptions | None = None


class UrlCitation(BaseModel):
    """A source: ``content[start_index:end_index]`` names it, and the address opens it on the page."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """A citation in the content."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class CompletedMessage(BaseModel):
    """The reply."""

    role: Literal["assistant"] = "assistant"
    content: str
    annotations: list[Annotation]


class Choice(BaseModel):
    """The only choice."""

    index: int = 0
    message: CompletedMessage
    finish_reason: Literal["stop"] = "stop"


class Usage(BaseModel):
    """The tokens of a language model that were used: none."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class Completion(BaseModel):
    """A reply as OpenAI's API gives it."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="Seconds since 1970.")
    model: str
    choices: list[Choice]
    usage: Usage = Usage()


class Model(BaseModel):
    """The one model."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "quoth"


class Models(BaseModel):
    """The models: Quoth itself."""

    object: Literal["list"] = "list"
    data: list[Model]


@router.get("/models")
async def list_models() -> Models:
    """List the one model, for clients of OpenAI's API."""
    return Models(data=[Model()])


@router.get("/models/{model}", responses=responses(HTTPStatus.NOT_FOUND))
async def get_model(
    model: Annotated[str, Path(description="The model's name.", max_length=200, examples=[MODEL])],
) -> Model:
    """Return the one model by its name, for clients of OpenAI's API."""
    _check_model(model)
    return Model()


@router.post(
    "/chat/completions",
    response_model=Completion,
    responses=example("chat-completions") | responses(HTTPStatus.NOT_FOUND),
)
async def complete_chat(asked: ChatRequest, request: Request, service: Served) -> Completion | StreamingResponse:
    """Reply to the last message of a user as OpenAI's API does: a quote with its sources, or a refusal."""
    _check_model(asked.model)
    utterance, turns = conversation_of(asked.messages)
    if _TASK in utterance:  # Open WebUI asks for a title, tags and what to ask next after each reply
        message = CompletedMessage(content=NO_TASKS, annotations=[])
    else:
        reply = await unless_disconnected(request, service.converse(utterance, turns, None))
        message = message_of(reply, str(request.base_url))
    made = Completion(
        id=f"chatcmpl-{secrets.token_hex(12)}", created=int(time.time()), model=MODEL, choices=[Choice(message=message)]
    )
    if not asked.stream:
        return made
    with_usage = asked.stream_options is not None and asked.stream_options.include_usage
    return StreamingResponse(_streamed(made, with_usage=with_usage), media_type="text/event-stream")


def _check_model(name: str) -> None:
    if name != MODEL:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no model {name!r}: use {MODEL!r}.")


def conversation_of(messages: Sequence[ChatMessage]) -> tuple[str, list[Turn]]:
    """The last message of a user, and the turns before it. Raises ``QuestionError`` if no user has said anything."""
    turns: list[Turn] = []
    for message in messages:
        if message.role == "user":
            turns.append(Turn(message.words))
        elif message.role == "assistant" and turns and not turns[-1].answer:
            said = message.words[:LONGEST_TURN]
            understood = _UNDERSTOOD.search(said)
            turns[-1] = Turn(turns[-1].utterance, understood[1] if understood else "", _answer_in(said))
    if not turns:
        raise QuestionError("there is no message of the role user: ask something in words")
    earlier = turns[max(0, len(turns) - 1 - MOST_TURNS) : -1]
    return turns[-1].utterance, [replace(turn, utterance=turn.utterance[:LONGEST_TURN]) for turn in earlier]


def _answer_in(content: str) -> str:
    """The answer in a content that ``message_of`` made; "" if it was none."""
    first = content.partition("\n\n")[0]
    return _SOURCES.sub("", first) if _SOURCES.search(first) else ""


def message_of(reply: Reply, address: str) -> CompletedMessage:
    """A reply as a message, with its sources in the text and as annotations that open them at this address."""
    if reply.answer is not None and reply.answer.found:
        message = _cited(_answer_lines(reply.answer), reply.answer.citations, address)
        message.content += "".join(f"\n\n{remark}" for remark in _remarks(reply, reply.answer))
        return message
    if reply.answer is not None:
        return CompletedMessage(content="\n\n".join((REFUSAL, *_asked(reply, reply.answer))), annotations=[])
    if reply.summary is not None:
        lines = [f"- {_line(sentence.quote)} [{n}]" for n, sentence in enumerate(reply.summary.sentences, 1)]
        return _cited([reply.text, *lines], reply.summary.sentences, address)
    listed = [f"- {name}" for name in reply.choices or [record.title for record in reply.documents]]
    for group in reply.hits:
        listed.append(f"{group.title}: {counted(group.count, 'passage')}")
        listed += [f"> {_line(one.text)}" for one in group.passages]
    return CompletedMessage(content="\n".join([reply.text, *listed, *reply.examples]), annotations=[])


def _answer_lines(answer: Answer) -> list[str]:
    """The quote with the numbers of its sources, and the items of a list."""
    marks = "".join(f" [{number}]" for number in range(1, len(answer.citations) + 1))
    items = [f"- {_line(item)}" for item in answer.spans] if len(answer.spans) > 1 else []
    return [f"{_line(answer.text)}{marks}", *items]


def _asked(reply: Reply, answer: Answer) -> Iterator[str]:
    """What was asked of the documents, where that is not what was typed."""
    if reply.was_completed:
        yield f"Understood as “{_line(reply.understood)}”."
    yield from (f"Asked “{_line(asked)}” instead of “{_line(typed)}”." for typed, asked in answer.corrections.items())


def _remarks(reply: Reply, answer: Answer) -> Iterator[str]:
    """How the question was understood, what another place says, and how sure the answer is."""
    yield from _asked(reply, answer)
    if answer.disagreement is not None:
        says = "An earlier version says" if answer.relation == "earlier" else "Another place says"
        other = answer.disagreement.citation
        yield f"{says}: “{_line(other.quote)}” ({other.title})."
    yield f"{answer.confidence.capitalize()} ({chance(answer.probability)})."


def _line(text: str) -> str:
    """A text of a document on one line, as Markdown shows it."""
    return " ".join(text.split())


def _cited(lines: Sequence[str], citations: Sequence[Citation], address: str) -> CompletedMessage:
    """Lines, and below them the numbered sources, each of which is annotated."""
    content = "\n".join(lines) + "\n"
    annotations: list[Annotation] = []
    for number, citation in enumerate(citations, 1):
        page = f"page {citation.page}" if citation.page is not None else None
        date = sourced_date(citation.date, citation.date_source)
        name = " · ".join(filter(None, (citation.title, page, date, citation.path)))
        start = len(content) + len(f"\n[{number}] ")
        content += f"\n[{number}] {name}"
        if citation.sentence.strip() != citation.quote.strip():
            content += f": “{_line(citation.sentence)}”"
        url = address.rstrip("/") + "/" + Anchor.of(citation.document_id, citation.start, citation.quote).href
        cited = UrlCitation(start_index=start, end_index=start + len(name), title=citation.title, url=url)
        annotations.append(Annotation(url_citation=cited))
    return CompletedMessage(content=content, annotations=annotations)


def _streamed(made: Completion, *, with_usage: bool) -> Iterator[str]:
    """A completion as server-sent events: all of it in one chunk, then its end, and the usage if it is wanted."""
    message = made.choices[0].message
    same = {"id": made.id, "object": "chat.completion.chunk", "created": made.created, "model": made.model}
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        for delta, reason in ((message.model_dump(), None), ({}, "stop"))
    ]
    if with_usage:
        chunks = [chunk | {"usage": None} for chunk in chunks]
        chunks.append({"choices": [], "usage": made.usage.model_dump()})
    for chunk in chunks:
        yield f"data: {json.dumps(same | chunk, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"
