"""Fitting the calibration: ``python -m qa.training.calibrate FILE... --model qa/model``.

All questions are asked end to end: their paragraphs become one index, ten passages are read for each question, and
every span that the reader proposes is a case, labelled with its F1. A regression over all cases ranks the spans of a
question; a scale and a bias, fitted to the best span of each question, turn its score into a probability. For the early
exits, a regression on the states of some layers predicts what reading a passage to its end adds to the score.

The printed figures are out of fold: the questions are split into five parts, and each part is judged by a calibration
that was fitted to the other four.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from index import DocumentIndex, Embedder, build_documents
from qa.answering.calibration import Calibration, Case, fit
from qa.answering.candidates import RetrievedPassage, evidence_of, non_overlapping
from qa.answering.cell_choice import CellChoice
from qa.answering.quantile_bound import FloatArray
from qa.answering.retrieval import retrieve
from qa.evaluation.evaluate import read_alone
from qa.evaluation.metrics import auroc, calibration_error, f1
from qa.evaluation.questions import GoldQuestion, paragraph_documents, read_gold
from qa.evaluation.scores import RIGHT_F1
from qa.reader.early_exit import LAYERS, EarlyExit
from qa.reader.reader import Reader
from qa.reader.weights import CALIBRATION, load_calibration
from qa.settings import MODEL
from qa.training.corpus import in_rows
from qa.training.fit_cells import cell_cases, fit_choice, share_right
from qa.types import Span


EVERY_CELL = 1000  # spans of a window, more than a window has cells


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that was asked end to end.

    ``cases`` are the proposed spans, each with the rank of its passage, from 0. ``alone`` is the F1 of the answer when
    only the question's own paragraph is read. ``states`` are the states (layers, w) of each passage that fits in one
    window, after each of ``LAYERS``, with the rank of the passage.
    """

    file: str
    cases: tuple[tuple[int, Case], ...]
    answerable: bool
    alone: float
    states: tuple[tuple[int, FloatArray], ...] = field(default=(), compare=False)


Judged = tuple[AskedQuestion, Calibration]  # a question and the calibration that judges its cases


def ask(
    index: DocumentIndex, reader: Reader, gold: GoldQuestion, passages: int, file: str, choice: CellChoice
) -> AskedQuestion:
    """Ask a question of a file end to end, and read it with only its own paragraph."""
    with index.snapshot() as view:
        hits = view.search(gold.question, passages)
        sources = retrieve(view, index.embedder, gold.question, hits, choice)
    cases: list[tuple[int, Case]] = []
    states: list[tuple[int, FloatArray]] = []
    for rank, source in enumerate(sources):
        spans, of_windows = read_with_states(reader, source)
        states.extend((rank, one) for one in of_windows if len(of_windows) == 1)
        for span, gap in non_overlapping(spans):
            if gap >= 0:
                right = f1(span.text, gold.answers) if gold.answers else 0.0
                cases.append((rank, Case(evidence_of(source, span, gap), right)))
    alone = read_alone(reader, gold)
    own = f1(alone.text, gold.answers) if alone and gold.answers else 0.0
    return AskedQuestion(file, tuple(cases), bool(gold.answers), own, tuple(states))


def read_with_states(reader: Reader, source: RetrievedPassage) -> tuple[list[Span], list[FloatArray]]:
    """The spans of a passage, read to its end, and the states (layers, w) of each of its windows."""
    summaries: list[FloatArray] = []

    def read_on(_: int, states: FloatArray) -> bool:
        summaries.append(states.astype(np.float16))
        return True

    spans = reader.skim(source.question, source.passage, LAYERS, read_on)
    return spans, [np.stack(summaries[at : at + len(LAYERS)]) for at in range(0, len(summaries), len(LAYERS))]


def held_out(asked: Sequence[AskedQuestion], parts: int = 5) -> list[Judged]:
    """Every question with a calibration that was fitted to the other parts."""
    judged: list[Judged] = []
    for part in range(parts):
        others = fit_asked([one for number, one in enumerate(asked) if number % parts != part])
        judged.extend((one, others) for one in asked[part::parts])
    return judged


def figures(judged: Sequence[Judged], passages: int) -> dict[str, float]:
    """The measures of the questions if each is answered by the most probable case of its first ``passages``.

    In percent: ``f1``, ``alone`` (F1 with only the question's own paragraph) and ``kept`` (of the answers that are
    right with only that paragraph, the share that is right end to end).
    """
    probabilities, right, answered = [], [], []
    for asked, calibration in judged:
        likely = {case: calibration.probability(case.evidence) for rank, case in asked.cases if rank < passages}
        best = max(likely, key=likely.__getitem__, default=None)
        probabilities.append(likely[best] if best else 0.0)
        right.append(best.right if best else 0.0)
        if asked.answerable:
            answered.append((right[-1], asked.alone))
    alone = [one for one, own in answered if own >= RIGHT_F1]
    return {
        "questions": len(judged),
        "f1": 100 * sum(one for one, _ in answered) / len(answered),
        "alone": 100 * sum(own for _, own in answered) / len(answered),
        "kept": 100 * sum(one >= RIGHT_F1 for one in alone) / max(len(alone), 1),
        "auroc": auroc(probabilities, [asked.answerable for asked, _ in judged]),
        "auroc_right": auroc(probabilities, [one >= RIGHT_F1 for one in right]),
        "ece": calibration_error(probabilities, right),
        "ece_by_chance": error_by_chance(probabilities),
    }


def error_by_chance(probabilities: Sequence[float], draws: int = 100) -> float:
    """The calibration error, 0 to 1, that a sample of this size shows even if these probabilities are perfect."""
    dice = np.random.default_rng(17)
    drawn = (dice.random((draws, len(probabilities))) < np.asarray(probabilities)).astype(float)
    return float(np.mean([calibration_error(probabilities, right.tolist()) for right in drawn]))


def fit_asked(asked: Sequence[AskedQuestion]) -> Calibration:
    """A calibration fitted to these questions, without early exits."""
    return fit([[case for _, case in one.cases] for one in asked], [one.answerable for one in asked])


def fit_exits(asked: Sequence[AskedQuestion], calibration: Calibration) -> dict[int, EarlyExit]:
    """An early exit for each of ``LAYERS``, fitted to all passages that fit in one window and have a case."""
    rows: list[tuple[FloatArray, float, int]] = []
    for number, one in enumerate(asked):
        most = dict(sorted((rank, calibration.added(case.evidence)) for rank, case in one.cases))  # of each passage
        rows.extend((states, most[rank], number) for rank, states in one.states if rank in most)
    states, added, questions = zip(*rows, strict=True)
    values, numbers = np.array(added, dtype=np.float32), np.array(questions)
    return {
        layer: EarlyExit.fit(np.stack([one[at] for one in states]).astype(np.float32), values, numbers)
        for at, layer in enumerate(LAYERS)
    }


def choice_of(model: Path, tables: Path | None, most: int) -> CellChoice:
    """The choice among cells: fitted to ``most`` questions of a file on tables, else the one that the model has."""
    if tables is None:
        return load_calibration(model).cells if (model / CALIBRATION).exists() else CellChoice()
    questions = [one for one in read_gold(tables) if one.answers and in_rows(one)]
    drawn = random.Random(17).sample(questions, min(most, len(questions)))
    cases = cell_cases(Reader.load(model, spans_per_window=EVERY_CELL), Embedder(), drawn)
    choice = fit_choice(cases)
    shares = {name: share_right(cases, one) for name, one in (("margins", CellChoice()), ("choice", choice))}
    sys.stdout.write(json.dumps({"tables": len(cases), **shares, **asdict(choice)}) + "\n")
    return choice


def write_calibration(asked: Sequence[AskedQuestion], passages: int, model: Path, choice: CellChoice) -> None:
    """Print the out-of-fold figures, then fit to all questions and write the calibration beside the weights."""
    asked = random.Random(17).sample(asked, len(asked))
    judged = held_out(asked)
    for name in (*dict.fromkeys(one.file for one in asked), ""):
        of_file = [(one, calibration) for one, calibration in judged if name in ("", one.file)]
        for number in filter(passages.__ge__, (1, 3, 5, 10, 20)):
            row = {key: round(value, 3) for key, value in figures(of_file, number).items()}
            sys.stdout.write(json.dumps({"file": name or "all", "passages": number, **row}) + "\n")
    calibration = fit_asked(asked)
    fitted = replace(calibration, exits=fit_exits(asked, calibration), cells=choice).to_json()
    (model / CALIBRATION).write_text(fitted, encoding="utf-8")
    sys.stdout.write(calibration.to_json())


def main() -> None:
    """Ask all questions, fit the calibration and write it."""
    parser = argparse.ArgumentParser(prog="python -m qa.training.calibrate", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="question files with paragraphs")
    paragraphs = "further question files, of which only the paragraphs are used"
    parser.add_argument("--paragraphs", type=Path, nargs="*", default=[], help=paragraphs)
    model = "folder of the reader; the calibration is written there"
    tables = "questions on tables, from which the weights of rows and headers are fitted"
    parser.add_argument("--tables", type=Path, default=None, help=tables)
    parser.add_argument("--model", type=Path, default=MODEL, help=model)
    parser.add_argument("--most", type=int, default=700, help="the most questions of one file, drawn at random")
    parser.add_argument("--passages", type=int, default=10, help="passages read for each question")
    arguments = parser.parse_args()
    choice = choice_of(arguments.model, arguments.tables, arguments.most)
    reader = Reader.load(arguments.model)
    asked: list[AskedQuestion] = []
    with TemporaryDirectory() as folder:
        files = {path: read_gold(path) for path in [*arguments.files, *arguments.paragraphs]}
        questions = (gold for file in files.values() for gold in file if gold.context)
        build_documents(paragraph_documents(questions), Path(folder))
        with DocumentIndex.open(Path(folder)) as index:
            for path in arguments.files:
                drawn = random.Random(17).sample(files[path], min(arguments.most, len(files[path])))
                asked.extend(ask(index, reader, gold, arguments.passages, path.name, choice) for gold in drawn)
    write_calibration(asked, arguments.passages, arguments.model, choice)


if __name__ == "__main__":
    main()
