"""Access control: secrets, host names and the sites of pages."""

import base64
import secrets
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ui.errors import AccessError
from ui.http.auth import Credentials, read_passwords
from ui.server import assemble
from ui.service.service import Service
from ui.settings import ServerSettings, load_settings

TOKEN = "correct-horse-battery-staple"


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    """A password file with two users."""
    file = tmp_path / "passwords"
    file.write_text("ada:Ĺovelace\ngrace:hopper:with:colons\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def _client(seed_index: Path, base_url: str = "http://127.0.0.1:7860", **flags: object) -> TestClient:
    app = assemble(Service.of(load_settings({"index": seed_index, **flags})))
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
    gate = Credentials(TOKEN, read_passwords(password_file))
    assert gate.admit(_basic("anyone", TOKEN)["Authorization"])
    assert not gate.admit(_basic("ada", TOKEN)["Authorization"])
    assert not gate.admit(_basic("grace", "Ĺovelace")["Authorization"])


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [("ada:x", 0o644, "chmod 600"), ("ada", 0o600, "user:password"), ("", 0o600, "user:password")],
)
def test_a_malformed_password_file_or_one_that_others_can_read_is_refused(
    text: str, mode: int, message: str, tmp_path: Path
):
    file = tmp_path / "passwords"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(AccessError, match=message):
        read_passwords(file)


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
    gate = Credentials(TOKEN, read_passwords(password_file))
    tried = [f"Bearer {TOKEN}", "Bearer x", *(_basic(*pair)["Authorization"] for pair in (("ada", "x"), ("eve", "x")))]
    assert [gate.admit(one) for one in tried] == [True, False, False, False]
    assert len(compared) == len(tried)
    assert {len(digest) for pair in compared for digest in pair} == {
        32
    }  # nor does the time depend on a secret's length


def test_a_token_may_have_characters_outside_ascii(seed_index: Path):
    client = _client(seed_index, host="0.0.0.0", token="schlüssel-zum-hafen")
    sent = "Bearer schlüssel-zum-hafen".encode()
    assert client.get("/v1/documents", headers={b"Authorization": sent}).status_code == 200


def test_secrets_stay_out_of_errors_and_logs(seed_index: Path, caplog: pytest.LogCaptureFixture):
    client = _client(seed_index, host="0.0.0.0", token=TOKEN)
    answered = client.get("/v1/documents", headers={"Authorization": f"Bearer {TOKEN}"})
    refused = client.get(f"/v1/documents?token={TOKEN}", headers={"Authorization": f"Bearer {TOKEN}-wrong"})
    assert TOKEN not in answered.text + refused.text + caplog.text
