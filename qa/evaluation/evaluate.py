"""Asks an index questions with known answers; records what it retrieves and answers, and how long that takes."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

from index import Document, DocumentIndex, Hit, IndexSettings, QuestionError, QuothError, build_documents, load
from index.reports import OnProgress, Progress, no_progress
from qa.answerer import Answerer, load_reader
from qa.evaluation.metrics import mentions
from qa.evaluation.questions import GoldQuestion, QuestionFileError
from qa.evaluation.row_tables import tables_in_rows
from qa.evaluation.scores import RECALL_AT, Alone, Cost, Outcome, Scores, compute_scores, cost_of, fit_threshold
from qa.reader.cells import cell_ranges
from qa.reader.reader import Reader
from qa.reader.weights import load_calibration
from qa.reader.windows import Passage
from qa.settings import ReaderSettings
from qa.types import Answer, Citation
from qa.words import in_english

NO_SPAN = -99.0  # the margin where the reader finds no span: lower than any logits
ENOUGH = 50  # the fewest questions from which a threshold is recommended
THRESHOLDS = tuple(step / 20 for step in range(1, 20))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome of every question, their scores, and what each threshold would cost."""

    scores: Scores
    outcomes: tuple[Outcome, ...]
    costs: tuple[Cost, ...]  # in order of threshold
    fitted: Cost  # of the threshold with the best balance on these questions

    @property
    def recommended(self) -> Cost | None:
        """The fitted threshold; None if the questions are too few to tell one from another."""
        return self.fitted if len(self.outcomes) >= ENOUGH else None

    def as_dict(self) -> dict[str, Any]:
        """Plain values only, for JSON: the measures, and the outcome of each question."""
        return {
            "scores": asdict(self.scores) | {"recall": {str(k): share for k, share in self.scores.recall}},
            "costs": [asdict(cost) for cost in self.costs],
            "fitted": asdict(self.recommended) if self.recommended else None,
            "questions": [_plain(outcome) for outcome in self.outcomes],
        }


def run_evaluation(
    answerer: Answerer, questions: Sequence[GoldQuestion], *, progress: OnProgress | None = None
) -> Evaluation:
    """Ask every question, one after the other, and measure.

    The first question is asked once more in advance, so that the latency does not include loading the models. Memory is
    the peak of this process during the questions, models included. A question with a paragraph is also read with that
    paragraph alone. Raises ``QuestionFileError`` if there are no questions or one of them cannot be asked.
    """
    if not questions:
        raise QuestionFileError("there are no questions to ask")
    report = progress or no_progress
    _ask(answerer, questions[0])
    _forget_peak()
    answered = []
    for number, gold in enumerate(questions, 1):
        answered.append(_ask(answerer, gold))
        report(Progress("Asking", number, len(questions)))
    memory = peak_memory()
    judge = _Judge(answerer)
    outcomes = []
    for number, (gold, (answer, milliseconds)) in enumerate(zip(questions, answered, strict=True), 1):
        outcomes.append(judge.outcome(gold, answer, milliseconds))
        report(Progress("Checking", number, len(questions)))
    costs = tuple(cost_of(outcomes, threshold) for threshold in THRESHOLDS)
    fitted = cost_of(outcomes, fit_threshold(outcomes))
    return Evaluation(compute_scores(outcomes, answerer.threshold, memory), tuple(outcomes), costs, fitted)


def answerer_over(
    documents: Iterable[Document],
    location: Path,
    *,
    settings: ReaderSettings | None = None,
    index_settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
) -> Answerer:
    """Index the documents at ``location`` and open an answerer over them. Raises what building and opening raise."""
    settings = settings or ReaderSettings()
    build_documents(documents, location, settings=index_settings, progress=progress)
    index = DocumentIndex.open(location, settings=index_settings)
    return Answerer(index, load_reader(settings), load_calibration(settings.reader), settings)


def read_alone(reader: Reader, gold: GoldQuestion) -> Alone | None:
    """The reader's answer from the question's own paragraph; None if the question has none."""
    if gold.context is None:
        return None
    spans = reader.read(in_english(gold.question), [own_passage(gold.context, gold.title)])
    return Alone(spans[0].text, spans[0].margin) if spans else Alone("", NO_SPAN)


def own_passage(context: str, title: str) -> Passage:
    """A question's own paragraph; if it is a table's rows, only whole cells are answers, as they are from an index."""
    cells = chain.from_iterable(row for table in tables_in_rows(context) for row in table.rows)
    return Passage(context, title, cells=cell_ranges(context, sorted(cells)))


def peak_memory() -> int:
    """The largest resident size of this process so far (since ``_forget_peak``, where Linux allows it), in bytes."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _forget_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _ask(answerer: Answerer, gold: GoldQuestion) -> tuple[Answer, float]:
    """The answer, reduced to what reports show, and the milliseconds that it took.

    If no answer is given and not every passage was read, the question is asked again without a threshold, outside the
    measured time: the most probable answer may be in a passage that was skipped.
    """
    began = time.perf_counter()
    try:
        answer = answerer.answer(gold.question)
    except QuestionError as error:
        raise QuestionFileError(f"{gold.origin or gold.question}: {error}") from error
    milliseconds = 1e3 * (time.perf_counter() - began)
    if not answer.found and any(one.margin is None for one in answer.passages):
        answer = answerer.answer(gold.question, min_probability=0.0)
    passages = tuple(replace(one, text="") if k else one for k, one in enumerate(answer.passages))
    return replace(answer, passages=passages, candidates=answer.candidates[:1]), milliseconds


def _plain(one: Outcome) -> dict[str, Any]:
    return {
        "question": one.gold.question,
        "answers": list(one.gold.answers),
        "found": one.answer.found,
        "guess": one.guess,
        "probability": one.answer.probability,
        "verdict": str(one.verdict),
        "rank": one.rank,
        "exact": list(one.exact),
        "milliseconds": one.milliseconds,
        "alone": asdict(one.alone) if one.alone else None,
    }


class _Judge:
    """Finds what an answer is measured by, once all questions have been asked."""

    def __init__(self, answerer: Answerer) -> None:
        self._index, self._reader = answerer.index, answerer.reader
        self._sources = {record.id: record.source for record in self._index.documents()}
        self._file_text = lru_cache(maxsize=64)(self._read)

    def outcome(self, gold: GoldQuestion, answer: Answer, milliseconds: float) -> Outcome:
        holding = self._first_holding(gold)
        return Outcome(
            gold=gold,
            answer=answer,
            rank=holding.rank if holding else None,
            holding=holding.chunk.text if holding else "",
            exact=tuple(self._is_exact(citation) for citation in answer.citations),
            milliseconds=milliseconds,
            alone=read_alone(self._reader, gold),
        )

    def _first_holding(self, gold: GoldQuestion) -> Hit | None:
        if not gold.answers:
            return None
        return next((hit for hit in self._index.search(gold.question, max(RECALL_AT)) if holds(hit, gold)), None)

    def _is_exact(self, citation: Citation) -> bool:
        """Whether the file on disk contains quote, sentence and passage at the positions that the citation states."""
        text = self._file_text(citation.document_id, citation.path)
        quotes = (
            (citation.start, citation.quote),
            (citation.sentence_start, citation.sentence),
            (citation.chunk_start, citation.passage),
        )
        return citation.end - citation.start == len(citation.quote) and all(
            part and text[start : start + len(part)] == part for start, part in quotes
        )

    def _read(self, document_id: int, path: str) -> str:
        """The text of a cited file, parsed again ("" if unreadable); for a document without a file the stored text."""
        source = self._sources.get(document_id)
        if not source:
            return self._index.text(document_id)
        try:
            return load(Path(source, path), Path(source)).text
        except QuothError:
            return ""


def holds(hit: Hit, gold: GoldQuestion) -> bool:
    """Whether the passage contains an accepted answer and, if the question names a document, is from it."""
    document, chunk = hit.document, hit.chunk
    if gold.document and gold.document not in (document.path, PurePosixPath(document.path).name, document.title):
        return False
    if gold.spans and gold.context is not None and gold.context[chunk.start : chunk.end] == chunk.text:
        return any(chunk.start <= start and end <= chunk.end for start, end in gold.spans)
    return mentions(chunk.text, gold.answers)
