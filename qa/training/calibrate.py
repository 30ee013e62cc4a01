"""Fitting the calibration: ``python -m qa.training.calibrate FILE... --work FOLDER --model qa/model``.

All questions are asked end to end: their paragraphs become one index, ten passages are read for each question, and
every span that the reader proposes is a case, labelled with its F1. A regression over all cases ranks the spans of a
question; a scale and a bias, fitted to the best span of each question, turn its score into a probability, which a
regression over a second reading corrects (``Verification``). For the early exits, a regression on the
states of some layers predicts what reading a passage to its end adds to the score. With ``--tables`` the choice among
the cells of a table is fitted first (``qa.training.fit_cells``).

What the reader found is kept in ``--work``, so that a fit that was interrupted, or is repeated, does not read again.

Printed is, for each file, what calibrations show that were not fitted to its questions: ``fold`` by one of five parts
of all questions, ``file`` by one of the files. ``lost`` counts right answers that are given if everything is read, and
not if passages are read as far as answering reads them. What other thresholds would cost is printed for the questions
that choose it, and for all questions the F1 with other weights of the second reading in the choice of an answer.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from index import DocumentIndex, Embedder, build_documents
from qa.answering.calibration import Calibration, Case, Verification, even_threshold, fit
from qa.answering.candidates import Proposal, RetrievedPassage, evidence_of, non_overlapping
from qa.answering.cell_choice import CellChoice
from qa.answering.quantile_bound import FloatArray
from qa.evaluation.metrics import auroc, calibration_error, f1
from qa.evaluation.questions import paragraph_documents, read_gold
from qa.evaluation.scores import RIGHT_F1
from qa.reader.early_exit import LAYERS, EarlyExit
from qa.reader.reader import Reader
from qa.reader.weights import CALIBRATION, load_calibration
from qa.settings import MODEL
from qa.training.corpus import in_rows
from qa.training.fit_cells import cell_cases, fit_choice, share_right
from qa.training.reads import QuestionRead, Reads
from qa.training.replay import again, best_of_all, best_of_cascade, chosen_of, retrieved

FOLDS = 5
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6)  # whose costs are printed
ALONE_WEIGHTS = (0.0, 0.15, 0.3, 0.6, 1.0, 1.5)  # whose F1 is printed
EVERY_CELL = 1000  # spans of a window, more than a window has cells


@dataclass(frozen=True, slots=True, eq=False)
class AskedQuestion:
    """A question, its passages, and a case for each proposal of each passage, with the position of the passage."""

    read: QuestionRead
    passages: tuple[RetrievedPassage, ...]
    cases: tuple[tuple[int, Case], ...]

    @classmethod
    def of(cls, read: QuestionRead) -> AskedQuestion:
        """The cases of a question that was read."""
        passages = tuple(retrieved(read))
        cases = [
            (number, Case(evidence_of(passages[number], span, gap), f1(span.text, read.answers) if read.answers else 0))
            for number, one in enumerate(read.passages)
            for span, gap in non_overlapping(one.spans)
            if gap >= 0
        ]
        return cls(read, passages, tuple(cases))


Judged = tuple[AskedQuestion, Calibration]  # a question and the calibration that judges it


def fit_asked(asked: Sequence[AskedQuestion], states: FloatArray, threshold_file: str) -> Calibration:
    """A calibration fitted to these questions; its threshold to those of one file, if any are from it."""
    calibration = fit([[case for _, case in one.cases] for one in asked], [bool(one.read.answers) for one in asked])
    chosen = [(one.read, best) for one in asked if (best := chosen_of(one.passages, one.read, calibration))]
    verification = Verification.fit(
        [again(read)(best) for read, best in chosen], [_right(best, read) for read, best in chosen]
    )
    calibration = replace(calibration, verification=verification)
    threshold = threshold_of([(one, calibration) for one in asked], threshold_file)
    return replace(calibration, threshold=threshold, exits=fit_exits(asked, states, calibration))


def threshold_of(judged: Sequence[Judged], file: str) -> float:
    """The ``even_threshold`` of the questions of a file, or of all questions if none is from it."""
    chosen = [pair for pair in judged if pair[0].read.file == file] or judged
    best = [best_of_all(one.passages, one.read, calibration) for one, calibration in chosen]
    likely = np.array([one.probability if one else 0.0 for one in best])
    right = np.array([_right(one, asked.read) for one, (asked, _) in zip(best, chosen, strict=True)])
    answerable = np.array([bool(one.read.answers) for one, _ in chosen])
    return even_threshold(likely, np.where(right >= RIGHT_F1, 1.0, 0.0), answerable)


def fit_exits(asked: Sequence[AskedQuestion], states: FloatArray, calibration: Calibration) -> dict[int, EarlyExit]:
    """An early exit for each of ``LAYERS``, fitted to all passages that fit in one window and have a case."""
    rows: list[tuple[int, float, int]] = []  # row of the states, what reading added, question
    for number, one in enumerate(asked):
        most = dict(sorted((k, calibration.added(case.evidence)) for k, case in one.cases))  # of each passage
        kept = ((read.states, most[k]) for k, read in enumerate(one.read.passages) if k in most)
        rows.extend((row, added, number) for row, added in kept if row is not None)
    positions, added, questions = zip(*rows, strict=True)
    chosen, values, numbers = states[list(positions)], np.array(added, dtype=np.float32), np.array(questions)
    return {layer: EarlyExit.fit(chosen[:, at].astype(np.float32), values, numbers) for at, layer in enumerate(LAYERS)}


def held_out(
    asked: Sequence[AskedQuestion],
    part_of: Callable[[int], object],
    fitted: Callable[[Sequence[AskedQuestion]], Calibration],
) -> list[Judged]:
    """Every question with a calibration fitted to the questions of the other parts; ``part_of`` a position."""
    parts = [part_of(number) for number in range(len(asked))]
    judged: list[Judged] = []
    for part in dict.fromkeys(parts):
        others = fitted([one for one, own in zip(asked, parts, strict=True) if own != part])
        judged.extend((one, others) for one, own in zip(asked, parts, strict=True) if own == part)
    return judged


def figures(judged: Sequence[Judged], states: FloatArray) -> dict[str, float]:
    """The measures of questions that are answered by the most probable case of all passages.

    In percent: ``f1``, ``alone`` (F1 with only the question's own paragraph), ``kept`` (of the answers that are right
    with only that paragraph, the share that is right end to end), ``right`` (of answerable questions, the share that is
    answered right at the threshold), ``refused`` (of unanswerable ones) and ``wrong`` (of all).
    """
    full = [best_of_all(one.passages, one.read, calibration) for one, calibration in judged]
    cascade = [best_of_cascade(one.passages, one.read, states, calibration) for one, calibration in judged]
    likely = [best.probability if best else 0.0 for best in full]
    right = [_right(best, one.read) for best, (one, _) in zip(full, judged, strict=True)]
    given = [p >= calibration.threshold for p, (_, calibration) in zip(likely, judged, strict=True)]
    still = [
        _right(best, one.read) if best is not None and best.probability >= calibration.threshold else 0.0
        for best, (one, calibration) in zip(cascade, judged, strict=True)
    ]
    answerable = np.array([bool(one.read.answers) for one, _ in judged])
    alone = np.array([one.read.alone for one, _ in judged])
    good = np.array(right) >= RIGHT_F1
    shown = np.array(given)
    return {
        "questions": len(judged),
        "f1": 100 * float(np.array(right)[answerable].mean()),
        "alone": 100 * float(alone[answerable].mean()),
        "kept": 100 * float(good[alone >= RIGHT_F1].mean()),
        "auroc": auroc(likely, answerable.tolist()),
        "auroc_right": auroc(likely, good.tolist()),
        "ece": calibration_error(likely, right),
        "ece_by_chance": error_by_chance(likely),
        "right": 100 * float((good & shown)[answerable].mean()),
        "refused": 100 * float((~shown)[~answerable].mean()) if not answerable.all() else 0.0,
        "wrong": 100 * float((shown & ~good).mean()),
        "lost": int((good & shown & (np.array(still) < RIGHT_F1)).sum()),
    }


def cost_of_threshold(judged: Sequence[Judged], threshold: float) -> dict[str, float]:
    """In percent: of answerable questions the share answered right, and of unanswerable ones the share refused."""
    given, kept = [], []
    for one, calibration in judged:
        best = best_of_all(one.passages, one.read, calibration)
        shown = best is not None and best.probability >= threshold
        if one.read.answers:
            given.append(shown and _right(best, one.read) >= RIGHT_F1)
        else:
            kept.append(not shown)
    right, refused = (100 * sum(some) / max(len(some), 1) for some in (given, kept))
    return {"threshold": threshold, "right": right, "refused": refused}


def f1_with(judged: Sequence[Judged], alone_weight: float) -> float:
    """The mean F1 of the likeliest answers to answerable questions, in percent, if they are chosen with this weight."""
    asked = [(one, calibration) for one, calibration in judged if one.read.answers]
    best = [chosen_of(one.passages, one.read, calibration, alone_weight) for one, calibration in asked]
    return 100 * float(np.mean([_right(answer, one.read) for answer, (one, _) in zip(best, asked, strict=True)]))


def _right(best: Proposal | None, read: QuestionRead) -> float:
    """The F1 of an answer; 0 for any answer to an unanswerable question."""
    return f1(best.span.text, read.answers) if best is not None and read.answers else 0.0


def error_by_chance(probabilities: Sequence[float], draws: int = 100) -> float:
    """The calibration error, 0 to 1, that a sample of this size shows even if these probabilities are perfect."""
    dice = np.random.default_rng(17)
    drawn = (dice.random((draws, len(probabilities))) < np.asarray(probabilities)).astype(float)
    return float(np.mean([calibration_error(probabilities, right.tolist()) for right in drawn]))


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


def write_calibration(
    asked: Sequence[AskedQuestion], states: FloatArray, model: Path, threshold_file: str, choice: CellChoice
) -> None:
    """Print the held-out figures, then fit to all questions and write the calibration beside the weights.

    The threshold is that of the held-out probabilities: those of the fit itself would be too sure.
    """
    asked = random.Random(17).sample(asked, len(asked))

    def fitted(some: Sequence[AskedQuestion]) -> Calibration:
        return fit_asked(some, states, threshold_file)

    files = sorted({one.read.file for one in asked})
    ways: dict[str, Callable[[int], object]] = {
        "file": lambda number: asked[number].read.file,
        "fold": lambda number: number % FOLDS,
    }
    judged: list[Judged] = []
    for way, part_of in ways.items():
        judged = held_out(asked, part_of, fitted)
        for name in (*files, "all"):
            row = figures([pair for pair in judged if name in ("all", pair[0].read.file)], states)
            rounded = {key: round(value, 3) for key, value in row.items()}
            sys.stdout.write(json.dumps({"held_out": way, "file": name, **rounded}) + "\n")
        for weight in ALONE_WEIGHTS:
            row = {"alone_weight": weight, "f1": round(f1_with(judged, weight), 3)}
            sys.stdout.write(json.dumps({"held_out": way, "file": "all", **row}) + "\n")
        choosing = [pair for pair in judged if pair[0].read.file == threshold_file]
        for threshold in THRESHOLDS if choosing else ():
            row = {key: round(value, 3) for key, value in cost_of_threshold(choosing, threshold).items()}
            sys.stdout.write(json.dumps({"held_out": way, "file": threshold_file, **row}) + "\n")
    calibration = replace(fitted(asked), cells=choice, threshold=threshold_of(judged, threshold_file))
    (model / CALIBRATION).write_text(calibration.to_json(), encoding="utf-8")
    sys.stdout.write(replace(calibration, exits={}).to_json())


def main() -> None:
    """Ask all questions, fit the calibration and write it."""
    parser = argparse.ArgumentParser(prog="python -m qa.training.calibrate", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="question files with paragraphs")
    paragraphs = "further question files, of which only the paragraphs are used"
    parser.add_argument("--paragraphs", type=Path, nargs="*", default=[], help=paragraphs)
    tables = "questions on tables, to which the weights of rows and headers are fitted (default: those of the model)"
    parser.add_argument("--tables", type=Path, default=None, help=tables)
    parser.add_argument("--work", type=Path, required=True, help="folder in which the reads are kept")
    model = "folder of the reader; the calibration is written there"
    parser.add_argument("--model", type=Path, default=MODEL, help=model)
    parser.add_argument("--most", type=int, default=400, help="the most questions of one file, drawn at random")
    parser.add_argument("--passages", type=int, default=10, help="passages read for each question")
    threshold = "the file, among those given, whose questions choose the threshold"
    parser.add_argument("--threshold", default="domains.valid.jsonl", help=threshold)
    arguments = parser.parse_args()
    reads = Reads(arguments.work)
    choice = choice_of(arguments.model, arguments.tables, arguments.most)
    collect(reads, arguments, choice)
    asked = [AskedQuestion.of(read) for read in reads.load()]
    write_calibration(asked, reads.states(), arguments.model, arguments.threshold, choice)


def collect(reads: Reads, arguments: argparse.Namespace, choice: CellChoice) -> None:
    """Ask the questions that have not been asked yet."""
    reader = Reader.load(arguments.model)
    with TemporaryDirectory() as folder:
        files = {path: read_gold(path) for path in [*arguments.files, *arguments.paragraphs]}
        build_documents(
            paragraph_documents(gold for file in files.values() for gold in file if gold.context), Path(folder)
        )
        with DocumentIndex.open(Path(folder)) as index:
            drawn = [
                (path.name, random.Random(17).sample(files[path], min(arguments.most, len(files[path]))))
                for path in arguments.files
            ]
            for number, read in enumerate(reads.collect(index, reader, drawn, arguments.passages, choice), 1):
                if number % 50 == 0:
                    sys.stderr.write(f"{read.file}: {read.number + 1}\n")


if __name__ == "__main__":
    main()
