"""How well the reader answers a question when it is given the right paragraph.

    python -m tests.benchmarks.gold_paragraph squad.valid.jsonl docs.valid.jsonl nq.valid.jsonl
    python -m tests.benchmarks.gold_paragraph tables.valid.jsonl --ids '[.]rows'

For each file of questions with paragraphs: EM and F1 of the best span over the answerable questions; over all questions
the best F1 that any threshold on the margin reaches, and the AUROC of the margin, answerable against unanswerable. With
``--again`` these are the figures of the answer that the second reading chooses, and of its probability.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from index import Embedder
from qa import GoldQuestion, Reader, read_gold
from qa.answering.candidates import propose
from qa.answering.second_reading import reading_again, verified
from qa.evaluation.evaluate import own_passage, read_alone
from qa.evaluation.scores import Alone, paragraph_scores
from qa.reader.weights import load_calibration
from qa.settings import MODEL
from qa.training.reads import PassageRead, QuestionRead
from qa.training.replay import retrieved

Read = Callable[[GoldQuestion], Alone | None]


def measure(read_one: Read, questions: Sequence[GoldQuestion]) -> dict[str, float | None]:
    """The figures of some questions, all but the AUROC in percent; None if no question contributes to it."""
    read = [(gold, alone) for gold in questions if (alone := read_one(gold))]
    scores = paragraph_scores(read)
    percent = {"EM": scores.em, "F1": scores.f1, "best F1 of all": scores.best_f1}
    return {
        "questions": len(read),
        "answerable": sum(bool(gold.answers) for gold, _ in read),
        **{name: share and 100 * share for name, share in percent.items()},
        "AUROC": scores.auroc,
    }


def reading_twice(reader: Reader, model: Path) -> Read:
    """Reads a question's own paragraph as answering reads the first passage that search finds."""
    calibration, embedder = load_calibration(model), Embedder()

    def read(gold: GoldQuestion) -> Alone | None:
        if gold.context is None:
            return None
        passage = own_passage(gold.context, gold.title)
        question, text = embedder.encode([gold.question, gold.context])
        kept = PassageRead(0, 0, passage.text, passage.title, 0, float(question @ text), ())
        (source,) = retrieved(QuestionRead("", 0, gold.question, gold.answers, 0.0, (kept,)))
        source = replace(source, passage=passage, document_text=passage.text)
        proposals = propose([source], reader.read(gold.question, [passage]), calibration)
        best = next(iter(verified(calibration.verification, proposals, reading_again(reader))), None)
        return Alone(best.text, best.probability) if best else Alone("", 0.0)

    return read


def main() -> None:
    """Print a row for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--ids", default="", help="a regular expression that the ids of the questions match")
    parser.add_argument("--again", action="store_true", help="let the second reading choose and judge the answer")
    parser.add_argument("--sample", type=int, default=None, help="questions of each file, drawn at random")
    arguments = parser.parse_args()
    reader = Reader.load(arguments.model)
    read = reading_twice(reader, arguments.model) if arguments.again else lambda gold: read_alone(reader, gold)
    for path in arguments.files:
        questions = [gold for gold in read_gold(path) if re.search(arguments.ids, gold.id)]
        drawn = random.Random(17).sample(questions, min(arguments.sample or len(questions), len(questions)))
        figures = measure(read, drawn)
        texts = {
            name: "-" if value is None else f"{value:.3f}".rstrip("0").rstrip(".") for name, value in figures.items()
        }
        print(f"{path.stem:14}", "  ".join(f"{name} {text}" for name, text in texts.items()), flush=True)


if __name__ == "__main__":
    main()
