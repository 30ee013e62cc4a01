"""Reading the passages that search found: which of them, in which order, and how far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from index import StateError
from qa.answering.calibration import Calibration
from qa.answering.citations import Proposal, Source, propose
from qa.answering.quantile_bound import FloatArray
from qa.reader.reader import Reader
from qa.reader.spans import merge
from qa.types import Span

NEARLY_AS_GOOD = 0.7  # of the best probability: from here another answer is a disagreement worth showing
_EVERYTHING = -1.0  # a bar that every source passes
_READ = 0.0  # what may still come of a source that is read to the end


class AbandonedError(StateError):
    """Nobody waits for the answer any more, and reading has stopped."""


def always() -> bool:
    """Whether an answer is wanted still, as far as anybody knows who never asks again."""
    return True


def read_until_settled(
    reader: Reader,
    calibration: Calibration,
    sources: Sequence[Source],
    should_continue: Callable[[], bool] = always,
    least: float = 0.0,
) -> list[Span]:
    """Spans of the sources, best first, read in retrieval order but for those that will neither win nor contradict.

    What is known of a source without reading it, and then from the reader's lower layers, bounds what nearly every such
    source comes to; a probability below ``least`` is of no interest. The first source is read to the end, and so are
    those that hold the words of a winner that is of interest: they may say it too. Every source is read alone, since
    batches are no quicker (``tests/benchmarks/reading.py``). Raises ``AbandonedError`` between two readings when the
    answer is ``should_continue`` no more.
    """
    ceilings = [source.ceiling(calibration) for source in sources]  # of what is yet to be read
    spans: list[Span] = []
    best: Proposal | None = None
    worth = list(range(len(sources)))
    while worth:
        if not should_continue():
            raise AbandonedError("nobody waits for this answer any more")
        place = worth[0]
        bar = max(least, _bar(sources[place], best)) if place else _EVERYTHING
        found, ceilings[place] = _skim(reader, calibration, sources, place, bar)
        spans = merge([*spans, *found])
        best = next(iter(propose(sources, spans, calibration)), None)
        worth = [k for k, most in enumerate(ceilings) if most > max(least, _bar(sources[k], best))]
    given = best.text if best is not None and best.probability >= least else None
    for place, source in enumerate(sources):
        if given is not None and ceilings[place] > _READ and given in source.passage.text:
            spans.extend(_skim(reader, calibration, sources, place, _EVERYTHING)[0])
    return merge(spans)


def rank(
    reader: Reader, calibration: Calibration, sources: Sequence[Source], should_continue: Callable[[], bool] = always
) -> list[tuple[int, float]]:
    """The places of the sources, the likeliest to answer first, each with the probability of its best span, 0 to 1.

    Every source is read to its end, so that the first of few are the first of many; where two are as likely, retrieval
    decides. Raises ``AbandonedError`` between two readings when the ranking is ``should_continue`` no more.
    """
    likely = []
    for source in sources:
        if not should_continue():
            raise AbandonedError("nobody waits for this search any more")
        best = next(iter(propose([source], reader.read(source.question, [source.passage]), calibration)), None)
        likely.append(best.probability if best else 0.0)
    return sorted(enumerate(likely), key=lambda found: -found[1])


def _bar(source: Source, best: Proposal | None) -> float:
    """What an answer in a source must come to if it is to win or, in another document, to contradict the winner."""
    if best is None:
        return 0.0
    elsewhere = source.hit.document.id != best.source.hit.document.id
    return best.probability * (NEARLY_AS_GOOD if elsewhere else 1.0)


def _skim(
    reader: Reader, calibration: Calibration, sources: Sequence[Source], place: int, bar: float
) -> tuple[list[Span], float]:
    """Spans of a source, of its windows that may come to more than ``bar``; and what the others may come to."""
    source, given_up = sources[place], [_READ]

    def goes_on(layer: int, states: FloatArray) -> bool:
        most = source.ceiling(calibration, calibration.exits[layer].highest(states))
        if most <= bar:
            given_up.append(most)
        return most > bar

    spans = reader.skim(source.question, source.passage, calibration.exits, goes_on)
    return [replace(span, passage=place) for span in spans], max(given_up)
