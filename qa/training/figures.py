"""F1 and AUROC of a reader during training, on samples of the valid files; every question has its own paragraph."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from qa.evaluation.evaluate import read_alone
from qa.evaluation.questions import GoldQuestion
from qa.evaluation.scores import paragraph_scores
from qa.reader.reader import Reader
from qa.training.corpus import examples

SAMPLES: Mapping[str, int] = {"contrast": 160, "domains": 130, "tables:rows": 130, "docs": 70, "squad": 130, "nq": 70}
FEWEST_UNANSWERABLE = 10  # with fewer, the AUROC is noise


def valid_samples(data: Path) -> dict[str, list[GoldQuestion]]:
    """The sample of each valid file that exists; the same in every run."""
    found: dict[str, list[GoldQuestion]] = {}
    for name, count in SAMPLES.items():
        if (data / f"{name.partition(':')[0]}.valid.jsonl").exists():
            questions = examples(data, name, "valid")
            found[name] = random.Random(1).sample(questions, min(count, len(questions)))
    return found


def measure(reader: Reader, questions: Sequence[GoldQuestion]) -> dict[str, float]:
    """``f1``, in percent, over the answerable questions, none of which is refused, and ``auroc`` of the margin, 0 to 1.

    ``auroc`` is left out if there are too few questions of one kind.
    """
    read = [(one, alone) for one in questions if (alone := read_alone(reader, one))]
    scores = paragraph_scores(read)
    found = {"f1": round(100 * (scores.f1 or 0.0), 1)}
    if scores.auroc is not None and sum(not one.answers for one, _ in read) >= FEWEST_UNANSWERABLE:
        found["auroc"] = round(scores.auroc, 3)
    return found
