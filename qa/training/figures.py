"""F1 and AUROC of a reader in training, on samples of the valid files, each question with its own paragraph."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from qa.evaluation.metrics import auroc, f1
from qa.evaluation.questions import GoldQuestion
from qa.reader.reader import Reader
from qa.reader.windows import Passage
from qa.training.corpus import examples

SAMPLES: Mapping[str, int] = {"contrast": 160, "domains": 130, "tables:rows": 130, "docs": 70, "squad": 130, "nq": 70}
FEWEST_UNANSWERABLE = 10  # with fewer an AUROC says nothing


def valid_samples(data: Path) -> dict[str, list[GoldQuestion]]:
    """The sample of each valid file, always the same; of those files that there are."""
    found: dict[str, list[GoldQuestion]] = {}
    for name, count in SAMPLES.items():
        if (data / f"{name.partition(':')[0]}.valid.jsonl").exists():
            questions = examples(data, name, "valid")
            found[name] = random.Random(1).sample(questions, min(count, len(questions)))
    return found


def measure(reader: Reader, questions: Sequence[GoldQuestion]) -> dict[str, float]:
    """``f1`` in percent over answerable questions, each made to answer, and ``auroc`` of the margin, 0 to 1.

    The latter only with enough questions of both kinds.
    """
    scores: list[float] = []
    margins: list[float] = []
    for question in questions:
        spans = reader.read(question.question, [Passage(question.context or "", question.title)])
        margins.append(spans[0].margin if spans else -99.0)
        if question.answers:
            scores.append(f1(spans[0].text if spans else "", question.answers))
    found = {"f1": round(100 * sum(scores) / max(len(scores), 1), 1)}
    if scores and len(questions) - len(scores) >= FEWEST_UNANSWERABLE:
        found["auroc"] = round(auroc(margins, [bool(question.answers) for question in questions]), 3)
    return found
