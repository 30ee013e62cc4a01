"""Answering again from stored reads: what the reading cascade would have found, without running the reader."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from index import Chunk, DocumentRecord, Hit
from qa.answering.calibration import ALONE_WEIGHT, Calibration, SecondReading
from qa.answering.candidates import Proposal, RetrievedPassage, propose
from qa.answering.cascade import read_until_settled
from qa.answering.quantile_bound import FloatArray
from qa.answering.second_reading import ReadAgain, evidence_alone, in_one_passage, verified
from qa.reader.alone import NOT_FOUND
from qa.reader.early_exit import LAYERS
from qa.reader.reader import Reader
from qa.reader.windows import Passage
from qa.training.reads import PassageRead, QuestionRead
from qa.types import Span


class ReplayReader:
    """A reader that finds what was read before, in the passages of one question."""

    def __init__(self, read: QuestionRead, states: FloatArray) -> None:
        """``states`` is that of ``Reads.states``."""
        self._states = states
        self._known = {passage_of(one): one for one in read.passages}

    def skim(
        self, _question: str, passage: Passage, layers: Collection[int], read_on: Callable[[int, FloatArray], bool]
    ) -> list[Span]:
        """As ``Reader.skim``; a passage of several windows is always read to the end."""
        known = self._known[passage]
        for layer in layers if known.states is not None else ():
            if not read_on(layer, self._states[known.states, LAYERS.index(layer)].astype(np.float32)):
                return []
        return list(known.spans)


def passage_of(read: PassageRead) -> Passage:
    """The reader's input."""
    return Passage(read.text, read.title, read.body_start, read.context)


def retrieved(read: QuestionRead) -> list[RetrievedPassage]:
    """The passages of a question, as search returned them."""
    return [_retrieved(read.question, one, rank) for rank, one in enumerate(read.passages, 1)]


def again(read: QuestionRead) -> ReadAgain:
    """The second reading of a proposal of a question, as it was kept; what was not read again does not hold."""

    def read_again(proposal: Proposal) -> SecondReading:
        span, kept = proposal.span, read.passages[proposal.retrieved.hit.rank - 1].again
        margins = {(start, end): margin for start, end, margin in kept}
        return evidence_alone(proposal, margins.get((span.start, span.end), NOT_FOUND))

    return read_again


def proposals_of(passages: Sequence[RetrievedPassage], read: QuestionRead, calibration: Calibration) -> list[Proposal]:
    """All answers to a question when every passage is read to the end, with the probability of the first reading."""
    spans = [
        Span(number, span.start, span.end, span.text, span.margin)
        for number, one in enumerate(read.passages)
        for span in one.spans
    ]
    spans.sort(key=lambda span: -span.margin)
    return propose(passages, spans, calibration)


def chosen_of(
    passages: Sequence[RetrievedPassage],
    read: QuestionRead,
    calibration: Calibration,
    alone_weight: float = ALONE_WEIGHT,
) -> Proposal | None:
    """The answer that the second reading chooses when every passage is read, with the probability of the first."""
    proposals, read_again = proposals_of(passages, read, calibration), again(read)
    own = in_one_passage(proposals) if proposals else []
    return max(own, key=lambda one: read_again(one).preference(alone_weight), default=None)


def best_of_all(passages: Sequence[RetrievedPassage], read: QuestionRead, calibration: Calibration) -> Proposal | None:
    """The most probable answer when every passage is read to the end, with the probability of the second reading."""
    proposals = proposals_of(passages, read, calibration)
    return next(iter(verified(calibration.verification, proposals, again(read))), None)


def best_of_cascade(
    passages: Sequence[RetrievedPassage], read: QuestionRead, states: FloatArray, calibration: Calibration
) -> Proposal | None:
    """The most probable answer when passages are read as far as answering reads them."""
    reader = cast(Reader, ReplayReader(read, states))
    least = calibration.verification.least(calibration.threshold)
    spans = read_until_settled(reader, calibration, passages, min_probability=least)
    proposals = propose(passages, spans, calibration)
    return next(iter(verified(calibration.verification, proposals, again(read), calibration.threshold)), None)


def _retrieved(question: str, read: PassageRead, rank: int) -> RetrievedPassage:
    record = DocumentRecord(
        id=read.document,
        path=f"{read.document}.txt",
        title=read.title,
        media_type="text/plain",
        sha256="",
        source="",
        date=None,
        body_start=0,
        characters=len(read.text),
        page_count=0,
        chunk_count=1,
        metadata={},
        warnings=(),
    )
    chunk = Chunk(rank, read.document, 0, read.start, read.start + len(read.text), read.text)
    hit = Hit(chunk, record, rank, 0.0, dense_score=read.similarity)
    return replace(RetrievedPassage.with_input(hit, "", passage_of(read), question), headers=dict(read.headers))
