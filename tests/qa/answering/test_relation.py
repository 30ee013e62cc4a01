"""Two answers contradict each other only if both cannot be true of the same thing."""

from __future__ import annotations

import pytest

from qa.answering.relation import Statement, contradicts


def relation(question: str, one: tuple[str, str], other: tuple[str, str]) -> bool:
    return contradicts(question, Statement(*one), Statement(*other))


def test_two_values_for_one_thing_contradict_each_other():
    assert relation(
        "When was the bridge opened?",
        ("1999", "The bridge was opened in 1999."),
        ("2001", "The bridge opened in 2001."),
    )


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "When was the bridge opened?",
            ("12 May 1999", "The bridge was opened on 12 May 1999."),
            ("1999-05-12", "The bridge was opened on 1999-05-12."),
        ),
        (
            "Who wrote the song?",
            ("the Developers", "The song was written by the Developers."),
            ("democratic process", "Elections are a democratic process."),
        ),
        ("Which countries are excluded?", ("Cuba", "Cuba is excluded."), ("Peru", "Peru is excluded.")),
        (
            "Who founded the choir?",
            ("Ada Finch", "Ada Finch founded the choir."),
            ("Bo Lund", "Bo Lund also founded the choir."),
        ),
        ("How long is the notice?", ("60 days", "The notice is 60 days."), ("sixty days", "The notice is sixty days.")),
    ],
)
def test_the_same_another_or_an_additional_thing_is_no_contradiction(question, one, other):
    assert not relation(question, one, other)
