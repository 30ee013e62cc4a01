"""Kinds of utterance: a question, a subject to look for, a wish for a summary, about the library, or small talk.

A multinomial logistic regression over the embedder's vector of the utterance, its words and pairs of words, and a few
patterns, fitted by ``python -m qa.training.kinds.fitting``. When in doubt it is a question: another kind needs a
probability of at least the threshold that the fitting found for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import Embedder, IndexSettings
from qa.words import FUNCTION_WORDS

WEIGHTS = Path(__file__).with_name("kinds.json")

Vectors = npt.NDArray[np.float32]  # (n, dimensions), each of length 1

_SAID = (  # words that are small talk where nothing else is said
    r"many thanks|hi|hello|hallo|hey|hiya|howdy|yo|heya|greetings|good ?(?:morning|afternoon|evening|day|night)"
    r"|morning|evening|welcome|thanks?|thank|thx|ty|cheers|appreciated?|obliged|merci|danke|gracias|bonjour|hola"
    r"|ciao|moin|servus"
    r"|guten (?:tag|morgen|abend)|tsch[uü](?:ss|ß)"
    r"|bye|goodbye|bb|cya|farewell|later|see (?:you|ya)|ok|okay|k|alright|right|fine|sure"
    "|yes|yeah|yep|yup|no|nah|nope|great|good|nice|neat|perfect|cool|awesome|amazing|brilliant|excellent|superb|lovely"
    "|wonderful|fantastic|impressive|interesting|correct|exactly|wrong|bad|boring|sorry|oops|pardon|please|pls|help|test"
    r"|testing|h+m+|u+m+|u?h|huh|lol|rofl|(?:ha)+h?|wow|omg|ugh|ouch|ping|pong|echo|asdf\w*|qwert\w*|bla+h?|well done"
    r"|stop|wait|understood|got|nonsense|useless|job|stuff|work|never ?mind"
)
_PATTERNS = (
    # summaries
    r"\b(?:summ?ar(?:i[sz]\w*|y|ies)|sum (?:\w+ ){0,4}up|synopsis|gist|overview|recap|tl ?;?dr|rundown|in short|digest"
    r"|in a nutshell|in brief|essentials|short version|bottom line|catch me up|abstract|essence of|one[- ]line"
    r"|in (?:one|two|three|a few|1|2|3) (?:sentences?|lines?|words))\b",
    r"^\W*(?:please |can you |could you |and |quick |short |brief |executive |one sentence )*(?:summ?ari[sz]\w*|summary"
    r"|sum|tl ?;?dr|recap|gist|overview|synopsis|outline|abstract|digest|highlights|takeaways?|key|main|rundown)\b",
    r"\b(?:key|main|core|central|common|important|major|most important) (?:points?|ideas?|message\w*|themes?|findings?"
    r"|arguments?|topics?|things|facts|takeaways?|results?)\b|\btake-?aways?\b|\bhighlights?\b|\bconclusions? of\b",
    r"\babout\W*$|^\W*(?:what|whats|what's) (?:is |was )?.{1,60}\babout\b|\bsay overall\b|\bdiscussed at\b",
    r"\b(?:law|motion|court) summary|summary judgment|summary (?:report|page|table)\b",
    # subjects
    r"\b(?:mention\w*|occurr?ences?|occurences?|hits|appears?|come up|comes up|crop up|show up|turn up)\b",
    r"\b(?:references?|passages?|quotes?|lines|parts?|bits?|sections?|places|paragraphs?) (?:on|of|about|to|with|from"
    r"|where|for|that|talk|mentioning)\b",
    r"\b(?:anything|everything|something|all|stuff|more|info) (?:\w+ ){0,3}(?:on|about|for|regarding|mentioning)\b",
    r"^\W*(?:find|search|look|show|give|get|locate|look up|look for|pull up)\b",
    r"^\W*(?:show me what\b|where (?:do|does|is|are)\b.*\b(?:mention\w*|discussed|come up|talk about|appear|covered)"
    r"|(?:in )?which (?:files?|documents?|docs?) (?:mention|contain|name|talk|does|do|is|are)"
    r"|do (?:the|any) (?:documents?|files?))\b",
    # small talk
    r"^\W*(?:hi|hello|hallo|hey|hiya|howdy|yo|good (?:morning|afternoon|evening|day|night)|thanks?|thx|ty|cheers|bye"
    r"|goodbye|ok|okay|great|nice|perfect|cool|awesome|sorry|please|help|test\w*|hmm+|lol|yes|no|wow|greetings|cya"
    r"|farewell|ugh|well done|that'?s|you'?re)\b",
    rf"^\W*(?:(?:{_SAID})\b(?:(?: (?:to|for|so|very|you|u|a|much|all|the|too|that|then|it|there|again|now|me|i|just|was"
    rf"|indeed|everyone|quoth|one|bot)|[,!. ]+(?:{_SAID}))\b)*)\W*$",
    r"\b(?:thanks|thank you|thx|bye|goodbye|hello|cheers|sorry|appreciate|useless|like this|never mind)\b",
    r"\b(?:are|do|can|how|who|what|did) (?:are |do |does |old are )?(?:you|this|it)\b",
    r"\b(?:robot|human|ai|bot|chatgpt|language model|assistant|real|quoth)\b",
    # the form
    r"\d",
    r"[A-Z]{2,}|\w[-./§]\w|§|#",
    r"^\W*(?:[A-Z]\w*|of|the|and|de|von)(?: (?:[A-Z]\w*|of|the|and|de|von))*\W*$",
    r"[\"“”]",
    r":",
)
STRONG = 2.0  # the scale of a term or a pattern, beside vectors whose components are below 1
_COMPILED = tuple(re.compile(pattern, 0 if "[A-Z]" in pattern else re.IGNORECASE) for pattern in _PATTERNS)
_WORD = re.compile(r"[^\W_][\w'’.-]*")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[?!:\"]")


class Kind(StrEnum):
    """What an utterance is."""

    QUESTION = "question"
    HITS = "hits"
    SUMMARY = "summary"
    LIBRARY = "library"
    COURTESY = "courtesy"


@dataclass(frozen=True, slots=True, eq=False)
class KindClassifier:
    """The fitted regression: weights and one bias for each kind, and the thresholds of all but questions."""

    weights: npt.NDArray[np.float64]  # (kinds, dimensions + plain features)
    term_weights: Mapping[str, npt.NDArray[np.float64]]  # by ``terms``, (kinds,) each
    biases: npt.NDArray[np.float64]  # (kinds,)
    thresholds: Mapping[Kind, float]  # 0 to 1

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> KindClassifier:
        """The classifier in a file that ``to_json`` wrote."""
        fields = json.loads(path.read_text(encoding="utf-8"))
        thresholds = {Kind(kind): float(least) for kind, least in fields["thresholds"].items()}
        term_weights = {term: np.array(row, dtype=np.float64) for term, row in fields["terms"].items()}
        return cls(np.array(fields["weights"]), term_weights, np.array(fields["biases"]), thresholds)

    def to_json(self) -> str:
        """The content of the file of weights, with three digits each; kinds are in the order of ``Kind``."""
        fields = {
            "thresholds": {kind.value: least for kind, least in self.thresholds.items()},
            "biases": _rounded(self.biases),
            "weights": [_rounded(row) for row in self.weights],
            "terms": {term: _rounded(row) for term, row in self.term_weights.items()},
        }
        return json.dumps(fields, ensure_ascii=False) + "\n"

    def probabilities(self, vectors: Vectors, utterances: list[str]) -> npt.NDArray[np.float64]:
        """The probability of each kind for each utterance, (n, kinds); ``vectors`` (n, dimensions) embed them."""
        scores = features(vectors, utterances) @ self.weights.T + self.biases
        for row, utterance in zip(scores, utterances, strict=True):
            row += sum(self.term_weights[term] for term in terms(utterance) if term in self.term_weights)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: npt.NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return shares

    def kinds(self, vectors: Vectors, utterances: list[str]) -> list[Kind]:
        """The kind of each utterance: the likeliest that reaches its threshold, or else a question."""
        return [self._chosen(row) for row in self.probabilities(vectors, utterances).tolist()]

    def _chosen(self, probabilities: Sequence[float]) -> Kind:
        by_kind = dict(zip(Kind, probabilities, strict=True))
        reached = [kind for kind, least in self.thresholds.items() if by_kind[kind] >= least]
        return max(reached, key=by_kind.__getitem__, default=Kind.QUESTION)


def terms(utterance: str) -> set[str]:
    """The words and marks of an utterance in lower case, and the pairs of neighbours; "^" and "$" are its two ends."""
    tokens = ["^", *(token.replace("’", "'") for token in _TOKEN.findall(utterance.lower())), "$"]
    return {*tokens[1:-1], *map(" ".join, pairwise(tokens))}


def features(vectors: Vectors, utterances: list[str]) -> npt.NDArray[np.float64]:
    """The regression's input, (n, dimensions + plain features): vectors, then the plain features."""
    plain = np.array([plain_features(utterance) for utterance in utterances], dtype=np.float64)
    return np.hstack([vectors.astype(np.float64) * 4, plain])


def plain_features(utterance: str) -> list[float]:
    """Whether each pattern occurs, and counts of words, all from 0 to 2."""
    words = _WORD.findall(utterance)
    capitals = sum(word[0].isupper() for word in words[1:])
    found = [STRONG * (pattern.search(utterance) is not None) for pattern in _COMPILED]
    length = len(words)
    bare = length <= 3 and FUNCTION_WORDS.isdisjoint(word.lower() for word in words)
    return [
        *found,
        STRONG * bare,
        float(length <= 1),
        float(length == 2),
        float(length == 3),
        float(length >= 6),
        min(length, 16) / 8,
        min(capitals, 4) / 2,
        capitals / max(length - 1, 1),
        float(bool(words) and words[0][0].isupper()),
    ]


def _rounded(numbers: npt.NDArray[np.float64]) -> list[float]:
    return [float(f"{number:.3g}") for number in numbers]


@lru_cache(maxsize=1)
def kind_classifier() -> KindClassifier:
    """The classifier beside this module, loaded once."""
    return KindClassifier.load()


@lru_cache(maxsize=1)
def packaged_embedder() -> Embedder:
    """The embedder on whose vectors the classifier was fitted, for indexes that were built with another one."""
    return Embedder(IndexSettings())
