"""How right the answers are when 1, 3, 5, 10 and 20 passages may be read, and how many are.

    python tests/benchmarks/passages_read.py squad.valid.jsonl squad.train.jsonl --sample 200

The paragraphs of all files become one index; questions of the first that have an answer are asked end to end, at each
number of passages the same ones; at ten also with all of them read, whether or not they may win. Reading more should
never make an answer less right.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from itertools import chain
from pathlib import Path

from qa import Answerer, ReaderSettings
from qa.answering.calibration import Calibration
from qa.evaluation.evaluate import answerer_over
from qa.evaluation.metrics import exact_match, f1
from qa.evaluation.questions import GoldQuestion, paragraph_documents, read_gold
from qa.evaluation.scores import mentions

NUMBERS = (1, 3, 5, 10, 20)


def measure(answerer: Answerer, questions: list[GoldQuestion], number: int, *, all_read: bool = False) -> str:
    """One line of the table: the likeliest answer, given or withheld, and what became of it."""
    settings = answerer.settings.model_copy(update={"passages": number})
    bounded = answerer.calibration
    calibration = Calibration(bounded.weights, bounded.bias, bounded.threshold) if all_read else bounded
    asked = Answerer(answerer.index, answerer.reader, calibration, settings)
    rows = []
    for question in questions:
        answer = asked.answer(question.question, min_probability=0.0)
        text = answer.text if answer.found else next((one.text for one in answer.candidates), "")
        held = any(mentions(passage.text, question.answers) for passage in answer.passages)
        right = exact_match(text, question.answers), f1(text, question.answers)
        read = sum(passage.margin is not None for passage in answer.passages)
        rows.append((*right, held, answer.found, read / 100, answer.timings.read))
    *shares, times = zip(*rows, strict=True)
    means = "".join(f"{100 * statistics.mean(share):10.1f}" for share in shares)
    return f"{f'{number}, all' if all_read else number:>8}{means}{statistics.median(times):10.0f}"


def main() -> None:
    """Build, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", help="SQuAD-shaped question files that carry their paragraphs")
    parser.add_argument("--sample", type=int, default=200, help="how many questions to ask")
    parser.add_argument("--reader", type=Path, default=ReaderSettings().reader)
    arguments = parser.parse_args()
    questions = [question for question in read_gold(arguments.files[0]) if question.answers]
    questions = random.Random(17).sample(questions, min(arguments.sample, len(questions)))
    with tempfile.TemporaryDirectory() as folder:
        carried = paragraph_documents(chain.from_iterable(map(read_gold, arguments.files)))
        with answerer_over(carried, Path(folder), settings=ReaderSettings(reader=arguments.reader)) as answerer:
            answerer.answer(questions[0].question)
            status = answerer.index.status()
            print(f"{len(questions)} questions of {arguments.files[0].name}, {status.chunks:,} passages in the index")
            print(f"{'passages':>8}{'EM':>10}{'F1':>10}{'answer':>10}{'given':>10}{'passages':>10}{'reading':>10}")
            print(f"{'at most':>8}{'':>20}{'among them':>10}{'':>10}{'read':>10}{'ms, p50':>10}")
            for number in NUMBERS:
                print(measure(answerer, questions, number), flush=True)
            print(measure(answerer, questions, 10, all_read=True), flush=True)


if __name__ == "__main__":
    main()
