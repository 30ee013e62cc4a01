"""Of Gradio, only the routes that the page needs can be reached, and only with requests that the page sends."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from gradio.routes import App as GradioApp
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from tests.support.browser import serving
from tests.ui.http.routes import walked
from ui.http.gradio_gate import ALLOWED, GradioGate, Route, find_route
from ui.http.problems import METHODS
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

JOIN = "/gradio_api/queue/join"
OURS = ("/v1", "/ui/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/mcp")
SECRET = "a file that nobody may read"
ELSEWHERE = "https://elsewhere.example/x"
QUESTION = {"data": ["What rocket was used?", ""], "fn_index": 0, "session_hash": "page"}


@pytest.fixture(scope="module")
def app(seed_index: Path) -> FastAPI:
    return assemble(Service.of(load_settings({"index": seed_index})))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False) as opened:
        yield opened


def file_data(path: str) -> dict[str, object]:
    """A value for which Gradio copies a file into its cache, to serve it."""
    return {"path": path, "url": path, "meta": {"_type": "gradio.FileData"}}


def asked(question: object, scope: object = "") -> dict[str, object]:
    return QUESTION | {"data": [question, scope]}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.txt"
    file.write_text(SECRET)
    return file


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder into which Gradio copies files that it will serve."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize("route", ["/gradio_api/run/answer", "/gradio_api/call/answer", JOIN])
@pytest.mark.parametrize("place", ["question", "scope"])
def test_a_value_that_names_a_file_does_not_make_gradio_read_it(
    cache: Path, secret: Path, seed_index: Path, route: str, place: str
):
    body = asked(**{"question": "What rocket was used?", place: file_data(str(secret))})
    with serving(seed_index) as address, httpx.Client(base_url=address, timeout=60) as client:
        answered = client.post(route, json=body)
        if answered.is_success and route == JOIN:  # the copy is made when the question's turn comes
            client.get("/gradio_api/queue/data", params={"session_hash": "page"})
    assert [file for file in cache.rglob("*") if file.is_file()] == []
    assert answered.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("route", ["/gradio_api/run/answer", JOIN])
def test_a_pipe_instead_of_a_file_does_not_stop_the_server(tmp_path: Path, seed_index: Path, route: str):
    os.mkfifo(pipe := tmp_path / "pipe")
    with serving(seed_index) as address, httpx.Client(base_url=address, timeout=10) as client:
        assert client.post(route, json=asked(file_data(str(pipe)))).status_code == HTTPStatus.NOT_FOUND
        assert client.get("/healthz").status_code == HTTPStatus.OK


@pytest.mark.parametrize("route", [f"file={ELSEWHERE}", f"file/{ELSEWHERE}", f"proxy={ELSEWHERE}"])
def test_no_route_makes_the_server_fetch_a_url(client: TestClient, network_attempts: list[str], route: str):
    answered = client.get(f"/gradio_api/{route}")
    assert network_attempts == []
    assert answered.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("route", ["/gradio_api/run/answer", JOIN])
def test_no_value_makes_the_server_fetch_a_url(client: TestClient, network_attempts: list[str], route: str):
    answered = client.post(route, json=asked(file_data(ELSEWHERE)))
    assert network_attempts == []
    assert answered.status_code == HTTPStatus.NOT_FOUND


def gradio_of(app: FastAPI) -> GradioApp:
    (gradio,) = [route.app for route in app.routes if isinstance(route, Mount) and isinstance(route.app, GradioApp)]
    return gradio


def test_every_route_of_the_application_is_ours_or_allowed_or_refused(app: FastAPI):
    ours = [path for path, route in walked(app.routes) if not isinstance(route, Mount)]
    assert all(path.startswith(OURS) for path in ours), "a route of Gradio's lies outside its own application"
    gradio, listed = TestClient(gradio_of(app)), {route.path for route in ALLOWED}
    paths = {path for path, _ in walked(gradio_of(app).routes)}
    assert listed < paths
    assert len(paths) > 60
    for path in sorted(paths - listed):
        for filled in {re.sub(r"\{[^}]*\}", value, path) for value in ("answer", "a/b.js", ELSEWHERE)}:
            for method in METHODS:
                assert gradio.request(method, filled).status_code == HTTPStatus.NOT_FOUND, (method, filled)


def test_nothing_is_passed_on_but_the_page_its_parts_and_the_queue_of_questions():
    parts = {"/assets/{path:path}", "/static/{path:path}", "/theme.css", "/favicon.ico"}
    queue = {"/gradio_api/app_id", "/gradio_api/queue/join", "/gradio_api/queue/data"}
    assert {route.path for route in ALLOWED} == {"/"} | parts | queue


@pytest.mark.parametrize("route", [route for route in ALLOWED if "{" not in route.path], ids=lambda route: route.path)
def test_an_allowed_route_is_served_only_by_its_own_methods(client: TestClient, route: Route):
    for method in METHODS:
        assert (find_route(method, route.path) is not None) == (method in route.methods)
        if method not in route.methods:
            assert client.request(method, route.path).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("name", ["../gradio.css", "a/../../b.js", ".hidden.js", "a.js/b.js", "", "a\n.js", "ä.js"])
def test_an_asset_is_named_by_a_plain_file_name(name: str):
    assert find_route("GET", f"/assets/{name}") is None
    assert find_route("GET", f"/static/{name}") is None


@pytest.mark.parametrize(
    "change",
    [
        {"data": ["Why?"]},
        {"data": ["Why?", "", ""]},
        {"data": [["Why?"], ""]},
        {"data": [1, ""]},
        {"data": "Why?"},
        {"fn_index": 1},
        {"fn_index": True},
        {"session_hash": "../x"},
        {"session_hash": None},
        {"trigger_id": "3"},
        {"event_data": {"path": "/etc/passwd"}},
        {"fn": "answer"},
        {"simple_format": True},
    ],
)
def test_a_question_of_another_shape_is_refused(client: TestClient, change: dict[str, object]):
    assert client.post(JOIN, json=QUESTION | change).status_code == HTTPStatus.NOT_FOUND


def test_a_question_is_passed_on_as_it_was_validated():
    """When a body has one field twice, Gradio must not see the one that was not validated."""
    passed: list[tuple[bytes, bytes, dict[str, str]]] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        passed.append((scope["query_string"], body, dict(Headers(scope=scope))))
        await Response()(scope, receive, send)

    client = TestClient(GradioGate(inner))
    twice = json.dumps(QUESTION).replace('{"data":', '{"data": [{"path": "/etc/passwd"}, ""], "data":', 1)
    client.post(f"{JOIN}?fn_index=7", content=twice, headers={"X-Gradio-History-Bucket": "x"})
    (query, body, headers), *_ = passed
    assert (query, json.loads(body)) == (b"", QUESTION)
    assert headers["content-length"] == str(len(body))
    assert "x-gradio-history-bucket" not in headers


def test_boxes_that_are_still_empty_reach_gradio_as_text():
    passed: list[bytes] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append((await receive())["body"])
        await Response()(scope, receive, send)

    TestClient(GradioGate(inner)).post(JOIN, json=QUESTION | {"data": [None, None]})
    assert [json.loads(body)["data"] for body in passed] == [["", ""]]


def test_query_parameters_of_the_page_do_not_reach_gradio(client: TestClient):
    page = client.get("/", params={"deep_link": "../../x", "page": "other", "__theme": "dark"})
    assert page.status_code == HTTPStatus.OK
    assert 'deep_link_state":"none' in page.text


def test_reading_a_question_that_is_too_large_stops_early(app: FastAPI):
    assert TestClient(gradio_of(app)).post(JOIN, content=b" " * 70_000).status_code == 413
