"""How good the answers are by the number of passages that may be read, and what early exits save and cost.

    python -m tests.benchmarks.passages_read squad.valid.jsonl docs.valid.jsonl --paragraphs squad.train.jsonl

The paragraphs of all files become one index. The questions that are asked are drawn from the first files, without those
that ``qa.training.calibrate`` was fitted to by default (unless it was fitted to all questions of a file).

By number of passages: EM and F1 of the most probable answer to answerable questions, given or withheld; the share of
questions with an answer among the passages; the share of answers given; the passages read to the end; the median time
of reading. Reading more passages should never make the answers worse.

Early exits: each question is asked with and without them, in alternating order. Printed are the passages read, the F1
of the answers given to answerable questions, the answers given, the right answers (F1 of 0.5 or more) that only this
way gives, the time of reading, and the ratio of the mean times.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from qa import Answer, Answerer, ReaderSettings
from qa.answering.calibration import Calibration
from qa.evaluation.evaluate import answerer_over
from qa.evaluation.metrics import exact_match, f1, mentions
from qa.evaluation.questions import GoldQuestion, paragraph_documents, read_gold
from qa.evaluation.scores import RIGHT_F1

NUMBERS = (1, 3, 5, 10, 20)
FITTED = 700  # questions that qa.training.calibrate draws from each file by default, with the seed below
SEED = 17


@dataclass(frozen=True)
class Pair:
    """The answers to a question with early exits and without."""

    gold: GoldQuestion
    exiting: Answer
    whole: Answer


def drawn(path: Path, count: int) -> list[GoldQuestion]:
    """``count`` questions of a file; none that the calibration was fitted to, unless there are no others."""
    every = read_gold(path)
    fitted = {id(one) for one in random.Random(SEED).sample(every, min(FITTED, len(every)))}
    others = [one for one in every if id(one) not in fitted] or every
    return random.Random(5).sample(others, min(count, len(others)))


def count_read(answer: Answer) -> int:
    """How many passages were read to the end."""
    return sum(passage.margin is not None for passage in answer.passages)


def measure(answerer: Answerer, questions: Sequence[GoldQuestion], number: int, *, read_all: bool = False) -> str:
    """One row of the table by number of passages; with ``read_all`` no passage is skipped."""
    settings = answerer.settings.model_copy(update={"passages": number})
    bounded = answerer.calibration
    calibration = (
        Calibration(bounded.weights, bounded.bias, bounded.threshold, cells=bounded.cells) if read_all else bounded
    )
    asked = Answerer(answerer.index, answerer.reader, calibration, settings)
    rows = []
    for question in questions:
        answer = asked.answer(question.question, min_probability=0.0)
        text = answer.text if answer.found else next((one.text for one in answer.candidates), "")
        held = any(mentions(passage.text, question.answers) for passage in answer.passages)
        right = exact_match(text, question.answers), f1(text, question.answers)
        rows.append((*right, held, answer.found, count_read(answer) / 100, answer.timings.read))
    *shares, times = zip(*rows, strict=True)
    means = "".join(f"{100 * statistics.mean(share):10.1f}" for share in shares)
    return f"{f'{number}, all' if read_all else number:>8}{means}{statistics.median(times):10.0f}"


def print_numbers(answerer: Answerer, questions: Sequence[GoldQuestion]) -> None:
    """The table by number of passages, over answerable questions."""
    print(f"{len(questions)} answerable questions, {answerer.index.status().chunks:,} passages in the index")
    print(f"{'passages':>8}{'EM':>10}{'F1':>10}{'answer':>10}{'given':>10}{'passages':>10}{'reading':>10}")
    print(f"{'at most':>8}{'':>20}{'among them':>10}{'':>10}{'read':>10}{'ms, p50':>10}")
    for number in NUMBERS:
        print(measure(answerer, questions, number), flush=True)
    print(measure(answerer, questions, 10, read_all=True), flush=True)


def pairs_of(exiting: Answerer, questions: Sequence[GoldQuestion]) -> list[Pair]:
    """The answers to each question with and without early exits, asked in alternating order."""
    whole = Answerer(exiting.index, exiting.reader, replace(exiting.calibration, exits={}), exiting.settings)
    pairs = []
    for number, gold in enumerate(questions):
        ways = (exiting, whole) if number % 2 else (whole, exiting)
        answers = {way: way.answer(gold.question) for way in ways}
        pairs.append(Pair(gold, answers[exiting], answers[whole]))
    return pairs


def given_f1(gold: GoldQuestion, answer: Answer) -> float:
    """The F1 of the answer if it is given, else 0."""
    return f1(answer.text, gold.answers) if answer.found and gold.answers else 0.0


def print_exits(name: str, pairs: Sequence[Pair]) -> None:
    """A table of two rows and the ratio of their times."""
    answerable = [pair for pair in pairs if pair.gold.answers]
    print(f"{name}: {len(pairs)} questions, {len(answerable)} with an answer")
    print(f"  {'':<14}{'read':>8}{'F1':>8}{'given':>8}{'alone':>8}{'p50 ms':>9}{'p95 ms':>9}{'mean':>9}")
    ways = {"early exits": [p.exiting for p in pairs], "to the end": [p.whole for p in pairs]}
    means = []
    for (way, answers), (_, others) in zip(ways.items(), reversed(ways.items()), strict=True):
        right = [given_f1(pair.gold, answer) for pair, answer in zip(pairs, answers, strict=True)]
        other = [given_f1(pair.gold, answer) for pair, answer in zip(pairs, others, strict=True)]
        alone = sum(mine >= RIGHT_F1 > theirs for mine, theirs in zip(right, other, strict=True))
        times = [answer.timings.read for answer in answers]
        means.append(statistics.mean(times))
        figures = f"{statistics.mean(map(count_read, answers)):8.1f}{100 * sum(right) / max(1, len(answerable)):8.1f}"
        counts = f"{sum(answer.found for answer in answers):8}{alone:8}"
        p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"  {way:<14}{figures}{counts}{p50:9.0f}{p95:9.0f}{means[-1]:9.0f}")
    print(f"  time of reading, early exits / to the end: {means[0] / means[1]:.2f}", flush=True)


def main() -> None:
    """Build the index, ask, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", help="question files that carry their paragraphs")
    parser.add_argument("--paragraphs", type=Path, nargs="*", default=[], help="further files, for their paragraphs")
    parser.add_argument("--sample", type=int, default=200, help="questions of each file")
    parser.add_argument("--reader", type=Path, default=ReaderSettings().reader)
    arguments = parser.parse_args()
    questions = {path: drawn(path, arguments.sample) for path in arguments.files}
    with tempfile.TemporaryDirectory() as folder:
        carried = paragraph_documents(chain.from_iterable(map(read_gold, [*arguments.files, *arguments.paragraphs])))
        with answerer_over(carried, Path(folder), settings=ReaderSettings(reader=arguments.reader)) as answerer:
            answerer.answer("What is the first question for?")
            print_numbers(answerer, [one for asked in questions.values() for one in asked if one.answers])
            pairs = {path.name: pairs_of(answerer, asked) for path, asked in questions.items()}
    for name, of_file in pairs.items():
        print_exits(name, of_file)
    refused = [pair for of_file in pairs.values() for pair in of_file if not pair.whole.found]
    if len(refused) > 1:
        print_exits("refused when read to the end", refused)


if __name__ == "__main__":
    main()
