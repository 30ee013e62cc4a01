"""The training data: questions with their paragraphs, and for each question passages that rival the right one.

Rivals are chunks that the product's own search finds for the question and that do not contain its answer ("hard
negatives", Karpukhin et al. 2020). So the reader trains on the choice that it has to make in use.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from index import DocumentIndex, build_documents
from qa.evaluation.metrics import mentions
from qa.evaluation.questions import GoldQuestion, Offsets, paragraph_documents, read_gold
from qa.reader.windows import Passage

KEEP_TITLE = 0.75  # share of questions whose passages keep their titles; titles are optional
SEARCHED = 10  # retrieved passages among which rivals are sought
_RENDERING = re.compile(r"\.([a-z]+)[.-][^.]*$")  # the rendering of a table, in a question's id: tables-fares.rows-3


@dataclass(frozen=True, slots=True)
class Group:
    """A question and the passages it is read with; ``golds[i]`` are the spans of its answers in ``passages[i]``."""

    question: str
    passages: tuple[Passage, ...]
    golds: tuple[tuple[Offsets, ...], ...]


def read_examples(path: Path) -> list[GoldQuestion]:
    """The questions of a file that have a paragraph and either no answer or a span that is located in it."""
    return [one for one in read_gold(path) if one.context and bool(one.spans) == bool(one.answers)]


def examples(folder: Path, name: str, part: str) -> list[GoldQuestion]:
    """The questions of ``<name>.<part>.jsonl``, where part is ``train`` or ``valid``.

    The name ``tables:rows`` selects the questions on tables in the rendering ``rows``, ``tables:other`` the rest.
    """
    name, _, rendering = name.partition(":")
    questions = read_examples(folder / f"{name}.{part}.jsonl")
    return [one for one in questions if not rendering or (rendering == "rows") == in_rows(one)]


def in_rows(question: GoldQuestion) -> bool:
    """Whether the question is on a table in the rendering ``rows``: lines of ``Header: cell; Header: cell``."""
    found = _RENDERING.search(question.id)
    return found is not None and found[1] == "rows"


def sample(folder: Path, shares: Mapping[str, float], seed: int) -> list[GoldQuestion]:
    """The given share of each training file, shuffled together; a share above 1 repeats questions."""
    rng = random.Random(seed)
    chosen: list[GoldQuestion] = []
    for name, share in shares.items():
        questions = examples(folder, name, "train")
        rng.shuffle(questions)
        count = round(share * len(questions))
        chosen.extend(questions[k % len(questions)] for k in range(count))
    rng.shuffle(chosen)
    return chosen


class Competition:
    """Finds the rivals of a question's own passage, in an index of all paragraphs."""

    def __init__(self, corpus: DocumentIndex, seed: int) -> None:
        """In ``corpus`` every paragraph is a document of its own."""
        self._corpus = corpus
        self._seed = seed
        self._ids = {corpus.text(record.id): record.id for record in corpus.documents()}

    def group(self, question: GoldQuestion, most: int) -> Group:
        """The question with its gold passage first, then up to ``most`` rivals."""
        rng = random.Random(f"{self._seed}:{question.id}")
        keep_title = rng.random() < KEEP_TITLE
        gold, spans = self._gold(question, rng)
        rivals = self._rivals(question, gold)
        picked = rivals[:1] + rng.sample(rivals[1:], min(most - 1, len(rivals) - 1)) if rivals and most else []
        passages = [gold, *picked]
        if not keep_title:
            passages = [Passage(passage.text) for passage in passages]
        return Group(question.question, tuple(passages), (spans, *((),) * len(picked)))

    def _gold(self, question: GoldQuestion, rng: random.Random) -> tuple[Passage, tuple[Offsets, ...]]:
        """The chunk of the paragraph that contains the answer; for half of the short ones, the whole paragraph."""
        context = question.context or ""
        whole = Passage(context, question.title)
        if (len(context) < 1600 and rng.random() < 0.5) or context not in self._ids:
            return whole, question.spans
        for chunk in self._corpus.chunks(self._ids[context]):
            inside = tuple(
                (a - chunk.start, b - chunk.start) for a, b in question.spans if chunk.start <= a and b <= chunk.end
            )
            if inside:
                return Passage(chunk.text, question.title), inside
        return whole, question.spans

    def _rivals(self, question: GoldQuestion, gold: Passage) -> list[Passage]:
        """Retrieved passages without the answer, in retrieval order."""
        own = self._ids.get(question.context or "")
        rivals = []
        for hit in self._corpus.search(question.question, SEARCHED):
            text, document = hit.chunk.text, hit.document
            if text in gold.text or (hit.chunk.document_id == own and not question.answers):
                continue
            if not mentions(text, question.answers):
                rivals.append(Passage(text, "" if document.title == document.path else document.title))
        return rivals


def open_corpus(folder: Path, names: Iterable[str], work: Path) -> DocumentIndex:
    """The index of all paragraphs of the named training files, in ``work``; built there if it does not exist yet."""
    location = work / "corpus"
    if not location.exists():
        questions = (one for name in names for one in examples(folder, name, "train"))
        build_documents(paragraph_documents(questions), location)
    return DocumentIndex.open(location)
