"""Small talk: the friendly line for each sort of it, and when a document's own words make it a question."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINES = (
    (
        r"\b(?:bye|goodbye|see you|gotta go|good ?night|cya|farewell)\b",
        "Goodbye. Ask about your documents again whenever you like.",
    ),
    (
        r"\b(?:thanks?|thx|ty|danke|merci|gracias|cheers|appreciate|perfect|great|awesome|brilliant|nice|well done"
        r"|impressive|exactly)\b",
        "You are welcome. Ask on about your documents whenever you like.",
    ),
    (
        r"\b(?:who are you|what are you|your name|robot|human|chatgpt|language model|an? ai|are you)\b",
        "I am Quoth. Ask me anything about your documents: I quote what they say with its place, and make nothing up.",
    ),
    (
        r"\b(?:wrong|bad|useless|sense|not what|hate|don'?t like|stop|ugh|kidding|too short|too long|frustrat\w*)\b",
        "I am sorry. I can only quote what the documents say; other words for the same question often help.",
    ),
    (
        r"\b(?:help|how do(?:es)?|how to|what do i|what can|use this|work)\b",
        "Ask a question in your own words, type a subject to see where it stands, or say “summarise” and a title.",
    ),
)
_HELLO = "Hello. Ask me anything about your documents, and I will quote what they say."
_STEREOTYPES = frozenset(
    "hi hello hey hiya howdy yo good morning afternoon evening day night thanks thank you so very much many thx ty "
    "cheers bye goodbye ok okay great nice perfect cool awesome sorry please help test testing hm hmm lol yes no wow "
    "who are what is your name a an the i am me quoth there again it that this do does how can work to in".split()
)
_WORD = re.compile(r"[^\W_]+")


def friendly_line(utterance: str) -> str:
    """One line that fits the utterance and says what can be asked."""
    return next((line for pattern, line in _LINES if re.search(pattern, utterance, re.IGNORECASE)), _HELLO)


def stands_in(utterance: str, texts: Iterable[str]) -> bool:
    """Whether some text holds the utterance word for word, and not only because it is what everybody says.

    "hello world" in a manual is a subject there; "thank you" at the end of a letter is none.
    """
    words = [word.lower() for word in _WORD.findall(utterance)]
    if len(words) < 2 or all(word in _STEREOTYPES for word in words):
        return False
    phrase = " ".join(words)
    return any(phrase in " ".join(word.lower() for word in _WORD.findall(text)) for text in texts)
