"""Whatever shape a request has, no route of the service fails: each refuses it, or does what it may do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount

from index import build
from tests.ui.http.routes import walked
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

BODIES: list[dict[str, Any]] = [
    {"content": b"\xff\xfe{", "headers": {"Content-Type": "application/json"}},
    {"json": []},
    {"json": {"question": ["x"], "file": {"path": "/etc/passwd"}, "threshold": "x", "unknown": None}},
    {"content": b'{"question": "\\ud800"}', "headers": {"Content-Type": "application/json"}},
    {"content": b'{"question": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", "headers": {"Content-Type": "application/json"}},
    {"files": {"file": ("../../x.txt", b"words")}, "data": {"other": "x"}},
    {"content": b"--b\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
]
IN_PATHS = ["0", "-1", "1" + "0" * 25, "x", "..%2f..%2fetc", "%00", "a" * 5_000]
SKIPPED = {"/v1/rebuild", "/readyz"}  # it may run without a body; it may not be ready yet


@pytest.fixture(scope="module")
def app(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """A service over an index of its own, because some requests upload documents."""
    location = tmp_path_factory.mktemp("shapes") / "index"
    build([seeds], location)
    return assemble(Service.of(load_settings({"index": location})))


def test_no_route_fails_whatever_it_is_sent(app: FastAPI) -> None:
    client = TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)
    routes = [
        (path, getattr(route, "methods", None) or {"GET"})
        for path, route in walked(app.routes)
        if not isinstance(route, Mount)
    ]
    assert len(routes) > 20
    for path, methods in routes:
        if path in SKIPPED:
            continue
        for value in IN_PATHS if "{" in path else [""]:
            filled = re.sub(r"\{[^}]*\}", value, path)
            for method in sorted(methods - {"HEAD", "OPTIONS"}):
                for body in (
                    BODIES if method in ("POST", "PUT", "PATCH") else [{"params": {"start": value, "name": "\x00"}}]
                ):
                    answered = client.request(method, filled, **body)
                    assert answered.status_code < 500, (method, filled, body, answered.text)
