"""Check yourself: questions are written, taken from files and verdicts, asked, and shown with what was wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index import build
from tests.support.waiting import wait_until
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

HARBOUR = "Anna Berg approved the plan for the harbour.\nIt costs 40 million\neuros."


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    (tmp_path / "harbour.txt").write_text(HARBOUR)
    build([tmp_path / "harbour.txt"], tmp_path / "index")
    app = assemble(Service.of(load_settings({"index": tmp_path / "index"})))
    with TestClient(app, base_url="http://127.0.0.1:7860") as opened:
        yield opened


def test_questions_are_asked_and_the_wrong_ones_shown_beside_what_is_right(client: TestClient, tmp_path: Path) -> None:
    table = "Question;Expected answer\nWho approved the plan for the harbour?;Anna Berg\nWho won the cup?;\n"
    assert client.post("/ui/quality", files={"file": ("mine.csv", table)}).status_code == 200
    wrong = {"question": "How much does the harbour cost?", "answer": "seven geese"}
    assert "All 3 questions" in client.post("/ui/quality/questions", json=wrong).text
    assert (tmp_path / "index" / "questions.json").stat().st_mode & 0o777 == 0o600
    assert client.post("/ui/quality/ask").status_code == 202
    page = _ended(client)
    assert "2 of 3 right" in page and "This one was wrong" in page
    assert "40 million" in page and "seven geese" in page
    assert "#source/" in page.split("seven geese")[1]
    assert "data-threshold" not in page and "With 50 questions" in page  # three questions recommend nothing
    assert "<svg" in page and 'class="plots"' in page
    assert client.get("/ui/quality/report").status_code == 200
    client.post("/ui/quality/ask")
    assert "Last time, today at" in _ended(client)


def test_a_verdict_with_the_right_answer_becomes_a_question(client: TestClient) -> None:
    verdict = {
        "turn": "a" * 32,
        "verdict": "down",
        "question": "How much does the harbour cost?",
        "found": True,
        "text": "Anna Berg",
        "probability": 0.6,
        "revision": 1,
        "citations": [],
        "right": "40 million euros",
        "selected": {"document": 1},
    }
    assert client.post("/ui/verdicts", json=verdict).status_code == 204
    assert "take the 1 answer judged" in client.get("/ui/quality").text
    page = client.post("/ui/quality/verdicts").text
    assert "40 million euros" in page and "judged</button>" not in page
    (kept,) = client.get("/ui/verdicts/examples.jsonl").text.splitlines()
    assert json.loads(kept)["answers"] == ["40 million euros"]
    assert json.loads(kept)["document"] == "harbour.txt"  # the words were found there, over the end of a line


def test_refused_questions_are_kept_only_when_that_is_allowed(client: TestClient) -> None:
    asked = {"question": "Where can visitors park?"}
    assert client.post("/v1/answer", json=asked).json()["found"] is False
    assert "Quoth keeps no questions" in client.get("/ui/quality").text
    assert "visitors park" not in client.post("/ui/quality/refused").text
    for question in (asked["question"], "Where can visitors park their cars?", "Who won the 2022 World Cup?"):
        assert client.post("/v1/answer", json={"question": question}).json()["found"] is False
    page = client.get("/ui/quality").text
    assert "2×" in page and "and 1 like it" in page
    assert "visitors park" not in client.delete("/ui/quality/refused").text


def test_asking_can_be_stopped_and_begun_again(client: TestClient) -> None:
    lines = [json.dumps({"question": f"What costs {n} euros?", "answers": []}) for n in range(5000)]
    client.post("/ui/quality", files={"file": ("many.jsonl", "\n".join(lines))})
    assert client.post("/ui/quality/ask").status_code == 202
    wait_until(lambda: ">0 of" not in client.get("/ui/quality").text, "the first answer", seconds=120)
    assert client.post("/ui/quality/ask").status_code == 409
    assert "stop-own" in client.post("/ui/quality/stop").text
    assert "The asking was stopped." in _ended(client)


def _ended(client: TestClient) -> str:
    wait_until(lambda: "data-running" not in client.get("/ui/quality").text, "the end", seconds=120)
    return client.get("/ui/quality").text
