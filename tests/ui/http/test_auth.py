"""Access control: secrets, host names and the sites of pages."""

import asyncio
import base64
import re
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient
from starlette.routing import Mount

from tests.conftest import Done
from tests.ui.http.routes import walked
from ui.errors import AccessError
from ui.http import credentials
from ui.http.credentials import Credentials, password_line, read_users
from ui.http.guesses import FREE, Guesses
from ui.http.roles import Role
from ui.server import assemble
from ui.service.service import Service
from ui.settings import ServerSettings, load_settings

TOKEN = "correct-horse-battery-staple"


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    """A password file with two users."""
    file = tmp_path / "passwords"
    lines = [password_line("ada", Role.ADMIN, "Ĺovelace"), password_line("grace", Role.ASK, "hopper:with:colons")]
    file.write_text("\n".join(lines), encoding="utf-8")
    file.chmod(0o600)
    return file


@cache
def _app_without_secrets(index: Path) -> FastAPI:
    return assemble(Service.of(load_settings({"index": index})))


def _client(index: Path, base_url: str = "http://127.0.0.1:7860", **flags: object) -> TestClient:
    app = assemble(Service.of(load_settings({"index": index, **flags}))) if flags else _app_without_secrets(index)
    return TestClient(app, base_url=base_url, raise_server_exceptions=False)


def _basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "quoth.example"])
def test_it_does_not_start_on_a_network_without_a_secret(host: str):
    with pytest.raises(AccessError, match="QUOTH_TOKEN"):
        Credentials.of(ServerSettings(host=host))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_no_secret_is_needed_on_a_loopback_address(host: str):
    assert Credentials.of(ServerSettings(host=host)).admit("")


def test_programs_are_admitted_with_the_token_and_learn_nothing_without_it(seed_index: Path):
    client = _client(seed_index, host="0.0.0.0", token=TOKEN)
    for path in ("/v1/documents", "/metrics", "/openapi.json", "/"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 401
        assert client.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert client.get("/v1/documents").headers["www-authenticate"].startswith("Bearer")
    assert client.get("/").headers["www-authenticate"].startswith("Basic")
    assert client.get("/healthz").status_code == 200


def test_people_log_in_with_their_password(seed_index: Path, password_file: Path):
    client = _client(seed_index, host="0.0.0.0", password_file=password_file)
    assert client.get("/", headers=_basic("ada", "Ĺovelace")).status_code == 200
    assert client.get("/", headers=_basic("grace", "hopper:with:colons")).status_code == 200
    for wrong in (_basic("ada", "hopper"), _basic("nobody", ""), _basic("", ""), {"Authorization": "Basic %%%"}):
        assert client.get("/", headers=wrong).status_code == 401
        assert client.get("/gradio_api/info", headers=wrong).status_code == 401


def test_a_password_is_for_its_user_only_and_the_token_for_no_known_user(password_file: Path):
    gate = Credentials({Role.ADMIN: TOKEN}, read_users(password_file))
    assert gate.admit(_basic("anyone", TOKEN)["Authorization"])
    assert not gate.admit(_basic("ada", TOKEN)["Authorization"])
    assert not gate.admit(_basic("grace", "Ĺovelace")["Authorization"])


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        ("ada:x", 0o644, "chmod 600"),
        ("ada:secret", 0o600, r"line 1 .* refused.*quoth password"),
        ("ada:admin:secret", 0o600, "quoth password"),
        ("ada:king:$argon2id$v=19$x", 0o600, "ask or admin"),
        (":ask:$argon2id$v=19$x", 0o600, "quoth password"),
        ("", 0o600, "no users"),
    ],
)
def test_a_malformed_password_file_or_one_that_others_can_read_is_refused(
    text: str, mode: int, message: str, tmp_path: Path
):
    file = tmp_path / "passwords"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(AccessError, match=message):
        read_users(file)


def test_another_sites_page_cannot_send_requests(seed_index: Path):
    client = _client(seed_index)
    for origin in ("http://evil.example", "http://127.0.0.1:9999", "null"):
        assert client.post("/v1/plan", headers={"Origin": origin}).status_code == 403
    assert client.post("/v1/plan", headers={"Origin": "http://127.0.0.1:7860"}).status_code == 200
    assert client.post("/v1/plan", headers={"Origin": "http://["}).status_code == 403


NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize("site", ["cross-site", "same-site", "elsewhere", ""])
def test_another_sites_page_cannot_make_a_browser_send_requests(seed_index: Path, site: str):
    """As an ``<img>`` does, whose request has no Origin."""
    client = _client(seed_index)
    sent = {"Sec-Fetch-Site": site}
    for path in ("/", "/v1/documents", "/healthz", "/static/quoth/quoth.js", "/theme.css", "/ui/welcome"):
        assert client.get(path, headers=sent).status_code == 403
    for path in ("/v1/documents", "/ui/welcome", "/?page=x/"):
        assert client.get(path, headers=sent | NAVIGATION).status_code == (200 if path.startswith("/?") else 403)
    assert client.get("/", headers=sent | {**NAVIGATION, "Sec-Fetch-Dest": "iframe"}).status_code == 403
    assert client.post("/", headers=sent | NAVIGATION).status_code == 403
    assert client.get("/v1/documents", headers=[("Sec-Fetch-Site", "none"), *sent.items()]).status_code == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_page_itself_and_a_person_can_send_requests(seed_index: Path, site: str):
    client = _client(seed_index)
    for path in ("/", "/v1/documents", "/static/quoth/quoth.js", "/theme.css"):
        assert client.get(path, headers={"Sec-Fetch-Site": site}).status_code == 200


def test_another_sites_page_cannot_read_responses(seed_index: Path):
    client = _client(seed_index, "http://quoth.example", host="0.0.0.0", token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}", "Origin": "http://evil.example"}
    for path in (
        "/",
        "/config",
        "/gradio_api/info",
        "/v1/documents",
    ):  # Gradio would allow every site to read its routes
        for answered in (
            client.get(path, headers=headers),
            client.options(path, headers={**headers, "Access-Control-Request-Method": "POST"}),
        ):
            assert not [name for name in answered.headers if name.startswith("access-control-")]


def test_an_unknown_host_name_is_not_served(seed_index: Path):
    refused = _client(seed_index, base_url="http://rebound.example:7860").get("/v1/documents")
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
    for name in ("http://localhost:7860", "http://127.0.0.1", "http://[::1]:7860", "http://LOCALHOST"):
        assert _client(seed_index, base_url=name).get("/healthz").status_code == 200
    for odd in ("[", "localhost.evil.example", "evil.example:localhost", "", "localhost@evil.example", "x" * 5000):
        assert _client(seed_index).get("/healthz", headers={"Host": odd}).status_code == 400
    named = _client(seed_index, base_url="http://quoth.example", trusted_hosts="quoth.example, other.example")
    assert named.get("/v1/documents").status_code == 200


def test_every_secret_is_compared_in_constant_time(password_file: Path, monkeypatch: pytest.MonkeyPatch):
    compared: list[tuple[bytes, bytes]] = []
    compare = secrets.compare_digest
    monkeypatch.setattr(secrets, "compare_digest", lambda a, b: (compared.append((a, b)), compare(a, b))[1])
    gate = Credentials({Role.ADMIN: TOKEN, Role.ASK: "another-long-token"}, {})
    tried = [f"Bearer {TOKEN}", "Bearer another-long-token", "Bearer x", _basic("eve", "x")["Authorization"]]
    assert [gate.quick_role(one) for one in tried] == [Role.ADMIN, Role.ASK, None, None]
    assert len(compared) == 2 * len(tried)
    assert {len(digest) for pair in compared for digest in pair} == {32}  # nor does a secret's length change the time


def test_an_unknown_users_password_takes_as_long_as_a_known_ones(password_file: Path, monkeypatch: pytest.MonkeyPatch):
    verified: list[str] = []

    class Noting(PasswordHasher):
        def verify(self, *arguments: str) -> Literal[True]:  # type: ignore[override]
            verified.append(arguments[1])
            return super().verify(*arguments)

    monkeypatch.setattr(credentials, "_HASHER", Noting())
    gate = Credentials({}, read_users(password_file))
    assert [gate.role(_basic(*pair)["Authorization"]) for pair in (("ada", "x"), ("eve", "y"))] == [None, None]
    assert verified == ["x", "y"]


def test_a_right_password_is_hashed_once(password_file: Path):
    gate = Credentials({}, read_users(password_file))
    header = _basic("ada", "Ĺovelace")["Authorization"]
    assert (gate.quick_role(header), gate.role(header), gate.quick_role(header)) == (None, Role.ADMIN, Role.ADMIN)
    assert gate.quick_role(_basic("ada", "lovelace")["Authorization"]) is None


METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
# Every route that the role `ask` may use. Whatever else there is, of ours or of Gradio's, needs `admin`.
FOR_ASK = {
    "GET": """/ /healthz /readyz /openapi.json /theme.css /favicon.ico /assets/{path:path} /static/{path:path}
        /gradio_api/app_id /gradio_api/queue/data
        /v1/documents /v1/documents/{document_id} /v1/documents/{document_id}/text
        /v1/collections /v1/collections/{name} /v1/sheets /v1/sheets/{name} /v1/models /v1/models/{model}
        /ui/process /ui/welcome /ui/examples
        /ui/library /ui/library/cards/{document_id} /ui/library/cards/{document_id}/questions
        /ui/source/{document_id} /ui/source/{document_id}/pages/{number} /ui/source/{document_id}/contents
        /ui/source/{document_id}/find /ui/source/{document_id}/file
        /ui/sheets /ui/sheets/{name} /ui/sheets/{name}/progress /ui/sheets/{name}/form
        /ui/sheets/{name}/cells/{row}/{column} /ui/sheets/{name}/export{kind}""",
    "POST": """/mcp /gradio_api/queue/join /v1/answer /v1/converse /v1/search /v1/verify-quote /v1/chat/completions
        /v1/sheets /ui/verdicts /ui/notebook/export.{kind} /ui/notebook/check
        /ui/sheets /ui/sheets/{name}/cells/{row}/{column} /ui/sheets/{name}/again /ui/sheets/{name}/stop""",
    "DELETE": "/ui/turns/{turn} /v1/sheets/{name} /ui/sheets/{name}",
}


def test_the_role_ask_may_use_the_listed_routes_and_no_other(seed_index: Path):
    app = assemble(Service.of(load_settings({"index": seed_index, "ask_token": TOKEN})))
    client = TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)
    mounted = [route.app for route in app.routes if isinstance(route, Mount)]
    routes = [*app.routes, *(route for inner in mounted for route in getattr(inner, "routes", ()))]
    statuses: dict[tuple[str, str], int] = {}
    for path, route in walked(route for route in routes if not isinstance(route, Mount)):
        for method in METHODS & (getattr(route, "methods", None) or {"GET"}):
            sent = {"Authorization": f"Bearer {TOKEN}"}
            answered = client.request(method, re.sub(r"\{[^}]*\}", "1", path), headers=sent)
            statuses[method, path] = answered.status_code
            assert answered.status_code != 403 or "admin" in answered.json()["detail"]
    found = {asked for asked, status in statuses.items() if status not in (403, 405)}
    refused = {asked for asked, status in statuses.items() if status == 403}
    assert found == {(method, path) for method, paths in FOR_ASK.items() for path in paths.split()}
    assert {("POST", "/v1/documents"), ("POST", "/v1/rebuild"), ("GET", "/metrics"), ("POST", "/ui/quality")} < refused


@pytest.mark.parametrize("secret", ["token", "password"])
def test_the_role_ask_is_that_of_a_token_and_of_a_password(seed_index: Path, password_file: Path, secret: str):
    client = _client(
        seed_index, host="0.0.0.0", token=TOKEN, ask_token="another-long-token", password_file=password_file
    )
    bearer = {"Authorization": "Bearer another-long-token"}
    headers = bearer if secret == "token" else _basic("grace", "hopper:with:colons")
    for method, path in (("POST", "/v1/plan"), ("GET", "/v1/anything-new"), ("POST", "/ui/anything-new")):
        assert client.request(method, path, headers=headers).status_code == 403
    assert client.get("/v1/documents", headers=headers).status_code == 200
    assert client.post("/v1/search", headers=headers, json={"question": "Which rocket?"}).status_code == 200


def test_guessing_is_slowed_and_logged_with_its_address_and_without_the_guess(
    seed_index: Path, password_file: Path, caplog: pytest.LogCaptureFixture
):
    client = _client(seed_index, host="0.0.0.0", token=TOKEN, password_file=password_file)
    elsewhere = TestClient(client.app, base_url="http://127.0.0.1:7860", client=("192.0.2.9", 50000))
    known, ada = {"Authorization": f"Bearer {TOKEN}"}, _basic("ada", "Ĺovelace")
    assert client.get("/v1/documents", headers=known).status_code == 200
    assert elsewhere.get("/v1/documents", headers=ada).status_code == 200
    answers = [client.get("/v1/documents", headers=_basic("ada", f"guess-{n}")) for n in range(FREE + 3)]
    assert [answer.status_code for answer in answers] == [401] * FREE + [429] * 3
    assert int(answers[-1].headers["retry-after"]) >= 1
    records = [record for record in caplog.records if record.name == "quoth.access"]
    assert len(records) == FREE
    assert records[0].fields == {"address": "testclient", "user": "ada", "wrong": 1}
    assert "guess-" not in caplog.text
    assert client.get("/v1/documents", headers=ada).status_code == 429  # right, but not known to be from here
    assert client.get("/v1/documents", headers=known).status_code == 200
    assert client.get("/healthz").status_code == 200


def test_guesses_that_arrive_together_are_slowed_too(seed_index: Path, password_file: Path):
    app = assemble(Service.of(load_settings({"index": seed_index, "password_file": password_file})))

    async def statuses() -> list[int]:
        transport = ASGITransport(app)
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1:7860") as crowd:
            guesses = [crowd.get("/v1/documents", headers=_basic("ada", f"guess-{n}")) for n in range(3 * FREE)]
            return [answer.status_code for answer in await asyncio.gather(*guesses)]

    assert sorted(asyncio.run(statuses()))[FREE + 1 :] == [429] * (2 * FREE - 1)


def test_waits_grow_to_a_limit_end_and_are_kept_for_a_whole_network():
    now = 0.0
    guesses = Guesses(lambda: now)
    for _ in range(FREE + 20):
        guesses.count("2001:db8::1", "ada")
    assert guesses.wait("2001:db8::ffff") == 30
    assert guesses.wait("2001:db8:1::1") == guesses.wait("192.0.2.1") == 0
    now = 31.0
    assert guesses.wait("2001:db8::1") == 0
    for number in range(20_000):
        guesses.count(f"10.0.{number // 250}.{number % 250}", "eve")
    assert len(guesses._wrong) == 10_000


def test_what_shows_documents_is_not_stored(seed_index: Path):
    client = _client(seed_index)
    for path in ("/", "/v1/documents", "/ui/welcome", "/ui/library", "/v1/nothing", "/gradio_api/app_id"):
        assert client.get(path).headers["cache-control"] == "no-store"
    assert client.get("/static/quoth/quoth.js").headers.get("cache-control") != "no-store"


def test_readiness_tells_no_path(tmp_path: Path):
    client = _client(tmp_path / "private-name")
    told = [client.get("/readyz") for _ in range(3)]
    assert {answer.status_code for answer in told} == {503}
    assert not [answer.text for answer in told if "private-name" in answer.text]


def test_a_line_for_the_password_file_is_made_by_a_command(quoth: Callable[..., Done], tmp_path: Path):
    made = quoth("password", "ada", "--role", "admin", stdin="correct horse\n")
    assert (made.returncode, made.stderr) == (0, "")
    file = tmp_path / "passwords"
    file.write_text(made.stdout)
    file.chmod(0o600)
    gate = Credentials({}, read_users(file))
    assert gate.role(_basic("ada", "correct horse")["Authorization"]) is Role.ADMIN
    assert "horse" not in made.stdout
    for arguments in (("a:b",), ("ada", "--role", "king")):
        assert quoth("password", *arguments, stdin="correct horse\n").returncode != 0
    assert quoth("password", "ada", stdin="short\n").returncode == 2


def test_a_token_may_have_characters_outside_ascii(seed_index: Path):
    client = _client(seed_index, host="0.0.0.0", token="schlüssel-zum-hafen")
    sent = "Bearer schlüssel-zum-hafen".encode()
    assert client.get("/v1/documents", headers={b"Authorization": sent}).status_code == 200


def test_secrets_stay_out_of_errors_and_logs(seed_index: Path, caplog: pytest.LogCaptureFixture):
    client = _client(seed_index, host="0.0.0.0", token=TOKEN)
    answered = client.get("/v1/documents", headers={"Authorization": f"Bearer {TOKEN}"})
    refused = client.get(f"/v1/documents?token={TOKEN}", headers={"Authorization": f"Bearer {TOKEN}-wrong"})
    assert TOKEN not in answered.text + refused.text + caplog.text
