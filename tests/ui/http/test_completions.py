"""OpenAI's own client asks Quoth by its base URL: a quote with its sources comes back, or a refusal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from fastapi import FastAPI

from qa import Turn
from ui.agents.completions import NO_TASKS, ChatMessage, conversation_of
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

ROCKET = {"role": "user", "content": "What rocket was used?"}


@pytest.fixture(scope="module")
def app(seed_index: Path) -> FastAPI:
    return assemble(Service.of(load_settings({"index": seed_index, "token": "secret" * 4})))


def ask(app: FastAPI, use: Callable[[openai.AsyncOpenAI], Awaitable[Any]], key: str = "secret" * 4) -> Any:
    """What a client of OpenAI's package gets."""

    async def session() -> Any:
        carrier = httpx.AsyncClient(transport=httpx.ASGITransport(app))
        async with openai.AsyncOpenAI(
            base_url="http://127.0.0.1:7860/v1", api_key=key, http_client=carrier, max_retries=0
        ) as client:
            return await use(client)

    return asyncio.run(session())


def test_an_answer_is_the_quote_with_its_sources_in_the_text_and_as_annotations(app: FastAPI):
    said = [{"role": "system", "content": "You are a pirate."}, ROCKET]
    completion = ask(
        app, lambda client: client.chat.completions.create(model="quoth", messages=said, temperature=1, max_tokens=9)
    )
    message = completion.choices[0].message
    assert (completion.choices[0].finish_reason, message.role) == ("stop", "assistant")
    assert "Soyuz 2.1a" in message.content.partition(" [1]\n\n[1] ")[0]
    cited = message.annotations[0].url_citation
    assert cited.title in message.content[cited.start_index : cited.end_index]
    assert cited.url.startswith("http://127.0.0.1:7860/#source/1/")
    assert re.search(r"\n\n(Confident|Likely|Unsure) \(\d+%\)\.$", message.content)


def test_what_was_asked_instead_of_a_misspelt_word_is_told(app: FastAPI):
    said = [{"role": "user", "content": "What rockett was used?"}]
    completion = ask(app, lambda client: client.chat.completions.create(model="quoth", messages=said))
    assert "Asked “rocket” instead of “rockett”." in completion.choices[0].message.content


def test_a_question_without_an_answer_is_refused_in_a_sentence(app: FastAPI):
    said = [{"role": "user", "content": [{"type": "text", "text": "Who won the 2022 World Cup?"}]}]
    completion = ask(app, lambda client: client.chat.completions.create(model="quoth", messages=said))
    assert completion.choices[0].message.content == "I can't find that in the documents."
    assert completion.choices[0].message.annotations == []


def test_a_stream_has_the_whole_answer_in_one_chunk_and_an_end(app: FastAPI):
    async def chunks(client: openai.AsyncOpenAI) -> list[Any]:
        stream = await client.chat.completions.create(model="quoth", messages=[ROCKET], stream=True)
        return [chunk async for chunk in stream]

    first, last = ask(app, chunks)
    assert "Soyuz 2.1a" in first.choices[0].delta.content
    assert (last.choices[0].delta.content, last.choices[0].finish_reason) == (None, "stop")


def test_a_stream_has_its_usage_where_that_is_wanted_and_no_tokens_were_used(app: FastAPI):
    async def chunks(client: openai.AsyncOpenAI) -> list[Any]:
        wanted = {"include_usage": True}
        thanks = [{"role": "user", "content": "thank you"}]
        stream = await client.chat.completions.create(
            model="quoth", messages=thanks, stream=True, stream_options=wanted
        )
        return [chunk async for chunk in stream]

    *_, last = ask(app, chunks)
    assert (last.choices, last.usage.total_tokens) == ([], 0)


def test_what_open_webui_asks_of_a_language_model_is_not_looked_for_in_the_documents(app: FastAPI):
    task = "### Task:\nGenerate a title summarizing the chat history.\n<chat_history>\nUSER: Hi\n</chat_history>"
    said = [{"role": "user", "content": task}]
    completion = ask(app, lambda client: client.chat.completions.create(model="quoth", messages=said))
    assert completion.choices[0].message.content == NO_TASKS
    assert completion.usage.total_tokens == 0


def test_a_long_conversation_is_read_to_its_last_message(app: FastAPI):
    long = {"role": "assistant", "content": "word " * 10_000}
    said = [*([{"role": "user", "content": "Hi"}, long] * 15), {"role": "user", "content": "thank you"}]
    completion = ask(app, lambda client: client.chat.completions.create(model="quoth", messages=said))
    assert "thank you" not in completion.choices[0].message.content


def test_the_one_model_is_listed_and_no_other_answers(app: FastAPI):
    assert [model.id for model in ask(app, lambda client: client.models.list()).data] == ["quoth"]
    assert ask(app, lambda client: client.models.retrieve("quoth")).id == "quoth"
    with pytest.raises(openai.NotFoundError, match="use 'quoth'"):
        ask(app, lambda client: client.models.retrieve("gpt-4o"))
    with pytest.raises(openai.NotFoundError) as told:
        ask(app, lambda client: client.chat.completions.create(model="gpt-4o", messages=[ROCKET]))
    assert told.value.body == {
        "message": "There is no model 'gpt-4o': use 'quoth'.",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }


def test_the_key_is_the_token(app: FastAPI):
    with pytest.raises(openai.AuthenticationError) as told:
        ask(app, lambda client: client.models.list(), key="wrong")
    assert told.value.body["message"].startswith("A secret is needed")


def test_messages_become_an_utterance_and_the_turns_before_it():
    said = [
        ("system", "Be brief."),
        ("user", "What rocket was used?"),
        ("assistant", "Soyuz 2.1a [1] [2]\n\n[1] A title\n[2] Another"),
        ("user", "Who won?"),
        ("assistant", "I can't find that in the documents.\n\nUnderstood as “Who won the rocket?”."),
        ("user", "Where did it start?"),
    ]
    utterance, turns = conversation_of([ChatMessage(role=role, content=content) for role, content in said])
    assert utterance == "Where did it start?"
    assert turns == [
        Turn("What rocket was used?", answer="Soyuz 2.1a"),
        Turn("Who won?", understood="Who won the rocket?"),
    ]
