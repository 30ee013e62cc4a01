"""Evaluations on the page: they can be stopped, and then another one can begin."""

from __future__ import annotations

import json
from pathlib import Path

from fastapi.testclient import TestClient

from tests.support.waiting import wait_until
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings


def test_a_long_evaluation_can_be_stopped(seed_index: Path) -> None:
    app = assemble(Service.of(load_settings({"index": seed_index})))
    line = json.dumps({"question": "What rocket was used?", "answers": ["Soyuz 2.1a"]})
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        questions = {"file": ("many.jsonl", "\n".join([line] * 100_000))}
        assert client.post("/ui/quality", files=questions).status_code == 202
        wait_until(lambda: "Asked 0 of" not in client.get("/ui/quality").text, "the first answer", seconds=120)
        assert "stop-evaluation" in client.get("/ui/quality").text
        client.post("/ui/quality/stop")
        wait_until(lambda: "data-running" not in client.get("/ui/quality").text, "the end", seconds=60)
        assert "The evaluation was stopped." in client.get("/ui/quality").text
