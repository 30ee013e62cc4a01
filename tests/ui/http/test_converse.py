"""Conversations over HTTP."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings


@pytest.fixture(scope="module")
def client(seed_index: Path) -> TestClient:
    """A client of a service over the index of seeds."""
    return TestClient(assemble(Service.of(load_settings({"index": seed_index, "trusted_hosts": "testserver"}))))


def test_small_talk_the_library_and_subjects_get_their_replies(client: TestClient):
    for said, kind in (
        ("thank you", "courtesy"),
        ("what documents do you have?", "library"),
        ("mentions of Baikonur", "hits"),
        ("summarise the document", "summary"),
    ):
        reply = client.post("/v1/converse", json={"utterance": said}).json()
        assert (reply["kind"], reply["answer"], reply["utterance"]) == (kind, None, said)
        assert reply["text"]


def test_a_follow_up_says_how_it_was_understood(client: TestClient):
    turns = [{"utterance": "Who flew to the station?", "answer": "Jonathan Kim"}]
    reply = client.post("/v1/converse", json={"utterance": "How long will he stay?", "turns": turns}).json()
    assert reply["understood"] == "How long will Jonathan Kim stay?"
    assert reply["answer"]["confidence"] in ("confident", "likely", "unsure")


def test_a_malformed_turn_is_refused(client: TestClient):
    answered = client.post("/v1/converse", json={"utterance": "And then?", "turns": [{"question": "Why?"}]})
    assert answered.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
