"""The training data: questions with their paragraphs, and for each the passages that compete with the right one.

A question is read beside passages that our own retrieval brings for it and that do not hold its answer, cut by our own
chunker; that is the choice the reader has to make in use (Karpukhin et al. 2020 call them hard negatives).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import Document, DocumentIndex, build_documents
from qa.evaluation.metrics import normalise
from qa.reader.windows import Passage

Place = tuple[int, int]  # code points, half open


@dataclass(frozen=True, slots=True)
class Question:
    """One example of the data: ``context[start:end]`` is an answer for each of ``answers``; none: unanswerable."""

    id: str
    source: str
    title: str
    context: str
    question: str
    answers: tuple[Place, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The answers' texts."""
        return tuple(self.context[start:end] for start, end in self.answers)


@dataclass(frozen=True, slots=True)
class Group:
    """A question and the passages it is read against; ``golds[i]`` are the answers' places in ``passages[i]``."""

    question: str
    passages: tuple[Passage, ...]
    golds: tuple[tuple[Place, ...], ...]


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSON lines file."""
    with path.open(encoding="utf-8") as lines:
        return [_question(json.loads(line)) for line in lines if line.strip()]


def _question(row: dict[str, Any]) -> Question:
    places = {(int(a["answer_start"]), int(a["answer_start"]) + len(a["text"])) for a in row["answers"]}
    return Question(
        id=row["id"],
        source=row["source"],
        title=display_title(row["title"]),
        context=row["context"],
        question=row["question"],
        answers=tuple(sorted(places)),
    )


def display_title(title: str) -> str:
    """A data set's title as a person would write it; empty for an identifier that says nothing."""
    if title.startswith("Wiki1k:") or title == "covid":
        return ""
    return title.replace("_", " ").strip() if " " in title or "_" in title else title.replace("-", " ").strip()


def sample(folder: Path, shares: dict[str, float], seed: int) -> list[Question]:
    """The given share of each ``<name>.train.jsonl``, shuffled together; a share above 1 repeats questions."""
    rng = random.Random(seed)
    chosen: list[Question] = []
    for name, share in shares.items():
        questions = read_questions(folder / f"{name}.train.jsonl")
        rng.shuffle(questions)
        wanted = round(share * len(questions))
        chosen.extend(questions[k % len(questions)] for k in range(wanted))
    rng.shuffle(chosen)
    return chosen


def paragraphs(folder: Path, names: Iterable[str]) -> Iterator[Document]:
    """Every distinct paragraph of the named sets' training files, as a document."""
    seen: set[str] = set()
    for name in names:
        for question in read_questions(folder / f"{name}.train.jsonl"):
            if question.context not in seen:
                seen.add(question.context)
                yield Document(
                    path=f"{name}/{len(seen)}.txt", title=question.title, text=question.context, media_type="text/plain"
                )


class Competition:
    """Finds the passages that compete for a question, in an index of all paragraphs."""

    def __init__(self, corpus: DocumentIndex, seed: int) -> None:
        """``corpus`` holds every paragraph as a document of its own."""
        self._corpus = corpus
        self._seed = seed
        self._ids = {corpus.text(record.id): record.id for record in corpus.documents()}

    def group(self, question: Question, most: int, looked_at: int = 10) -> Group:
        """The question with its gold passage first and up to ``most`` hard negatives."""
        rng = random.Random(f"{self._seed}:{question.id}")
        keep_title = rng.random() >= 0.25  # passages must also be readable without one
        gold, answers = self._gold(question, rng)
        rivals = self._rivals(question, gold, looked_at)
        picked = rivals[:1] + rng.sample(rivals[1:], min(most - 1, len(rivals) - 1)) if rivals and most else []
        passages = [gold, *picked]
        if not keep_title:
            passages = [Passage(passage.text) for passage in passages]
        return Group(question.question, tuple(passages), (answers, *((),) * len(picked)))

    def _gold(self, question: Question, rng: random.Random) -> tuple[Passage, tuple[Place, ...]]:
        """The paragraph, whole half of the time when it is short, or the chunk of it that holds the answer."""
        whole = Passage(question.context, question.title)
        if (len(question.context) < 1600 and rng.random() < 0.5) or question.context not in self._ids:
            return whole, question.answers
        for chunk in self._corpus.chunks(self._ids[question.context]):
            inside = tuple(
                (a - chunk.start, b - chunk.start) for a, b in question.answers if chunk.start <= a and b <= chunk.end
            )
            if inside:
                return Passage(chunk.text, question.title), inside
        return whole, question.answers

    def _rivals(self, question: Question, gold: Passage, looked_at: int) -> list[Passage]:
        """Retrieved passages without the answer, in retrieval order."""
        answers = [normalise(text) for text in question.texts]
        rivals = []
        for hit in self._corpus.search(question.question, looked_at):
            text = hit.chunk.text
            if text == gold.text or (hit.chunk.document_id == self._ids.get(question.context) and not answers):
                continue
            said = f" {normalise(text)} "
            if text not in gold.text and not any(f" {answer} " in said for answer in answers):
                rivals.append(Passage(text, hit.document.title))
        return rivals


def open_corpus(folder: Path, names: Sequence[str], work: Path) -> DocumentIndex:
    """The index of all paragraphs, built in ``work`` when it is not there yet."""
    location = work / "corpus"
    if not location.exists():
        build_documents(paragraphs(folder, names), location)
    return DocumentIndex.open(location)
