"""Collections over HTTP."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from index import build
from tests.support.samples.documents import write_documents
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

ASK, ADMIN = "a" * 32, "t" * 32


def test_an_administrator_makes_collections_and_who_may_ask_is_limited_to_them(tmp_path: Path):
    build([write_documents(tmp_path)], tmp_path / "index")
    service = Service.of(load_settings({"index": tmp_path / "index", "ask_token": ASK, "token": ADMIN}))
    app = assemble(service)
    asking, admin = (
        TestClient(app, base_url="http://127.0.0.1:7860", headers={"Authorization": f"Bearer {secret}"})
        for secret in (ASK, ADMIN)
    )
    wanted = {"documents": ["tea.txt", "deep/*"]}
    assert asking.put("/v1/collections/Hot drinks", json=wanted).status_code == 403
    made = admin.put("/v1/collections/Hot drinks", json=wanted)
    assert made.json() == {"name": "Hot drinks", "documents": ["deep/coffee.md", "tea.txt"], "missing": []}
    assert asking.get("/v1/collections").json() == [{"name": "Hot drinks", "documents": 2}]
    asked = {"question": "At how many degrees does iron melt?", "filters": {"collection": "Hot drinks"}}
    hits = asking.post("/v1/search", json=asked).json()["hits"]
    assert {hit["document"]["path"] for hit in hits} == {"deep/coffee.md", "tea.txt"}
    change = {"add": ["iron.html"], "remove": ["tea.txt"], "name": "Metals"}
    changed = admin.patch("/v1/collections/Hot drinks", json=change).json()
    assert (changed["name"], changed["documents"]) == ("Metals", ["deep/coffee.md", "iron.html"])
    assert admin.put("/v1/collections/None", json={"documents": ["wine.txt"]}).status_code == 422
    assert asking.get("/v1/collections/Hot drinks").status_code == 404
    assert admin.delete("/v1/collections/Metals").status_code == 204
    service.close()
