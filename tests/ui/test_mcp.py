"""The MCP server, used by the SDK's own client: in this process, over stdin and stdout, and over HTTP."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.server.mcpserver import MCPServer

from ui.agents.tools import create_server, serve_stdio
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

QUOTH = str(Path(sys.executable).parent / "quoth")


def _server(index: Path, *, writing: bool = False) -> MCPServer:
    service = Service.of(load_settings({"index": index}))
    return create_server(service, writing=writing)


def _with_client(server: MCPServer | StdioServerParameters, use: Callable[[Client], Awaitable[Any]]) -> Any:
    async def session() -> Any:
        async with Client(server, read_timeout_seconds=120) as client:
            return await use(client)

    return asyncio.run(session())


def test_the_tools_are_marked_as_read_only(seed_index: Path):
    tools = _with_client(_server(seed_index), lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == [
        "answer",
        "converse",
        "search",
        "verify_quote",
        "documents",
        "collections",
        "passage",
    ]
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert all(tool.input_schema["additionalProperties"] is False for tool in tools)


def test_a_misspelt_argument_is_told_and_not_ignored(seed_index: Path):
    asked = {"question": "What rocket was used?", "colection": "Contracts"}
    refused = _with_client(_server(seed_index), lambda client: client.call_tool("answer", asked))
    assert refused.is_error
    told = "answer has no argument 'colection': it has question, path, after, before, collection"
    assert refused.content[0].text.endswith(told)


def test_the_rebuild_tool_is_offered_only_when_allowed(seed_index: Path):
    tools = _with_client(_server(seed_index, writing=True), lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools if not tool.annotations.read_only_hint] == ["rebuild"]


def test_a_client_of_the_process_can_follow_an_answer_to_its_passage(seed_index: Path):
    async def ask(client: Client) -> None:
        answered = (await client.call_tool("answer", {"question": "What rocket was used?"})).structured_content
        assert "Soyuz" in answered["text"]
        place = answered["citations"][0]
        where = {name: place[name] for name in ("document_id", "start", "end")}
        assert (await client.call_tool("passage", where)).structured_content["text"] == answered["text"]

    _with_client(StdioServerParameters(command=QUOTH, args=["mcp", "--index", str(seed_index)]), ask)


def test_a_refusal_comes_with_the_nearest_passages(seed_index: Path):
    question = {"question": "Who won the 2022 World Cup?"}
    answered = _with_client(_server(seed_index), lambda client: client.call_tool("answer", question)).structured_content
    assert not answered["found"] and answered["confidence"] == "unsure"
    assert answered["passages"]


def test_a_client_is_told_which_words_were_corrected(seed_index: Path):
    question = {"question": "What rockett was used?"}
    answered = _with_client(_server(seed_index), lambda client: client.call_tool("answer", question)).structured_content
    assert answered["corrections"] == {"rockett": "rocket"}
    assert answered["disagreement"] is None and answered["relation"] is None


def test_a_conversation_gets_replies_of_every_kind(seed_index: Path):
    async def talk(client: Client) -> None:
        greeted = (await client.call_tool("converse", {"utterance": "thank you"})).structured_content
        assert greeted["kind"] == "courtesy"
        turns = [{"utterance": "What rocket carried Kim?", "answer": "Soyuz 2.1a"}]
        said = {"utterance": "Where did it blast off from?", "turns": turns}
        assert (await client.call_tool("converse", said)).structured_content["kind"] in ("answer", "refusal")

    _with_client(_server(seed_index), talk)


def test_a_quote_is_verified(seed_index: Path):
    quote = {"quote": "a Soyuz 2.1b rocket blasted off from the Baikonur cosmodrome"}
    checked = _with_client(_server(seed_index), lambda client: client.call_tool("verify_quote", quote))
    found = checked.structured_content
    assert not found["verbatim"]
    assert ("2.1b", "2.1a") in [(one["quoted"], one["found"]) for one in found["differences"]]


def test_documents_and_passages_are_listed(seed_index: Path):
    async def look(client: Client) -> None:
        listed = (await client.call_tool("documents", {})).structured_content
        assert (listed["total"], listed["failures"]) == (1, [])
        found = (await client.call_tool("search", {"question": "rocket", "k": 2})).structured_content
        assert len(found["hits"]) == 2
        asked = {"question": "What rocket was used?", "k": 1, "rerank": True}
        (hit,) = (await client.call_tool("search", asked)).structured_content["hits"]
        assert "Soyuz 2.1a" in hit["chunk"]["text"]
        assert 0.2 < hit["score"] <= 1

    _with_client(_server(seed_index), look)


def test_errors_reach_the_client(seed_index: Path, tmp_path: Path):
    async def err(client: Client) -> None:
        empty = await client.call_tool("answer", {"question": " "})
        unknown = await client.call_tool("passage", {"document_id": 999, "start": 0, "end": 9})
        assert empty.is_error
        assert "question is empty" in json.dumps([part.text for part in empty.content])
        assert unknown.is_error
        assert "no document 999" in json.dumps([part.text for part in unknown.content])

    _with_client(_server(seed_index), err)
    asked = _with_client(_server(tmp_path / "none"), lambda client: client.call_tool("answer", {"question": "Why?"}))
    assert asked.is_error
    assert "quoth index" in asked.content[0].text


@pytest.mark.parametrize("date", ["31.12.2023", "2023-1-1", "yesterday", "2023-12-31T00:00"])
def test_a_date_of_another_form_is_told_and_not_taken_for_a_miss(seed_index: Path, date: str):
    asked = {"question": "What rocket was used?", "after": date}
    refused = _with_client(_server(seed_index), lambda client: client.call_tool("answer", asked))
    assert refused.is_error
    assert f"after is {date!r}, but must be an ISO date" in refused.content[0].text


def test_a_lone_surrogate_gets_a_reply(seed_index: Path, monkeypatch: pytest.MonkeyPatch):
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    call = '{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "search", "arguments": %s}}'
    lines = [
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}),
        '{"jsonrpc": "2.0", "method": "notifications/initialized"}',
        call % r'{"question": "What \ud800 rocket was used \ud83d\ude80?"}',
    ]
    (standard_input, to_server), (from_server, standard_output) = os.pipe(), os.pipe()
    monkeypatch.setattr(sys, "stdin", os.fdopen(standard_input))
    monkeypatch.setattr(sys, "stdout", os.fdopen(standard_output, "w"))

    def exchange() -> list[dict[str, Any]]:
        with os.fdopen(to_server, "w") as sent, os.fdopen(from_server) as received:
            print(*lines, sep="\n", file=sent, flush=True)
            return [json.loads(received.readline()) for _ in range(2)]

    with ThreadPoolExecutor(1) as client:
        exchanged = client.submit(exchange)
        asyncio.run(serve_stdio(_server(seed_index)))
    replies = exchanged.result()
    assert [reply["id"] for reply in replies] == [1, 2]
    assert replies[1]["result"]["structuredContent"]["hits"]


def _over_http(index: Path, use: Callable[[Client], Awaitable[Any]], token: str) -> Any:
    app = assemble(Service.of(load_settings({"index": index, "token": "a" * 24, "ask_token": "b" * 24})))

    async def session() -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), headers=headers) as carrier:
            transport = streamable_http_client("http://127.0.0.1:7860/mcp", http_client=carrier)
            async with Client(transport, read_timeout_seconds=120) as client:
                return await use(client)

    return asyncio.run(session())


@pytest.mark.parametrize("token", ["a" * 24, "b" * 24])
def test_the_same_tools_are_served_over_http_for_either_role(seed_index: Path, token: str):
    async def ask(client: Client) -> None:
        assert [tool.name for tool in (await client.list_tools()).tools][:2] == ["answer", "converse"]
        answered = (await client.call_tool("answer", {"question": "What rocket was used?"})).structured_content
        assert "Soyuz" in answered["text"]

    _over_http(seed_index, ask, token)


def test_over_http_nobody_is_served_without_a_token_or_from_another_site(seed_index: Path):
    app = assemble(Service.of(load_settings({"index": seed_index, "token": "a" * 24})))
    client = TestClient(app, base_url="http://127.0.0.1:7860")
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert client.post("/mcp", json=listing).status_code == 401
    right = {"Authorization": f"Bearer {'a' * 24}"}
    assert client.post("/mcp", json=listing, headers=right | {"Origin": "https://example.com"}).status_code == 403
    assert client.post("/mcp", json=[], headers=right).status_code < 500


@pytest.mark.parametrize("token", ["a" * 24, "b" * 24])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_client_that_asks_for_a_stream_or_a_session_is_told_there_are_none(seed_index: Path, token: str, method: str):
    app = assemble(Service.of(load_settings({"index": seed_index, "token": "a" * 24, "ask_token": "b" * 24})))
    client = TestClient(app, base_url="http://127.0.0.1:7860")
    answered = client.request(method, "/mcp", headers={"Authorization": f"Bearer {token}"})
    assert (answered.status_code, answered.headers["Allow"]) == (405, "POST")


def test_a_client_that_leaves_gives_its_question_up(seed_index: Path):
    service = Service.of(load_settings({"index": seed_index}))
    app, busy = assemble(service), threading.Event()
    for _ in range(service.queue._at_once):
        service.queue._threads.submit(busy.wait)
    call = {"name": "answer", "arguments": {"question": "What rocket was used?"}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}).encode()
    names = {"host": "127.0.0.1:7860", "content-type": "application/json", "accept": "application/json"}
    headers = [(name.encode(), value.encode()) for name, value in names.items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/mcp",
        "headers": headers,
        "query_string": b"",
        "scheme": "http",
    }

    async def session() -> None:
        async with asyncio.timeout(120):
            arriving: asyncio.Queue[dict[str, object]] = asyncio.Queue()
            arriving.put_nowait({"type": "http.request", "body": body})
            request = asyncio.create_task(app(scope, arriving.get, _dropped))
            while not service.queue._pending:
                await asyncio.sleep(0.01)
            arriving.put_nowait({"type": "http.disconnect"})
            await request
            while service.queue._pending:
                await asyncio.sleep(0.01)

    try:
        asyncio.run(session())
    finally:
        busy.set()
        service.close()


async def _dropped(message: object) -> None:
    """Take a part of a response that nobody reads."""
