"""How well the reader reads a question with the right paragraph given.

    python -m tests.benchmarks.gold_paragraph squad.valid.jsonl docs.valid.jsonl nq.valid.jsonl

For each file of questions that carry their paragraphs: EM and F1 of the best span over the answerable questions, and
over all of them the best F1 that any threshold on the margin reaches and the area under the ROC curve of answerable
against not.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from qa import Reader
from qa.evaluation.metrics import auroc, best_f1, exact_match, f1
from qa.evaluation.questions import GoldQuestion, read_gold
from qa.reader.windows import Passage
from qa.settings import MODEL


def measure(reader: Reader, questions: list[GoldQuestion]) -> dict[str, float]:
    """The figures of one file, in percent but for the AUROC."""
    ems, f1s, margins = [], [], []
    for gold in questions:
        spans = reader.read(gold.question, [Passage(gold.context or "", gold.title)])
        said = spans[0].text if spans else ""
        ems.append(exact_match(said, gold.answers) if gold.answers else 0.0)
        f1s.append(f1(said, gold.answers) if gold.answers else 0.0)
        margins.append(spans[0].margin if spans else -1e9)
    answerable = [bool(gold.answers) for gold in questions]
    count = sum(answerable)
    return {
        "questions": len(questions),
        "answerable": count,
        "EM": 100 * sum(ems) / count,
        "F1": 100 * sum(f1s) / count,
        "best F1 of all": 100 * best_f1(margins, f1s, answerable)[0],
        "AUROC": auroc(margins, answerable),
    }


def main() -> None:
    """Print a row a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, default=MODEL)
    arguments = parser.parse_args()
    reader = Reader.load(arguments.model)
    for path in arguments.files:
        figures = measure(reader, read_gold(path))
        print(
            f"{path.stem:14}",
            "  ".join(f"{name} {value:.3f}".rstrip("0").rstrip(".") for name, value in figures.items()),
            flush=True,
        )


if __name__ == "__main__":
    main()
