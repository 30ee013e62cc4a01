"""Fit the classifier of utterances: ``python -m qa.training.kinds.fitting utterances.jsonl TRAIN.jsonl ...``.

The utterances that are set apart (``is_set_apart``) are left out. Further examples are those in ``utterances.tsv``,
which has none of the file's, the questions of the reader's training sets, and wordings around the titles and names of
those sets (``wordings.py``). The thresholds are chosen on half of the questions in keywords, which the weights have not
seen, so that hardly any question is taken for something else. The weights in the package were fitted with the training
sets domains, contrast and tables.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import Embedder, IndexSettings
from qa.conversation.kinds import STRONG, WEIGHTS, Kind, KindClassifier, features, terms
from qa.training.kinds.wordings import composed

UTTERANCES = Path(__file__).with_name("utterances.tsv")  # kind and utterance
STRENGTH = 0.3  # inverse of the penalty on large weights
FAINT = 0.1  # logits between two kinds; a term that tells less is left out
OFTEN = 2  # utterances in which a term occurs that is weighed
ADDED_WEIGHT = 0.6  # of a question out of the reader's sets, where an utterance has 1
WORDED_WEIGHT = 0.3  # of a wording
TIMES = 3  # that a wording occurs, each time with another title or name
LEAST = 0.5  # the lowest threshold: what is likelier a question is one
# The share of questions in keywords that are taken for another kind; for whole sentences it is lower.
WRONG = {Kind.HITS: 0.012, Kind.SUMMARY: 0.006, Kind.LIBRARY: 0.004, Kind.COURTESY: 0.0004}

_ASKS = re.compile(
    r"\?|^\W*(?:who|whom|whose|where|when|why|how|what|which|is|are|was|were|do|does|did|can|could|may|must|should|will"
    r"|would|has|have|had|in|on|at|for|by|to|from|under|according)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Example:
    """An utterance with its kind."""

    text: str
    kind: Kind
    weight: float = 1.0


def is_set_apart(text: str) -> bool:
    """Whether an utterance is kept for measuring: every second one, by a hash."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def utterances(path: Path) -> list[Example]:
    """The utterances of a file that are not set apart."""
    rows = map(json.loads, filter(None, path.read_text(encoding="utf-8").split("\n")))
    return [Example(row["utterance"], Kind(row["kind"])) for row in rows if not is_set_apart(row["utterance"])]


def added(path: Path, questions: int, keywords: int) -> list[Example]:
    """So many questions of a training set, and besides so many in keywords; always the same ones."""
    lines = path.read_text(encoding="utf-8").split("\n")
    asked = sorted({json.loads(line)["question"] for line in lines if line})
    short = [question for question in asked if _ASKS.search(question) is None]
    rng = random.Random(1)
    chosen = rng.sample(asked, min(questions, len(asked))) + rng.sample(short, min(keywords, len(short)))
    return [Example(text, Kind.QUESTION, ADDED_WEIGHT) for text in dict.fromkeys(chosen)]


def written() -> list[Example]:
    """The utterances beside this module, which were written for this classifier one by one."""
    lines = UTTERANCES.read_text(encoding="utf-8").splitlines()
    return [Example(text, Kind(kind)) for kind, text in (line.split("\t") for line in lines)]


def fit(examples: Sequence[Example], vectors: npt.NDArray[np.float32]) -> KindClassifier:
    """The regression over these examples, without thresholds; ``vectors`` (n, dimensions) embed them.

    Its terms are those that occur in ``OFTEN`` of the utterances of weight 1 and tell the kinds apart.
    """
    from scipy.sparse import csr_array, hstack
    from sklearn.linear_model import LogisticRegression

    counted = Counter(term for one in examples if one.weight == 1.0 for term in terms(one.text))
    columns = {term: k for k, term in enumerate(sorted(term for term, count in counted.items() if count >= OFTEN))}
    found = [(row, columns[term]) for row, one in enumerate(examples) for term in terms(one.text) if term in columns]
    places = tuple(np.array(found).T)
    occurs = csr_array((np.full(len(found), STRONG), places), shape=(len(examples), len(columns)))
    dense = features(vectors, [one.text for one in examples])
    kinds = list(Kind)
    labels = [kinds.index(one.kind) for one in examples]
    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    model.fit(hstack([csr_array(dense), occurs]).tocsr(), labels, sample_weight=[one.weight for one in examples])
    weights, of_terms = np.split(model.coef_, [dense.shape[1]], axis=1)
    rows = dict(zip(columns, STRONG * of_terms.T, strict=True))
    return KindClassifier(
        weights, {term: row for term, row in rows.items() if np.ptp(row) >= FAINT}, model.intercept_, {}
    )


def thresholds(probabilities: npt.NDArray[np.float64]) -> dict[Kind, float]:
    """For each kind the least threshold at which the allowed share of questions exceeds it; (n, kinds) of questions."""
    columns = dict(zip(Kind, probabilities.T, strict=True))
    return {kind: round(max(LEAST, float(np.quantile(columns[kind], 1 - share))), 3) for kind, share in WRONG.items()}


def main() -> None:
    """Fit, choose the thresholds and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("utterances", type=Path)
    parser.add_argument("training", type=Path, nargs="+", help="training sets of the reader")
    parser.add_argument("--questions", type=int, default=200, help="of each training set")
    parser.add_argument("--keywords", type=int, default=1000, help="questions in keywords of each training set")
    asked = parser.parse_args()
    own = [*utterances(asked.utterances), *written()]
    questions = [one for path in asked.training for one in added(path, asked.questions, asked.keywords)]
    worded = [Example(text, kind, WORDED_WEIGHT) for text, kind in composed(asked.training, TIMES)]
    examples = [*own, *worded, *questions[::2]]
    embedder = Embedder(IndexSettings())
    vectors = embedder.encode([one.text for one in [*examples, *questions[1::2]]])
    fitted = fit(examples, vectors[: len(examples)])
    unseen = [one.text for one in questions[1::2]]
    in_keywords = [_ASKS.search(text) is None for text in unseen]
    kept = fitted.probabilities(vectors[len(examples) :], unseen)
    classifier = replace(fitted, thresholds=thresholds(kept[in_keywords]))
    WEIGHTS.write_text(classifier.to_json(), encoding="utf-8")
    print(json.dumps({kind.value: least for kind, least in classifier.thresholds.items()}))  # noqa: T201


if __name__ == "__main__":
    main()
