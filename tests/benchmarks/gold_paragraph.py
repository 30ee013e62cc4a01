"""How well the reader answers a question when it is given the right paragraph.

    python -m tests.benchmarks.gold_paragraph squad.valid.jsonl docs.valid.jsonl nq.valid.jsonl
    python -m tests.benchmarks.gold_paragraph tables.valid.jsonl --ids '[.]rows'

For each file of questions with paragraphs: EM and F1 of the best span over the answerable questions; over all questions
the best F1 that any threshold on the margin reaches, and the AUROC of the margin, answerable against unanswerable.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from qa import GoldQuestion, Reader, read_gold
from qa.evaluation.evaluate import read_alone
from qa.evaluation.scores import paragraph_scores
from qa.settings import MODEL


def measure(reader: Reader, questions: Sequence[GoldQuestion]) -> dict[str, float | None]:
    """The figures of some questions, all but the AUROC in percent; None if no question contributes to it."""
    read = [(gold, alone) for gold in questions if (alone := read_alone(reader, gold))]
    scores = paragraph_scores(read)
    percent = {"EM": scores.em, "F1": scores.f1, "best F1 of all": scores.best_f1}
    return {
        "questions": len(read),
        "answerable": sum(bool(gold.answers) for gold, _ in read),
        **{name: share and 100 * share for name, share in percent.items()},
        "AUROC": scores.auroc,
    }


def main() -> None:
    """Print a row for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--ids", default="", help="a regular expression that the ids of the questions match")
    arguments = parser.parse_args()
    reader = Reader.load(arguments.model)
    for path in arguments.files:
        figures = measure(reader, [gold for gold in read_gold(path) if re.search(arguments.ids, gold.id)])
        texts = {
            name: "-" if value is None else f"{value:.3f}".rstrip("0").rstrip(".") for name, value in figures.items()
        }
        print(f"{path.stem:14}", "  ".join(f"{name} {text}" for name, text in texts.items()), flush=True)


if __name__ == "__main__":
    main()
