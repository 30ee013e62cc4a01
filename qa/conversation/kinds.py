"""Kinds of utterance: a question, a subject to look for, a wish for a summary, about the library, or small talk.

A multinomial logistic regression over the embedder's vector of the utterance and a few plain features of its words,
fitted by ``python -m qa.training.kinds.fitting``. When in doubt it is a question: another kind needs a probability of
at least the threshold that the fitting found for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import Embedder, IndexSettings

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
_OF_LIBRARY = (
    r"\b(?:documents?|docs?|files?|library|collection|index|indexed|corpus|folders?|pdfs?|uploads?|uploaded)\b",
    r"\b(?:newest|oldest|latest|longest|shortest|largest|biggest|smallest|most recent|added|loaded|unreadable|skipped"
    r"|fail\w*|missing|stored|titles?|included|re-?index\w*|duplicates?)\b",
    r"\b(?:do you (?:have|hold|know)|have you (?:got|read)|you have|can i ask|what can you)\b|\b(?:in|from)"
    r" (?:here|there)\b|\bin the (?:library|collection|index)\b",
    r"\b(?:which|what|how many|list|show|any|all|number of) (?:\w+ ){0,3}(?:documents?|docs?|files?|pdfs?|books?"
    r"|titles?)\b",
    r"\b(?:topics?|subjects?|questions?|formats?|authors?|kinds?|sorts?)\b",
)
_PATTERNS = (
    r"\?\W*$",
    r"^\W*(?:and |so |but )?(?:who|whom|whose|where|when|why|how|what|which|whats|whos|wheres|wich)\b",
    r"\b(?:who|whom|whose|where|when|why|how|what|which)\b",
    r"^\W*(?:is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|had|am)\b",
    r"\b(?:is|are|was|were|do|does|did|can|may|must|should|will|would|has|have|had)\b",
    r"\b(?:i|my|me|we|our|us)\b",
    r"\b(?:you|your|yourself|u)\b",
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
    *_OF_LIBRARY,
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
    r"\b(?:of|for|in|on|to|at|by|from|with|after|before|per|during|between|than)\b",
    r"\b(?:the|an?|this|that|these|those)\b",
    r"\b(?:number|date|price|costs?|fees?|times?|hours?|amount|limit|name|size|weight|height|length|deadline|meaning"
    r"|definition|percent\w*|rate|total|maximum|minimum|max|min|address|phone|email|year|age|count|capacity|duration"
    r"|salary|budget|owner|author|version|type|colou?r|status|location|speed|score|period|allowance|day|days|month"
    r"|required|allowed|included|needed|long|many|much|temperature|temp|distance|dimensions?|value|level|room)\b",
    r"\b(?:it|its|they|them|this one|that one|he|she)\b",
    r"^\W*(?:and|so|but|what about|how about)\b",
)
_SURE = {  # wordings that have one meaning, whatever follows
    "hits": r"^\W*(?:please |can you |could you )?(?:(?:find|show|give|get|list)(?: me| us)? |search for |look for )?"
    r"(?:(?:all|any|every|the) )*(?:mentions?|occurr?ences?|occurences?|references|passages?) (?:of|to|on|about|with) "
    r"|^\W*(?:everything|anything|all)(?: you have| there is| we have)? (?:about|on) |^\W*look (?:for|up) "
    r"|^(?:(?:\w[\w.]* ){0,3}§+ ?)?(?:[A-Za-z]{1,8}[-#./]?)?#?\d+(?:[-.:/()#]*\w+)*\)?$",  # a code or a number
    "summary": r"^\W*(?:please |can you |could you )?(?:summ?ari[sz]e|sum up|tl;?dr|(?:give me |write |make )?(?:an? )?"
    r"(?:(?:short|quick|brief|executive) )*(?:summary|synopsis|overview|gist|recap|rundown|key points) of)\b"
    r"|^\W*what(?:'s|’s|s| is| are) (?!it\b|that\b|he\b|she\b|they\b).{2,60} about\W*$",
}
_FUNCTION = next(k for k, pattern in enumerate(_PATTERNS) if pattern.startswith(r"\b(?:of|for|in|"))
_LIBRARY = re.compile(  # what an utterance about the library has
    "|".join((*_OF_LIBRARY, r"\b(?:pages?|collections?|open(?:ed)?|read)\b")), re.IGNORECASE
)
_STRONG = 2.0  # the scale of a pattern, beside vectors whose components are below 1
_COMPILED = tuple(re.compile(pattern, 0 if "[A-Z]" in pattern else re.IGNORECASE) for pattern in _PATTERNS)
_WORD = re.compile(r"[^\W_][\w'’.-]*")


class Kind(StrEnum):
    """What an utterance is."""

    QUESTION = "question"
    HITS = "hits"
    SUMMARY = "summary"
    LIBRARY = "library"
    COURTESY = "courtesy"


@dataclass(frozen=True, slots=True, eq=False)
class KindClassifier:
    """The fitted regression: one row of weights and one bias for each kind, and the thresholds of all but questions."""

    weights: npt.NDArray[np.float64]  # (kinds, dimensions + plain features)
    biases: npt.NDArray[np.float64]  # (kinds,)
    thresholds: Mapping[Kind, float]  # 0 to 1

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> KindClassifier:
        """The classifier in a file that ``to_json`` wrote."""
        fields = json.loads(path.read_text(encoding="utf-8"))
        thresholds = {Kind(kind): float(least) for kind, least in fields["thresholds"].items()}
        weights = np.array([fields["weights"][kind] for kind in Kind], dtype=np.float64)
        return cls(weights, np.array([fields["biases"][kind] for kind in Kind], dtype=np.float64), thresholds)

    def to_json(self) -> str:
        """The content of the file of weights, with four digits each."""
        fields = {
            "thresholds": {kind.value: least for kind, least in self.thresholds.items()},
            "biases": {kind.value: float(f"{bias:.4g}") for kind, bias in zip(Kind, self.biases, strict=True)},
            "weights": {
                kind.value: [float(f"{weight:.4g}") for weight in row]
                for kind, row in zip(Kind, self.weights, strict=True)
            },
        }
        return json.dumps(fields) + "\n"

    def probabilities(self, vectors: Vectors, utterances: list[str]) -> npt.NDArray[np.float64]:
        """The probability of each kind for each utterance, (n, kinds); ``vectors`` (n, dimensions) embed them."""
        scores = features(vectors, utterances) @ self.weights.T + self.biases
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: npt.NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return shares

    def kinds(self, vectors: Vectors, utterances: list[str]) -> list[Kind]:
        """The kind of each utterance; a question where no other kind reaches its threshold."""
        rows = self.probabilities(vectors, utterances)
        return [_sure_kind(said) or self._chosen(said, row) for said, row in zip(utterances, rows, strict=True)]

    def _chosen(self, utterance: str, probabilities: npt.NDArray[np.float64]) -> Kind:
        """The likeliest kind that reaches its threshold; about the library rather what has a word for it."""
        by_kind = dict(zip(Kind, probabilities.tolist(), strict=True))
        reached = [kind for kind, least in self.thresholds.items() if by_kind[kind] >= least]
        rather_asks = by_kind[Kind.QUESTION] > by_kind[Kind.LIBRARY] and _LIBRARY.search(utterance) is None
        if Kind.LIBRARY in reached and rather_asks:
            reached.remove(Kind.LIBRARY)
        return max(reached, key=by_kind.__getitem__, default=Kind.QUESTION)


def features(vectors: Vectors, utterances: list[str]) -> npt.NDArray[np.float64]:
    """The regression's input, (n, dimensions + plain features): vectors, then the plain features."""
    plain = np.array([plain_features(utterance) for utterance in utterances], dtype=np.float64)
    return np.hstack([vectors.astype(np.float64) * 4, plain])


def plain_features(utterance: str) -> list[float]:
    """Whether each pattern occurs, and counts of words, all from 0 to 2."""
    words = _WORD.findall(utterance)
    capitals = sum(word[0].isupper() for word in words[1:])
    found = [_STRONG * (pattern.search(utterance) is not None) for pattern in _COMPILED]
    length = len(words)
    bare = length <= 3 and not any(found[1:5]) and not found[_FUNCTION]
    return [
        *found,
        _STRONG * bare,
        float(length <= 1),
        float(length == 2),
        float(length == 3),
        float(length >= 6),
        min(length, 16) / 8,
        min(capitals, 4) / 2,
        capitals / max(length - 1, 1),
        float(bool(words) and words[0][0].isupper()),
    ]


def _sure_kind(utterance: str) -> Kind | None:
    found = (Kind(kind) for kind, pattern in _SURE.items() if re.search(pattern, utterance, re.IGNORECASE))
    return next(found, None)


@lru_cache(maxsize=1)
def kind_classifier() -> KindClassifier:
    """The classifier beside this module, loaded once."""
    return KindClassifier.load()


@lru_cache(maxsize=1)
def packaged_embedder() -> Embedder:
    """The embedder on whose vectors the classifier was fitted, for indexes that were built with another one."""
    return Embedder(IndexSettings())
