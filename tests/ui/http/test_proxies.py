"""Behind a reverse proxy: what it says is believed only of a trusted one, and never more than that."""

from __future__ import annotations

import asyncio
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from ui.errors import SettingsError
from ui.http.proxies import TrustedProxies, networks
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

LOCAL = ("127.0.0.1", 5000)
PAGE = "https://docs.example.org"


@cache
def app_of(index: Path, **flags: object) -> FastAPI:
    return assemble(Service.of(load_settings({"index": index, **flags})))


def client_of(index: Path, address: tuple[str, int] = LOCAL, **flags: object) -> TestClient:
    app = app_of(index, **flags)
    return TestClient(app, base_url="http://127.0.0.1:7860", client=address, raise_server_exceptions=False)


def rewritten(headers: dict[str, str], address: str = "127.0.0.1", path: str = "/") -> dict[str, Any]:
    """The scope that the application sees."""
    seen: list[Scope] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (address, 1), "scheme": "http", "path": path, "headers": raw}
    asyncio.run(TrustedProxies(inner, networks(["127.0.0.0/8", "10.0.0.0/8"]))(scope, None, None))  # type: ignore[arg-type]
    return dict(seen[0])


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "127.0.0.1:7860", "X-Forwarded-Host": "docs.example.org", "X-Forwarded-Proto": "https"},
        {"Host": "docs.example.org", "X-Forwarded-Proto": "https"},
        {"Host": "127.0.0.1:7860"},  # nginx as it sends by default
    ],
)
def test_the_page_can_ask_behind_a_proxy(seed_index: Path, headers: dict[str, str]) -> None:
    client = client_of(seed_index, trusted_hosts="docs.example.org")
    assert client.post("/v1/plan", headers={**headers, "Origin": PAGE}).status_code == 200
    foreign = {**headers, "Origin": "https://evil.example"}
    assert client.post("/v1/plan", headers=foreign).status_code == 403
    assert client.post("/v1/plan", headers=foreign | {"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_proxy_that_tells_nothing_works_where_the_browser_says_that_the_page_asks(seed_index: Path) -> None:
    client = client_of(seed_index)
    sent = {"Host": "127.0.0.1:7860", "Origin": PAGE}
    assert client.post("/v1/plan", headers=sent).status_code == 403
    assert client.post("/v1/plan", headers=sent | {"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_a_forwarded_host_does_not_hide_the_real_one(seed_index: Path) -> None:
    """A page whose name was made to resolve to this machine may send any header."""
    rebound = {"Host": "rebound.example:7860", "X-Forwarded-Host": "localhost", "Sec-Fetch-Site": "same-origin"}
    assert client_of(seed_index).get("/v1/documents", headers=rebound).status_code == 400
    unserved = {"Host": "127.0.0.1:7860", "X-Forwarded-Host": "evil.example"}
    assert client_of(seed_index).get("/v1/documents", headers=unserved).status_code == 400


def test_a_name_at_another_port_is_another_site(seed_index: Path) -> None:
    client = client_of(seed_index, trusted_hosts="docs.example.org")
    sent = {"Host": "docs.example.org", "Origin": "http://docs.example.org:9999"}
    assert client.post("/v1/plan", headers=sent).status_code == 403


def test_nobody_else_is_believed() -> None:
    sent = {
        "Host": "a.example", "X-Forwarded-For": "198.51.100.7", "X-Forwarded-Host": "b.example",
        "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/x", "X-Real-IP": "9.9.9.9", "Forwarded": "for=9.9.9.9",
    }  # fmt: skip
    scope = rewritten(sent, "192.0.2.1")
    assert (scope["client"], scope["scheme"], scope["path"]) == (("192.0.2.1", 1), "http", "/")
    assert "root_path" not in scope
    assert scope["headers"] == [(b"host", b"a.example")]


@pytest.mark.parametrize(
    ("forwarded", "visitor"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("1.2.3.4, 198.51.100.7", "198.51.100.7"),  # the first may be invented
        ("198.51.100.7, 10.1.1.1", "198.51.100.7"),
        ("invented", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_the_visitor_is_the_last_address_that_is_no_proxys(forwarded: str, visitor: str) -> None:
    assert rewritten({"X-Forwarded-For": forwarded})["client"][0] == visitor


@pytest.mark.parametrize("prefix", ["/quoth", "/a/b-c", "/quoth/"])
def test_a_path_that_a_proxy_cuts_off_or_passes_on_is_known(prefix: str) -> None:
    cut = prefix.rstrip("/")
    for path in ("/v1/answer", f"{cut}/v1/answer"):
        scope = rewritten({"X-Forwarded-Prefix": prefix}, path=path)
        assert (scope["root_path"], scope["path"]) == (cut, "/v1/answer")


@pytest.mark.parametrize(
    "prefix", ["quoth", "//evil.example", "/a b", "/<script>", '/"x', "/ü", "https://evil.example"]
)
def test_a_strange_prefix_is_ignored(prefix: str) -> None:
    assert "root_path" not in rewritten({"X-Forwarded-Prefix": prefix})


def test_every_part_of_the_page_is_found_under_a_path(seed_index: Path) -> None:
    client = client_of(seed_index)
    headers = {"X-Forwarded-Prefix": "/quoth", "X-Forwarded-Proto": "https"}
    page = client.get("/", headers=headers).text
    parts = {part for part in re.findall(r'(?:src|href)="([^"#][^"]*)"', page) if not part.startswith("data:")}
    assert len(parts) >= 5
    for part in parts:
        assert not part.startswith("http")
        assert not part.startswith("/") or part.startswith("/quoth/"), part
        path = part.removeprefix("/quoth").lstrip("./")
        assert client.get(f"/{path}", headers=headers).status_code == 200, part


def test_the_page_names_no_address_of_this_server(seed_index: Path) -> None:
    root = Path(__file__).parents[3] / "ui"
    for file in (*(root / "static").glob("*.js"), *(root / "web" / "templates").glob("*.html")):
        assert not re.search(r'["`]/(ui|v1|static)/', file.read_text()), file


def test_a_malformed_network_is_refused() -> None:
    with pytest.raises(SettingsError, match="trusted_proxies"):
        load_settings({"trusted_proxies": "nonsense"})
