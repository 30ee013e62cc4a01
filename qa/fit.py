"""Fitting the calibration: ``python -m qa.fit FILE... --model qa/model``.

The questions of all files are asked end to end: the paragraphs that they carry become one index, ten passages are
read for each question, and every place the reader proposes is a case, right to the degree of its F1. The regression
is fitted over all cases, which says which of two proposals to believe; then one scale and one shift over the chosen
ones, which says how far. Expected calibration error is measured by fitting on one half of the questions and asking
the other, both ways.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from index import DocumentIndex, build_documents
from qa.calibration import Calibration, Case, fit
from qa.citing import Source, distinct, evidence_of
from qa.features import Passage
from qa.metrics import auroc, calibration_error, f1
from qa.questions import GoldQuestion, documents, read_gold
from qa.reader import Reader
from qa.settings import MODEL
from qa.weights import CALIBRATION


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's cases in retrieval order, by passage, and what its own paragraph alone is answered with (F1)."""

    cases: tuple[tuple[int, Case], ...]
    answerable: bool
    alone: float


def ask(index: DocumentIndex, reader: Reader, gold: GoldQuestion, passages: int) -> Asked:
    """Read a question end to end, and with its own paragraph alone."""
    hits = index.search(gold.question, passages)
    sources = [Source.of(hit, "", gold.question) for hit in hits]
    spans = reader.read(gold.question, [source.passage for source in sources])
    cases = [
        (
            span.passage,
            Case(evidence_of(sources[span.passage], span, gap), f1(span.text, gold.answers) if gold.answers else 0.0),
        )
        for span, gap in distinct(spans)
        if gap >= 0
    ]
    own = reader.read(gold.question, [Passage(gold.context or "", gold.title)])
    alone = f1(own[0].text, gold.answers) if own and gold.answers else 0.0
    return Asked(tuple(cases), bool(gold.answers), alone)


def chosen(asked: Sequence[Asked], calibration: Calibration, passages: int) -> list[Case]:
    """The most probable case of each question among its first passages."""
    kept = [[case for passage, case in one.cases if passage < passages] for one in asked]
    return [max(cases, key=lambda case: calibration.probability(case.evidence)) for cases in kept if cases]


def figures(asked: Sequence[Asked], calibration: Calibration, passages: int) -> dict[str, float]:
    """What the questions come to when that many passages are read."""
    best = chosen(asked, calibration, passages)
    said = [calibration.probability(case.evidence) for case in best]
    answered = [(case.right, one.alone) for case, one in zip(best, asked, strict=True) if one.answerable]
    alone = [right for right, own in answered if own >= 0.5]
    return {
        "f1": 100 * sum(right for right, _ in answered) / len(answered),
        "alone": 100 * sum(own for _, own in answered) / len(answered),
        "kept": 100 * sum(right >= 0.5 for right in alone) / max(len(alone), 1),
        "auroc": auroc(said, [one.answerable for one in asked]),
        "auroc_right": auroc(said, [case.right >= 0.5 for case in best]),
        "ece": calibration_error(said, [case.right for case in best]),
    }


def crossed(asked: Sequence[Asked], passages: int) -> dict[str, dict[str, float]]:
    """``figures`` of each half under the calibration fitted on the other."""
    halves = asked[::2], asked[1::2]
    return {
        name: figures(here, fit_asked(there, passages), passages)
        for name, here, there in (("first half", *halves), ("second half", *halves[::-1]))
    }


def fit_asked(asked: Sequence[Asked], passages: int) -> Calibration:
    """The calibration of questions that were asked, each read with up to so many passages."""
    cases = [[case for passage, case in one.cases if passage < passages] for one in asked]
    return fit(cases, [one.answerable for one in asked])


def main() -> None:
    """Ask, fit, write the calibration beside the weights and print what it comes to."""
    parser = argparse.ArgumentParser(prog="python -m qa.fit", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="question files that carry their paragraphs")
    parser.add_argument(
        "--paragraphs", type=Path, nargs="*", default=[], help="further files, for their paragraphs only"
    )
    parser.add_argument("--model", type=Path, default=MODEL, help="folder of the reader's weights")
    parser.add_argument("--most", type=int, default=500, help="questions of each file, drawn at random")
    parser.add_argument("--passages", type=int, default=20, help="passages read for each question")
    arguments = parser.parse_args()
    reader, rng, asked = Reader.load(arguments.model), random.Random(17), []
    with TemporaryDirectory() as folder:
        files = {path: read_gold(path) for path in [*arguments.files, *arguments.paragraphs]}
        build_documents(documents(gold for file in files.values() for gold in file if gold.context), Path(folder))
        with DocumentIndex.open(Path(folder)) as index:
            for path in arguments.files:
                sample = rng.sample(files[path], min(arguments.most, len(files[path])))
                found = [ask(index, reader, gold, arguments.passages) for gold in sample]
                asked.extend(found)
                calibration = fit_asked(found, 10)
                _say(path.name, {str(k): figures(found, calibration, k) for k in (1, 3, 5, 10, 20)})
    rng.shuffle(asked)
    calibration = fit_asked(asked, 10)
    (arguments.model / CALIBRATION).write_text(calibration.to_json(), encoding="utf-8")
    _say("crossed", crossed(asked, 10))
    _say("all", {str(k): figures(asked, calibration, k) for k in (1, 3, 5, 10, 20)})
    sys.stdout.write(calibration.to_json())


def _say(name: str, found: dict[str, dict[str, float]]) -> None:
    for row, values in found.items():
        sys.stdout.write(json.dumps({"set": name, "row": row, **{k: round(v, 3) for k, v in values.items()}}) + "\n")


if __name__ == "__main__":
    main()
