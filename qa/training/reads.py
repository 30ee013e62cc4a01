"""What the reader finds for questions that are asked end to end, kept in a folder so that fits can be repeated.

``questions.jsonl`` has a line for each question, ``states.f16`` the states of the early exits. Both are appended to
question by question, so that an interrupted collection continues where it stopped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index import DocumentIndex
from qa.answering.candidates import RetrievedPassage, non_overlapping
from qa.answering.cell_choice import CellChoice
from qa.answering.quantile_bound import FloatArray
from qa.answering.retrieval import retrieve
from qa.evaluation.evaluate import read_alone
from qa.evaluation.metrics import f1
from qa.evaluation.questions import GoldQuestion
from qa.reader.alone import margin_alone
from qa.reader.early_exit import LAYERS
from qa.reader.reader import Reader
from qa.types import Span

READ_AGAIN = 6  # spans of a question, over all passages those with the highest margins
_QUESTIONS, _STATES = "questions.jsonl", "states.f16"


@dataclass(frozen=True, slots=True)
class PassageRead:
    """One retrieved passage of a question and all spans that the reader finds in it, best first.

    ``states`` is the row of its window's states in the file, None for a passage of several windows.
    """

    document: int  # its id
    start: int  # where the passage starts in its document
    text: str
    title: str
    body_start: int
    similarity: float
    spans: tuple[Span, ...]
    states: int | None = None
    context: str = ""
    headers: tuple[tuple[int, float], ...] = ()  # start of each cell of a table, and its ``Evidence.header``
    again: tuple[tuple[int, int, float], ...] = ()  # start and end of spans, and their ``margin_alone``


@dataclass(frozen=True, slots=True)
class QuestionRead:
    """A question of a file, the passages that search finds for it in order, and the F1 with its own paragraph alone."""

    file: str
    number: int  # position among the questions asked of the file
    question: str
    answers: tuple[str, ...]
    alone: float
    passages: tuple[PassageRead, ...]


class Reads:
    """The reads in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._questions, self._states = folder / _QUESTIONS, folder / _STATES

    def load(self) -> list[QuestionRead]:
        """All complete reads, in the order in which they were made."""
        if not self._questions.exists():
            return []
        lines = self._questions.read_text(encoding="utf-8").split("\n")
        return [_read(json.loads(line)) for line in lines[:-1]]

    def states(self) -> FloatArray:
        """The states of all windows, float16 (n, layers, w), memory-mapped."""
        rows = _rows(self.load())
        width = self._states.stat().st_size // (2 * len(LAYERS) * rows)
        return np.memmap(self._states, dtype=np.float16, mode="r", shape=(rows, len(LAYERS), width))

    def collect(
        self,
        index: DocumentIndex,
        reader: Reader,
        asked: Iterable[tuple[str, Sequence[GoldQuestion]]],
        passages: int,
        choice: CellChoice,
    ) -> Iterator[QuestionRead]:
        """Ask the questions of each named file that are not in the folder yet; yields each read once it is stored."""
        done = self.load()
        known, rows = {(one.file, one.number) for one in done}, _rows(done)
        self._discard_incomplete()
        for file, questions in asked:
            for number, gold in enumerate(questions):
                if (file, number) not in known:
                    read, states = ask(index, reader, gold, passages, rows, choice)
                    read = replace(read, file=file, number=number)
                    self._append(read, states, rows)
                    rows += len(states)
                    yield read

    def _discard_incomplete(self) -> None:
        """Remove the line that an interruption cut short."""
        self._states.touch()
        with self._questions.open("ab+") as lines:
            lines.seek(0)
            lines.truncate(lines.read().rfind(b"\n") + 1)

    def _append(self, read: QuestionRead, states: Sequence[FloatArray], rows: int) -> None:
        """Store a read; its states first, after the ``rows`` of the reads before."""
        with self._states.open("r+b") as file:
            file.seek(rows * states[0].nbytes if states else 0, os.SEEK_SET if states else os.SEEK_END)
            file.write(b"".join(one.tobytes() for one in states))
            file.truncate()
        with self._questions.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(read)) + "\n")


def ask(
    index: DocumentIndex, reader: Reader, gold: GoldQuestion, passages: int, row: int, choice: CellChoice
) -> tuple[QuestionRead, list[FloatArray]]:
    """Ask a question end to end, and read it with only its own paragraph.

    Also returns the states (layers, w), float16, of the passages that fit in one window, whose rows start at ``row``.
    """
    found: list[PassageRead] = []
    states: list[FloatArray] = []
    with index.snapshot() as view:
        hits = view.search(gold.question, passages)
        sources = retrieve(view, index.embedder, gold.question, hits, choice)
    for source in sources:
        spans, of_windows = read_with_states(reader, source)
        own = row + len(states) if len(of_windows) == 1 else None
        states.extend(of_windows if len(of_windows) == 1 else ())
        found.append(_passage(source, spans, own))
    found = _read_again(reader, sources, found)
    alone = read_alone(reader, gold)
    own_f1 = f1(alone.text, gold.answers) if alone and gold.answers else 0.0
    return QuestionRead("", 0, gold.question, gold.answers, own_f1, tuple(found)), states


def _read_again(reader: Reader, sources: Sequence[RetrievedPassage], found: Sequence[PassageRead]) -> list[PassageRead]:
    """The passages with the second readings of the ``READ_AGAIN`` spans that have the highest margins of all."""
    spans = [(number, span) for number, one in enumerate(found) for span, _ in non_overlapping(one.spans)]
    spans.sort(key=lambda numbered: -numbered[1].margin)
    again: dict[int, list[tuple[int, int, float]]] = {}
    for number, span in spans[:READ_AGAIN]:
        source = sources[number]
        margin = margin_alone(reader, source.question, source.passage, span)
        again.setdefault(number, []).append((span.start, span.end, margin))
    return [replace(one, again=tuple(again.get(number, ()))) for number, one in enumerate(found)]


def _passage(source: RetrievedPassage, spans: Sequence[Span], states: int | None) -> PassageRead:
    hit, passage = source.hit, source.passage
    return PassageRead(
        document=hit.document.id,
        start=hit.chunk.start,
        text=passage.text,
        title=passage.title,
        body_start=passage.body_start,
        similarity=source.similarity,
        spans=tuple(spans),
        states=states,
        context=passage.context,
        headers=tuple(source.headers.items()),
    )


def read_with_states(reader: Reader, source: RetrievedPassage) -> tuple[list[Span], list[FloatArray]]:
    """The spans of a passage, read to its end, and the states (layers, w) of each of its windows."""
    summaries: list[FloatArray] = []

    def read_on(_: int, states: FloatArray) -> bool:
        summaries.append(states.astype(np.float16))
        return True

    spans = reader.skim(source.question, source.passage, LAYERS, read_on)
    return spans, [np.stack(summaries[at : at + len(LAYERS)]) for at in range(0, len(summaries), len(LAYERS))]


def _rows(reads: Iterable[QuestionRead]) -> int:
    """How many rows of states the reads have."""
    return sum(one.states is not None for read in reads for one in read.passages)


def _read(fields: dict[str, Any]) -> QuestionRead:
    passages = tuple(
        PassageRead(
            **one
            | {"spans": tuple(Span(**span) for span in one["spans"]), "headers": _headers(one), "again": _again(one)}
        )
        for one in fields["passages"]
    )
    return QuestionRead(**fields | {"answers": tuple(fields["answers"]), "passages": passages})


def _headers(passage: dict[str, Any]) -> tuple[tuple[int, float], ...]:
    return tuple((int(start), float(header)) for start, header in passage.get("headers", ()))


def _again(passage: dict[str, Any]) -> tuple[tuple[int, int, float], ...]:
    return tuple((int(start), int(end), float(margin)) for start, end, margin in passage["again"])
