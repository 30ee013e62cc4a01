"""What giving passages up halfway saves, and what it costs.

    python tests/benchmarks/early_exit.py squad.valid.jsonl docs.valid.jsonl --paragraphs squad.train.jsonl --sample 200

Questions of the first files that ``qa.training.calibrate`` did not draw are asked of an index of all paragraphs, each
once with and once without early exits, in turn about order. Printed are passages read, F1 of what is given to questions
that have an answer, how many are given, how many right answers (F1 of 0.5 or more) one way has alone, and the time of
reading, its ratio last.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from qa import Answer, Answerer
from qa.evaluation.evaluate import answerer_over
from qa.evaluation.metrics import f1
from qa.evaluation.questions import GoldQuestion, paragraph_documents, read_gold

FITTED = 700  # questions of each file that qa.fit draws, by the same seed


@dataclass(frozen=True)
class Pair:
    """A question's answer with early exits and without."""

    gold: GoldQuestion
    exiting: Answer
    whole: Answer

    def right(self, answer: Answer) -> float:
        """F1 of what is given, 0 where nothing is."""
        return f1(answer.text, self.gold.answers) if answer.found and self.gold.answers else 0.0


def unfitted(path: Path) -> list[GoldQuestion]:
    """The questions of a file that ``qa.training.calibrate`` does not draw."""
    everything = read_gold(path)
    fitted = {id(one) for one in random.Random(17).sample(everything, min(FITTED, len(everything)))}
    return [one for one in everything if id(one) not in fitted]


def report(name: str, pairs: list[Pair]) -> None:
    """Print a table of two rows and the ratio."""
    answerable = [pair for pair in pairs if pair.gold.answers]
    print(f"{name}: {len(pairs)} questions, {len(answerable)} with an answer")
    print(f"  {'':<14}{'read':>8}{'F1':>8}{'given':>8}{'alone':>8}{'p50 ms':>9}{'p95 ms':>9}{'mean':>9}")
    ways = {"early exits": [p.exiting for p in pairs], "to the end": [p.whole for p in pairs]}
    means = []
    for (way, answers), (_, others) in zip(ways.items(), reversed(ways.items()), strict=True):
        right = [pair.right(answer) for pair, answer in zip(pairs, answers, strict=True)]
        other = [pair.right(answer) for pair, answer in zip(pairs, others, strict=True)]
        alone = sum(mine >= 0.5 > theirs for mine, theirs in zip(right, other, strict=True))
        score = 100 * sum(right) / max(1, len(answerable))
        read = statistics.mean(sum(one.margin is not None for one in answer.passages) for answer in answers)
        times = [answer.timings.read for answer in answers]
        p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        means.append(statistics.mean(times))
        given = sum(answer.found for answer in answers)
        print(f"  {way:<14}{read:8.1f}{score:8.1f}{given:8}{alone:8}{p50:9.0f}{p95:9.0f}{means[-1]:9.0f}")
    print(f"  time of reading, early exits / to the end: {means[0] / means[1]:.2f}", flush=True)


def main() -> None:
    """Ask and report, of each file and of the questions that are refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", help="question files that carry their paragraphs")
    parser.add_argument("--paragraphs", type=Path, nargs="*", default=[], help="further files, for their paragraphs")
    parser.add_argument("--sample", type=int, default=200, help="questions of each file")
    arguments = parser.parse_args()
    everything: list[Pair] = []
    with tempfile.TemporaryDirectory() as folder:
        carried = paragraph_documents(chain.from_iterable(map(read_gold, [*arguments.files, *arguments.paragraphs])))
        with answerer_over(carried, Path(folder)) as exiting:
            whole = Answerer(exiting.index, exiting.reader, replace(exiting.calibration, exits={}), exiting.settings)
            exiting.answer("What is the first question for?")
            for path in arguments.files:
                questions = unfitted(path)
                drawn = random.Random(5).sample(questions, min(arguments.sample, len(questions)))
                pairs = []
                for number, gold in enumerate(drawn):
                    ways = (exiting, whole) if number % 2 else (whole, exiting)
                    answers = {way: way.answer(gold.question) for way in ways}
                    pairs.append(Pair(gold, answers[exiting], answers[whole]))
                report(path.name, pairs)
                everything.extend(pairs)
    report("refused reading to the end", [pair for pair in everything if not pair.whole.found])


if __name__ == "__main__":
    main()
