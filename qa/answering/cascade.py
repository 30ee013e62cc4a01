"""The reading cascade: which retrieved passages the reader reads, in which order and through how many layers.

A passage is skipped once an upper bound of its answers' probability shows that it can neither win nor contradict the
winner. The bounds are cheap first (retrieval scores), then dearer (the states of a lower layer of the reader).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from index import StateError
from qa.answering.calibration import Calibration
from qa.answering.candidates import Proposal, RetrievedPassage, propose
from qa.answering.quantile_bound import FloatArray
from qa.reader.reader import Reader
from qa.reader.spans import merge
from qa.types import Span

NEARLY_AS_GOOD = 0.7  # share of the best probability from which another answer counts as a disagreement
_READ_FULLY = -1.0  # a required probability that every passage exceeds
_NOTHING_LEFT = 0.0  # the upper bound for the unread windows of a passage that was read fully


class AbandonedError(StateError):
    """The caller cancelled the question; reading has stopped."""


def never_cancelled() -> bool:
    """Default check: never cancelled."""
    return True


def read_until_settled(
    reader: Reader,
    calibration: Calibration,
    passages: Sequence[RetrievedPassage],
    should_continue: Callable[[], bool] = never_cancelled,
    min_probability: float = 0.0,
) -> list[Span]:
    """Spans of the passages, best first; ``span.passage`` is a position in ``passages``, which are in retrieval order.

    A passage is not read, or only through the reader's lower layers, if the upper bound of its probability shows that
    it will neither win, nor contradict the winner, nor reach ``min_probability``. The bounds hold for nearly all
    passages. The first passage is always read fully, and so are passages that contain the winner's text if the winner
    reaches ``min_probability``, because they may support it. Passages are read one at a time: batches are no faster
    (``tests/benchmarks/reading.py``).

    Raises ``AbandonedError`` between two passages once ``should_continue`` returns False.
    """
    ceilings = [passage.ceiling(calibration) for passage in passages]  # upper bounds for what is still unread
    spans: list[Span] = []
    best: Proposal | None = None
    pending = list(range(len(passages)))
    while pending:
        _check(should_continue)
        k = pending[0]
        required = max(min_probability, _required(passages[k], best)) if k else _READ_FULLY
        found, ceilings[k] = _skim(reader, calibration, passages, k, required)
        spans = merge([*spans, *found])
        best = next(iter(propose(passages, spans, calibration)), None)
        pending = [
            k for k, ceiling in enumerate(ceilings) if ceiling > max(min_probability, _required(passages[k], best))
        ]
    winner = best.text if best is not None and best.probability >= min_probability else None
    for k, passage in enumerate(passages):
        if winner is not None and ceilings[k] > _NOTHING_LEFT and winner in passage.passage.text:
            spans.extend(_skim(reader, calibration, passages, k, _READ_FULLY)[0])
    return merge(spans)


def rerank(
    reader: Reader,
    calibration: Calibration,
    passages: Sequence[RetrievedPassage],
    should_continue: Callable[[], bool] = never_cancelled,
) -> list[tuple[int, float]]:
    """Positions of the passages, each with the probability of its best span, 0 to 1, the most probable first.

    Every passage is read fully, so that a probability does not depend on the other passages. Ties keep retrieval order.
    Raises ``AbandonedError`` between two passages once ``should_continue`` returns False.
    """
    probabilities = []
    for passage in passages:
        _check(should_continue)
        spans = reader.read(passage.question, [passage.passage])
        best = next(iter(propose([passage], spans, calibration)), None)
        probabilities.append(best.probability if best else 0.0)
    return sorted(enumerate(probabilities), key=lambda ranked: -ranked[1])


def _check(should_continue: Callable[[], bool]) -> None:
    if not should_continue():
        raise AbandonedError("the question was cancelled")


def _required(passage: RetrievedPassage, best: Proposal | None) -> float:
    """The probability above which an answer in the passage wins or, in another document, contradicts the winner."""
    if best is None:
        return 0.0
    return best.probability * (NEARLY_AS_GOOD if passage.hit.document.id != best.document_id else 1.0)


def _skim(
    reader: Reader, calibration: Calibration, passages: Sequence[RetrievedPassage], k: int, required: float
) -> tuple[list[Span], float]:
    """Spans of the windows of passage k that may exceed the required probability; and a bound for its other windows."""
    passage, ceilings = passages[k], [_NOTHING_LEFT]

    def read_on(layer: int, states: FloatArray) -> bool:
        ceiling = passage.ceiling(calibration, calibration.exits[layer].upper(states))
        if ceiling <= required:
            ceilings.append(ceiling)
        return ceiling > required

    spans = reader.skim(passage.question, passage.passage, calibration.exits, read_on)
    return [replace(span, passage=k) for span in spans], max(ceilings)
