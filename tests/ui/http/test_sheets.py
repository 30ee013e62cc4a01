"""Question sheets over HTTP, with the real models."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index import build
from qa import SheetFolder
from tests.support.samples.contracts import FEE, NOTICE, write_contracts
from tests.support.waiting import wait_until
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

TERMS = {"name": "Key terms", "questions": [NOTICE, FEE], "each": True}
MANY = {"name": "Many", "questions": [f"{NOTICE[:-1]} of contract {n}?" for n in range(200)]}


@pytest.fixture
def location(tmp_path: Path) -> Path:
    """An index of three contracts."""
    build([write_contracts(tmp_path / "contracts")], tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def service(location: Path) -> Iterator[Service]:
    """A service over the index."""
    service = Service.of(load_settings({"index": location, "ask_token": "a" * 32, "token": "t" * 32}))
    yield service
    service.close()


@pytest.fixture
def client(service: Service) -> TestClient:
    """Someone who may ask."""
    headers = {"Authorization": f"Bearer {'a' * 32}"}
    return TestClient(assemble(service), base_url="http://127.0.0.1:7860", headers=headers)


def state(client: TestClient, name: str = "Key terms") -> str:
    return str(client.get(f"/v1/sheets/{name}").json()["state"])


def test_who_may_ask_may_fill_a_sheet_and_ask_it_again(client: TestClient, location: Path, tmp_path: Path):
    begun = client.post("/v1/sheets", json=TERMS)
    assert (begun.status_code, begun.headers["location"]) == (202, "/v1/sheets/Key%20terms")
    wait_until(lambda: state(client) == "done", "the sheet", seconds=600)
    sheet = client.get(begun.headers["location"]).json()
    assert (sheet["done"], sheet["total"], sheet["problem"]) == (6, 6, "")
    assert [row["document"] for row in sheet["rows"]] == ["cleaning.md", "guards.md", "hosting.md"]
    fee = sheet["rows"][2]["cells"][1]
    assert ("1,090" in fee["answer"]["text"], fee["verdict"], fee["change"]) == (True, None, None)
    write_contracts(tmp_path / "contracts", fee="1,180")
    build([tmp_path / "contracts"], location)
    assert client.post("/v1/sheets", json=TERMS).status_code == 202
    wait_until(lambda: state(client) == "done", "the sheet again", seconds=600)
    again = client.get("/v1/sheets/Key terms").json()
    assert again["revision"] > sheet["revision"]
    assert [cell["change"] for row in again["rows"] for cell in row["cells"]] == [None] * 5 + ["another"]
    assert client.get("/v1/sheets").json() == ["Key terms"]
    assert client.delete("/v1/sheets/Key terms").status_code == 204
    assert client.get("/v1/sheets/Key terms").json() == again
    assert client.delete("/v1/sheets/Key terms", params={"delete": True}).status_code == 204
    assert client.get("/v1/sheets/Key terms").status_code == 404


def test_questions_asked_live_go_first_and_a_cancelled_sheet_keeps_its_answers(client: TestClient, service: Service):
    assert client.post("/v1/sheets", json=MANY).status_code == 202
    wait_until(lambda: service.sheets.sheet("Many").done > 1, "two cells", seconds=600)
    assert state(client, "Many") == "asking"
    assert client.post("/v1/sheets", json=MANY).status_code == 409

    async def ask_at_once() -> int:
        asked = [asyncio.ensure_future(service.answer(FEE, None)) for _ in range(8)]
        await asyncio.sleep(0)
        before = service.sheets.sheet("Many").done
        await asyncio.gather(*asked)
        return service.sheets.sheet("Many").done - before

    assert asyncio.run(ask_at_once()) <= 1  # the one whose last passage was being read
    assert client.delete("/v1/sheets/Many").status_code == 204
    cancelled = client.get("/v1/sheets/Many").json()
    assert (cancelled["state"], 0 < cancelled["done"] < cancelled["total"]) == ("stopped", True)
    client.post("/v1/sheets", json=MANY)
    wait_until(lambda: service.sheets.sheet("Many").done > cancelled["done"], "the next cell", seconds=600)
    assert client.delete("/v1/sheets/Many", params={"delete": True}).status_code == 204
    assert client.get("/v1/sheets/Many").status_code == 404
    assert service.sheets.names() == []


def test_the_next_service_goes_on_unless_a_person_stopped_the_sheet(
    client: TestClient, service: Service, location: Path
):
    client.post("/v1/sheets", json=MANY)
    wait_until(lambda: service.sheets.sheet("Many").done > 0, "a cell", seconds=600)
    service.close()
    left = SheetFolder(location).read("Many")
    assert (left.state, left.done > 0) == ("waiting", True)
    following = Service.of(service.settings)
    following.sheets.resume()
    wait_until(lambda: following.sheets.sheet("Many").done > left.done, "the next cell", seconds=600)
    following.sheets.stop("Many")
    assert following.sheets.sheet("Many").state == "stopped"
    following.close()
    last = Service.of(service.settings)
    last.sheets.resume()
    assert last.sheets.sheet("Many").state == SheetFolder(location).read("Many").state == "stopped"
    last.close()


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"name": "a", "questions": []}, 422, "questions"),
        ({"name": "a", "questions": [" ", "—"]}, 422, "there is no question"),
        ({"name": "a/b", "questions": [FEE]}, 422, "neither / nor"),
        ({"name": "a", "questions": [FEE], "documents": "tenders/*"}, 422, "no document matches tenders/*"),
        ({"name": "a", "questions": [FEE], "documents": ["x.md", "tenders/*"]}, 422, "x.md or tenders/*"),
        ({"name": "a", "questions": ["x" * 2001]}, 422, "questions.0"),
        ({"questions": [FEE]}, 422, "name"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(client: TestClient, body: dict, status: int, words: str):
    refused = client.post("/v1/sheets", json=body)
    assert (refused.status_code, words in refused.json()["detail"]) == (status, True)
    assert client.get("/v1/sheets").json() == []


def test_an_unknown_sheet_is_not_found(client: TestClient):
    for method in (client.get, client.delete):
        assert method("/v1/sheets/none").status_code == 404
