"""The message about an unusable Milvus from each interface."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.stores.milvus.client import MilvusConnection
from index.stores.milvus.schema import (
    CURRENT,
    MANIFESTS,
    SCHEMA,
    Manifest,
    create_key_values,
    put_values,
    write_manifest,
)
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings
from ui.web.chat import Chat

pytest.importorskip("pymilvus")

Quoth = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nothing answers."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{closed.getsockname()[1]}"


@pytest.fixture
def later(tmp_path: Path) -> str:
    """An index written by a later version of Quoth."""
    place = str(tmp_path / "index.db")
    connection = MilvusConnection(place)
    create_key_values(connection, MANIFESTS)
    put_values(connection, MANIFESTS, {CURRENT: json.dumps({"schema": SCHEMA + 1})})
    connection.close()
    return place


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Milvus that answers only when the test is over."""
    from milvus_lite.adapter.grpc.servicer import MilvusServicer

    answering = threading.Event()
    answering.set()
    query = MilvusServicer.Query
    monkeypatch.setattr(MilvusServicer, "Query", lambda *given: answering.wait() and query(*given))
    place = str(tmp_path / "index.db")
    connection = MilvusConnection(place)
    create_key_values(connection, MANIFESTS)
    write_manifest(connection, CURRENT, Manifest(generation=1))
    answering.clear()
    yield place
    answering.set()
    connection.close()


def test_the_command_line_names_an_unreachable_milvus(quoth: Quoth, nobody: str):
    for command in (["status"], ["ask", "Why?"], ["index", "."]):
        done = quoth(*command, "--store", nobody, QUOTH_STORE_SECONDS="1")
        assert done.returncode == 3
        assert nobody in done.stderr and "check that it runs and that the setting `store` names it" in done.stderr


def test_the_command_line_reports_an_unknown_schema(quoth: Quoth, later: str):
    done = quoth("ask", "Why?", "--store", later)
    assert (done.returncode, done.stdout) == (3, "")
    assert f"has schema {SCHEMA + 1}, this version reads {SCHEMA}: upgrade quoth" in done.stderr


@pytest.mark.parametrize(
    ("what", "status", "words"),
    [
        ("nobody", 503, "check that it runs"),
        ("slow", 503, "did not answer within 1 seconds"),
        ("later", 409, f"has schema {SCHEMA + 1}, this version reads {SCHEMA}: upgrade quoth"),
    ],
)
def test_the_page_and_the_service_report_an_unusable_milvus(
    request: pytest.FixtureRequest, what: str, status: int, words: str
):
    service = Service.of(load_settings({"store": request.getfixturevalue(what), "store_seconds": 1.0}))
    client = TestClient(assemble(service), base_url="http://127.0.0.1:7860", raise_server_exceptions=False)
    welcome = client.get("/ui/welcome").text
    assert 'role="alert"' in welcome and words in welcome
    answered = client.post("/v1/answer", json={"question": "Why?"})
    assert answered.status_code == status and words in answered.json()["detail"]
    turn = asyncio.run(_last_turn(service))
    assert words in turn and "Something went wrong" not in turn
    assert client.get("/healthz").status_code == 200  # the process itself works
    service.close()


async def _last_turn(service: Service) -> str:
    """The last turn that the chat shows."""
    shown = [turn async for _, turn in Chat(service.engine, service.answer, service.converse).turns("Why?", "")]
    return shown[-1]
