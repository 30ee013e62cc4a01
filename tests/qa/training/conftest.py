"""Questions on the seed document as training data: its text in two halves, each a paragraph of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.evaluation.questions import DEMO_QUESTIONS, GoldQuestion, read_gold
from qa.training.corpus import Competition, open_corpus, read_examples


def rows(text: str) -> Iterator[dict[str, object]]:
    """The demonstration's questions as lines of a training file; those without an answer are on the second half."""
    middle = text.index("\n\n", len(text) // 2)
    for number, gold in enumerate(read_gold(DEMO_QUESTIONS)):
        start = next((text.index(answer) for answer in gold.answers if answer in text), middle)
        half = text[:middle] if start < middle else text[middle:]
        answers = [{"text": one, "answer_start": half.index(one)} for one in gold.answers if one in half]
        if bool(answers) == bool(gold.answers):
            yield {"id": f"seed-{number}", "title": "Soyuz", "context": half, "question": gold.question} | {
                "answers": answers,
                "is_impossible": not answers,
            }


@pytest.fixture(scope="session")
def training_data(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``squad.train.jsonl`` and ``squad.valid.jsonl``."""
    folder = tmp_path_factory.mktemp("data")
    lines = [json.dumps(row) for row in rows(next(seeds.glob("*.txt")).read_text(encoding="utf-8"))]
    (folder / "squad.train.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "squad.valid.jsonl").write_text("\n".join(lines[::4]), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def training_questions(training_data: Path) -> list[GoldQuestion]:
    return read_examples(training_data / "squad.train.jsonl")


@pytest.fixture(scope="session")
def competition(training_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Competition]:
    """Rivals from a real index of both halves."""
    with open_corpus(training_data, ["squad"], tmp_path_factory.mktemp("work")) as corpus:
        yield Competition(corpus, seed=17)
