"""Verdicts on answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.evaluation.questions import read_gold
from ui.http import problems
from ui.service.engine import AnswerEngine
from ui.web.quality import feedback


@pytest.fixture
def client(tmp_path: Path, seed_index: Path) -> TestClient:
    return _client(tmp_path, seed_index)


def _client(location: Path, index: Path) -> TestClient:
    app = FastAPI()
    problems.install(app)
    app.include_router(feedback.router(location, AnswerEngine(index)))
    return TestClient(app)


def verdict(turn: str = "a" * 32, **changes: object) -> dict[str, object]:
    kept: dict[str, object] = {
        "turn": turn,
        "verdict": "up",
        "question": "What rocket was used?",
        "found": True,
        "text": "Soyuz 2.1a",
        "probability": 0.9,
        "revision": 3,
        "citations": [{"path": "flight.txt", "start": 25, "end": 35}],
    }
    return kept | changes


def test_answers_called_right_are_exported_as_evaluation_questions(client: TestClient, tmp_path: Path) -> None:
    refused = verdict("b" * 32, found=False, text="", citations=[], question="Who won?")
    for one in (verdict(), refused, verdict("c" * 32, verdict="down")):
        assert client.post("/ui/verdicts", json=one).status_code == 204
    file = tmp_path / "examples.jsonl"
    file.write_text(client.get("/ui/verdicts/examples.jsonl").text)
    questions = read_gold(file)
    assert [(one.question, tuple(one.answers)) for one in questions] == [
        ("What rocket was used?", ("Soyuz 2.1a",)),
        ("Who won?", ()),
    ]


def test_the_last_verdict_on_a_turn_counts(client: TestClient, tmp_path: Path) -> None:
    client.post("/ui/verdicts", json=verdict())
    client.post("/ui/verdicts", json=verdict(verdict="down"))
    assert client.get("/ui/verdicts/examples.jsonl").text == ""
    kept = [json.loads(line) for line in (tmp_path / feedback.FILE).read_text().splitlines()]
    assert [one["verdict"] for one in kept] == ["up", "down"]
    assert kept[0]["revision"] == 3 and kept[0]["at"]


@pytest.mark.parametrize(
    "wrong", [{"turn": "../x"}, {"verdict": "maybe"}, {"question": "q" * 3000}, {"probability": 7}, {"revision": -1}]
)
def test_a_malformed_verdict_is_rejected(client: TestClient, wrong: dict[str, object]) -> None:
    assert client.post("/ui/verdicts", json=verdict(**wrong)).status_code == 422


def test_without_an_index_a_verdict_is_rejected_and_nothing_is_written(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    assert _client(nothing, nothing).post("/ui/verdicts", json=verdict()).status_code == 409
    assert not nothing.exists()


def test_for_an_index_stored_elsewhere_the_folder_of_verdicts_is_made(tmp_path: Path, seed_index: Path) -> None:
    client = _client(tmp_path / "made", seed_index)
    assert client.post("/ui/verdicts", json=verdict()).status_code == 204
    kept = tmp_path / "made" / feedback.FILE
    assert [place.stat().st_mode & 0o777 for place in (kept.parent, kept)] == [0o700, 0o600]
