"""Fitting the calibration: what the reader found is kept, replayed, and fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import DocumentIndex, build_documents
from qa.answerer import load_reader
from qa.answering.calibration import Calibration
from qa.answering.cell_choice import CellChoice
from qa.evaluation.questions import GoldQuestion, paragraph_documents
from qa.reader.early_exit import LAYERS
from qa.reader.reader import Reader
from qa.reader.weights import load_calibration
from qa.settings import MODEL, ReaderSettings
from qa.training.calibrate import AskedQuestion, cost_of_threshold, figures, fit_asked, held_out
from qa.training.reads import QuestionRead, Reads
from qa.training.replay import best_of_all, best_of_cascade, retrieved

ASKED = 6


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(ReaderSettings())


@pytest.fixture(scope="module")
def opened(training_questions: list[GoldQuestion], tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentIndex]:
    """An index of both halves of the seed, which gives several passages for each question."""
    folder = tmp_path_factory.mktemp("index")
    build_documents(paragraph_documents(training_questions), folder)
    with DocumentIndex.open(folder) as index:
        yield index


Collect = Callable[[Path, int], list[QuestionRead]]


@pytest.fixture(scope="module")
def collect(opened: DocumentIndex, reader: Reader, training_questions: list[GoldQuestion]) -> Collect:
    """Reads the first questions into a folder; returns what was read now."""

    def read(folder: Path, count: int) -> list[QuestionRead]:
        return list(Reads(folder).collect(opened, reader, [("demo", training_questions[:count])], 3, CellChoice()))

    return read


@pytest.fixture(scope="module")
def reads(collect: Collect, tmp_path_factory: pytest.TempPathFactory) -> Reads:
    folder = tmp_path_factory.mktemp("reads")
    collect(folder, ASKED)
    return Reads(folder)


@pytest.fixture(scope="module")
def asked(reads: Reads) -> list[AskedQuestion]:
    return [AskedQuestion.of(read) for read in reads.load()]


@pytest.fixture(scope="module")
def fitted(reads: Reads, asked: list[AskedQuestion]) -> Calibration:
    return fit_asked(asked, reads.states(), "demo")


def test_reads_are_kept_as_they_were_made(collect: Collect, tmp_path: Path) -> None:
    assert collect(tmp_path, 2) == Reads(tmp_path).load()


def test_each_window_has_a_row_of_states(reads: Reads) -> None:
    rows = [one.states for read in reads.load() for one in read.passages if one.states is not None]
    assert rows == list(range(len(rows)))
    assert reads.states().shape == (len(rows), len(LAYERS), 2 * 768)


def test_a_collection_goes_on_where_it_was_killed(collect: Collect, tmp_path: Path, reads: Reads) -> None:
    collect(tmp_path, 2)
    with (tmp_path / "questions.jsonl").open("a") as lines, (tmp_path / "states.f16").open("ab") as states:
        lines.write('{"file": "demo", "num')
        states.write(b"unfinished")
    assert [read.number for read in collect(tmp_path, 3)] == [2]
    assert Reads(tmp_path).load() == reads.load()[:3]
    assert np.array_equal(Reads(tmp_path).states(), reads.states()[: len(Reads(tmp_path).states())])


def shipped() -> Calibration:
    return load_calibration(MODEL)


def test_a_replay_that_reads_everything_finds_what_was_read(reads: Reads) -> None:
    never_sure = replace(shipped(), exits={}, threshold=0.0)
    for read in reads.load():
        passages = retrieved(read)
        cascade, full = (
            best_of_cascade(passages, read, reads.states(), never_sure),
            best_of_all(passages, read, never_sure),
        )
        assert cascade is not None
        assert full is not None
        assert cascade.text == full.text


def test_a_replay_stops_where_answering_stops(reads: Reads) -> None:
    certain = replace(shipped(), threshold=1.0)
    read = reads.load()[0]
    best = best_of_cascade(retrieved(read), read, reads.states(), certain)
    assert best is not None
    assert best.retrieved.hit.rank == 1


def test_exits_are_fitted_for_all_layers(fitted: Calibration) -> None:
    assert tuple(fitted.exits) == LAYERS


def test_the_threshold_withholds_no_right_answer_that_costs_no_refusal(
    asked: list[AskedQuestion], fitted: Calibration
) -> None:
    best = [(best_of_all(one.passages, one.read, fitted), one.read) for one in asked]
    wrong = [p.probability for p, read in best if p is not None and not read.answers]
    right = [p.probability for p, read in best if p is not None and p.text in read.answers]
    assert not any(max(wrong, default=0) < probability < fitted.threshold for probability in right)


def test_no_question_is_judged_by_a_calibration_fitted_to_it(asked: list[AskedQuestion]) -> None:
    fitted_to: dict[int, list[AskedQuestion]] = {}

    def fitted(some: object) -> Calibration:
        calibration = replace(shipped())
        fitted_to[id(calibration)] = list(some)  # type: ignore[call-overload]
        return calibration

    judged = held_out(asked, lambda number: number % 3, fitted)
    assert len(judged) == len(asked)
    assert not any(one in fitted_to[id(calibration)] for one, calibration in judged)


def test_a_right_answer_that_reading_less_withholds_is_counted(reads: Reads, asked: list[AskedQuestion]) -> None:
    judged = [(one, replace(shipped(), exits={}, threshold=0.0)) for one in asked]
    assert figures(judged, reads.states())["lost"] == 0


def test_a_threshold_costs_the_right_answers_below_it(asked: list[AskedQuestion]) -> None:
    judged = [(one, shipped()) for one in asked]
    assert cost_of_threshold(judged, 0.0)["right"] > cost_of_threshold(judged, 1.0)["right"] == 0


def test_a_threshold_earns_the_refusals_below_it(asked: list[AskedQuestion]) -> None:
    unanswerable = [(replace(one, read=replace(one.read, answers=())), shipped()) for one in asked]
    assert [cost_of_threshold(unanswerable, threshold)["refused"] for threshold in (0.0, 1.0)] == [0, 100]
