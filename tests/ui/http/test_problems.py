"""The service's responses when the index or the installation is damaged or incomplete."""

import sqlite3
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index import Embedder, build
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings


@pytest.fixture
def location(tmp_path: Path, embedder: Embedder) -> Path:
    """An index of one document."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "ferry.md").write_text("# Ferry\n\nThe ferry to Föhr leaves at a quarter past nine.\n")
    build([tmp_path / "notes"], tmp_path / "index", embedder=embedder)
    return tmp_path / "index"


def _ask(location: Path, **flags: object) -> tuple[int, dict]:
    app = assemble(Service.of(load_settings({"index": location, **flags})))
    client = TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)
    answered = client.post("/v1/answer", json={"question": "When does the ferry leave?"})
    assert answered.headers["content-type"] == "application/problem+json"
    return answered.status_code, answered.json()


def test_an_index_built_with_another_embedder_is_a_conflict_that_names_both(location: Path):
    with sqlite3.connect(location / "catalog.sqlite") as catalog:
        catalog.execute("UPDATE meta SET value = 'another-model' WHERE key = 'embedder'")
    status, problem = _ask(location)
    assert (status, problem["type"]) == (409, "urn:quoth:IndexMismatch")
    assert "another-model" in problem["detail"]
    assert "all-MiniLM-L6-v2" in problem["detail"]


def test_a_damaged_index_is_unavailable_and_says_so(location: Path):
    for file in location.glob("catalog.sqlite*"):
        file.write_bytes(b"not a database" * 1000)
    status, problem = _ask(location)
    assert (status, problem["type"]) == (503, "urn:quoth:IndexDamaged")
    assert str(location) in problem["detail"]


def test_a_missing_model_is_unavailable_and_names_its_folder(location: Path, tmp_path: Path):
    status, problem = _ask(location, reader=tmp_path / "no-model")
    assert (status, problem["type"]) == (503, "urn:quoth:Model")
    assert str(tmp_path / "no-model") in problem["detail"]
