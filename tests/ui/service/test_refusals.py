"""Refused questions, grouped by what they ask."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import numpy as np
import pytest

from index import Embedder
from ui.service.refusals import Refusals, alike
from ui.service.service import Service
from ui.settings import load_settings

PARKING = ["Where can visitors park?", "Is there parking for visitors?", "Where can I park my car?"]
CUP = ["Who won the World Cup?", "Which team won the World Cup?"]


def test_nothing_is_kept_until_that_is_allowed(tmp_path: Path) -> None:
    refusals = Refusals(tmp_path / "index")
    refusals.add("Where can visitors park?")
    assert refusals.questions() == [] and not tmp_path.joinpath("index").exists()
    refusals.allow()
    refusals.add("Who won?")
    assert refusals.questions() == ["Who won?"]
    (kept,) = (tmp_path / "index").iterdir()
    assert [place.stat().st_mode & 0o777 for place in (kept.parent, kept)] == [0o700, 0o600]
    refusals.forget()
    assert not refusals.allowed and refusals.questions() == []


def test_a_log_has_questions_and_answers_only_where_that_is_set(
    seed_index: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for log_text in (False, True):
        caplog.clear()
        service = Service.of(load_settings({"index": seed_index, "log_text": log_text}))
        assert "Soyuz" in asyncio.run(service.answer("What rocket was used?", None)).text
        logged = str([vars(record) for record in caplog.records])
        assert ("What rocket" in logged, "Soyuz" in logged) == (log_text, log_text)
        assert "probability" in logged


def test_questions_that_ask_the_same_are_one_group_named_by_its_most_typical(tmp_path: Path) -> None:
    refusals = Refusals(tmp_path)
    refusals.allow()
    for question in (PARKING[0], CUP[0], PARKING[1], PARKING[2], PARKING[0], CUP[1]):
        refusals.add(question)
    parking, cup = refusals.groups(Embedder().encode)
    assert (parking.count, parking.name, parking.last) == (4, PARKING[0], PARKING[0])
    assert {question for question, _ in parking.questions} == set(PARKING)
    assert {question for question, _ in cup.questions} == set(CUP) and cup.last == CUP[1]


def test_groups_are_joined_by_the_mean_likeness_of_their_members() -> None:
    angles = np.array([0.0, 0.2, 0.4, 2.0, 2.1])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert sorted(map(sorted, alike(vectors, 0.9))) == [[0, 1, 2], [3, 4]]
    assert alike(vectors[:1], 0.9) == [[0]]
