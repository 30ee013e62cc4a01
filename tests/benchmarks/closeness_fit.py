"""Fits the weights in ``index/ranking/proximity.py``: ``python tests/benchmarks/closeness_fit.py FILE... [--lines N]``.

The files are as for ``index_recall.py``, read up to N lines each (all unless told), and up to 600 answerable questions
of each are asked. Of the candidates that search looks at closely, one is right: the weights are those of a softmax over
them that make the right ones likeliest, scaled so that the vectors weigh what the setting ``dense_weight`` says. Only
ever give it files of the training sets; ``index_recall.py`` then tells what the weights do for questions kept apart.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch
from index_recall import lines

from index import Document, DocumentIndex, IndexSettings, build_documents
from index.ranking import fusion
from index.ranking.proximity import Proximity, rarity
from index.search import PROXIMITY_CANDIDATES

ASKED = 600  # questions of a file
NAMES = ("dense", "BM25_WEIGHT", "COVERAGE_WEIGHT", "SENTENCE_WEIGHT", "ADJACENT_WEIGHT", "ALIKE_WEIGHT")
Candidates = tuple[list[list[float]], list[bool]]  # what each measures, and whether it is a right one


def candidates(opened: DocumentIndex, question: str, right: int) -> Candidates:
    """The candidates for a question that are looked at closely, as search finds them."""
    vector = opened.embedder.encode([question])[0]
    with opened.store.snapshot() as snapshot:
        terms = opened.terms.read(question, snapshot.document_frequency, snapshot.summary().chunks)
        dense, keyword = snapshot.candidates(vector, terms, opened.settings.candidates, None)
        best = [i for i, _ in fusion.fuse(dense, keyword, opened.settings.dense_weight)[:PROXIMITY_CANDIDATES]]
        scores = fusion.z_scores(dense, keyword)
        closeness = Proximity(question, {word: rarity(n, terms.passages) for word, n in terms.counts.items()})
        words, chunks = snapshot.words(best), snapshot.chunks(best)
    measured = [[*scores[i], *closeness.measures(*words[i])] for i in best]
    return measured, [chunks[i].document_id == right for i in best]


def asked(files: list[str], most: int | None) -> Iterator[Candidates]:
    """The candidates of the questions of each file, where a right one is among them; each file is searched alone."""
    for file in files:
        read = list(lines([file]))[:most]
        titles = {line["context"]: line["title"] for line in read}
        made = [Document(f"{n}", title, text, "text/plain") for n, (text, title) in enumerate(titles.items())]
        questions = [line for line in read if not line["is_impossible"]]
        with tempfile.TemporaryDirectory() as place:
            build_documents(made, Path(place))
            with DocumentIndex.open(Path(place)) as opened:
                ids = {opened.text(record.id): record.id for record in opened.documents()}
                for line in random.Random(0).sample(questions, min(ASKED, len(questions))):
                    found = candidates(opened, line["question"], ids[line["context"]])
                    if any(found[1]) and len(found[1]) == PROXIMITY_CANDIDATES:
                        yield found


def fit(found: list[Candidates]) -> list[float]:
    """The weights of NAMES that make the right candidates likeliest, with a little ridge."""
    measured = torch.tensor([measures for measures, _ in found])
    right = torch.tensor([rights for _, rights in found])
    spread = measured.flatten(0, 1).std(0) + 1e-9
    weights = torch.zeros(len(NAMES), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = (measured / spread) @ weights
        likely = torch.logsumexp(scores.masked_fill(~right, -1e9), 1) - torch.logsumexp(scores, 1)
        value = -likely.mean() + 1e-3 * weights.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return (weights.detach() / spread).tolist()


def main(arguments: list[str]) -> None:
    most = int(arguments[arguments.index("--lines") + 1]) if "--lines" in arguments else None
    files = [argument for argument in arguments if argument.endswith(".jsonl")]
    found = list(asked(files, most))
    dense, *words = fit(found)
    share = IndexSettings().dense_weight
    print(f"{len(found):,} questions of {', '.join(Path(file).name for file in files)}")
    for name, weight in zip(NAMES[1:], words, strict=True):
        print(f"  {name} = {weight / dense * share / (1 - share):.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
