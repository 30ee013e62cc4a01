"""Follow-up questions: conversational question rewriting by rules, without a language model.

"How long will he stay?" after "Who flew to the station?" (Jonathan Kim) becomes "How long will Jonathan Kim stay?". The
rewritten question is self-contained (Elgohary et al. 2019, "Can You Unpack That?"), so it can be shown, edited,
searched and answered like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_PERSON = {"he": "", "him": "", "she": "", "his": "'s", "her": "", "hers": "'s"}
_THING = {"it": "", "its": "'s"}
_SEVERAL = {"they": "", "them": "", "their": "'s", "theirs": "'s"}
_PLACE = {"there": ""}
_PRONOUN = re.compile(r"\b(he|him|his|she|hers?|its?|they|them|theirs?|there)\b(?!['’])", re.IGNORECASE)
_EXPLETIVE = re.compile(
    r"\b(is|are|was|were|will|has|have|had|can|could) there\b(?=\s+\w)|\bthere (is|are|was|were)\b"
    r"|\b(is|was|does|did|will|would) it (rain|possible|necessary|true|mean|take|cost to)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b(?:[A-Z][\w’'-]*|\d[\w.-]*)(?:(?: (?:of|the|and|de|von|van))? (?:[A-Z][\w’'-]*|\d[\w.-]*))*")
_DESCRIPTION = re.compile(  # "the first stage" if a verb or preposition follows, otherwise "the stage"
    r"\b(?:the|this|that|an?) (?:(?:[\w-]+ ){1,2}[\w-]+(?= (?:is|are|was|were|did|do|does|has|have|had|in|on|at|of|by"
    r"|to|for|from|with|used|called|that|which|who)\b)|[\w-]+)",
    re.IGNORECASE,
)
_ASKS = re.compile(r"^\W*(?:and |but |so )?(who|whom|whose|where|when|why|how|what|which)\b", re.IGNORECASE)
_BARE = re.compile(r"^\W*(?:and|but|so|what about|how about)\b[\s,]*(.*?)\W*$", re.IGNORECASE)
_LONGEST_TOPIC = 8  # words; a longer answer is a statement, which no pronoun refers to
_NOT_NAMES = frozenset(
    "who whom whose where when why how what which is are was were did do does can will the a an in on at".split()
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of the conversation, as rewritten, and its answer ("" if none was found)."""

    question: str
    answer: str = ""


def understand(question: str, turns: Sequence[Turn]) -> str:
    """The question, with pronouns and ellipses resolved from earlier turns; unchanged if it is self-contained."""
    if not turns:
        return question
    completed = _complete(question, turns[-1])
    found = _PRONOUN.search(_without_expletives(completed))
    if found is None:
        return completed
    topic = _topic(found[0].lower(), turns, completed)
    if topic is None:
        return completed
    suffix = _suffix(found[0].lower(), completed[found.end() :])
    preposition = (
        "at " if found[0].lower() == "there" and not topic.lower().startswith(("in ", "at ", "on ", "from ")) else ""
    )
    return completed[: found.start()] + preposition + topic + suffix + completed[found.end() :]


def _without_expletives(question: str) -> str:
    """The question with expletives ("is there a …", "does it take …") overwritten; offsets stay the same."""
    return _EXPLETIVE.sub(lambda found: "\0" * len(found[0]), question)


def _complete(question: str, last: Turn) -> str:
    """An elliptical question ("And when?", "What about Ryzhikov?"), completed with the words of the last question."""
    bare = _BARE.match(question)
    rest = bare[1] if bare else question.strip(" ?!.")
    if bare and rest and not _ASKS.match(rest) and _subject(last.question):
        return last.question.replace(str(_subject(last.question)), rest, 1)
    if len(rest.split()) == 1 and (asked := _ASKS.match(rest)):
        old = _ASKS.match(last.question)
        tail = last.question[old.end() :] if old else f" {last.question}"
        return f"{asked[1].capitalize()}{tail}"
    return question


def _topic(pronoun: str, turns: Sequence[Turn], question: str) -> str | None:
    """The antecedent of the pronoun: the most recent one that agrees with it and is not in the question already."""
    for turn in reversed(turns):
        for candidate in _candidates(pronoun, turn):
            if candidate.lower() not in question.lower():
                return candidate
    return None


def _candidates(pronoun: str, turn: Turn) -> Iterator[str]:
    asked = _ASKS.match(turn.question)
    word = asked[1].lower() if asked else ""
    answer = turn.answer.strip() if 0 < len(turn.answer.split()) <= _LONGEST_TOPIC else ""
    fits = {
        **dict.fromkeys(_PERSON, word in ("who", "whom", "whose")),
        **dict.fromkeys(_SEVERAL, word in ("who", "whom", "whose", "what", "which")),
        **dict.fromkeys(_THING, word in ("what", "which") and not answer[:1].isdigit()),
        **dict.fromkeys(_PLACE, word == "where"),
    }[pronoun]
    if answer and fits:
        yield answer
    if subject := _subject(turn.question):
        yield subject


def _subject(question: str) -> str | None:
    """The first name in a question, or else its first description ("the first stage")."""
    names = [found[0] for found in _NAME.finditer(question) if found[0].split()[0].lower() not in _NOT_NAMES]
    if names:
        return names[0].removesuffix("'s").removesuffix("’s")
    found = _DESCRIPTION.search(question)
    return found[0] if found else None


def _suffix(pronoun: str, after: str) -> str:
    """The possessive ending, or ""; "her" is possessive only before a noun ("her ship", not "saw her in")."""
    if pronoun == "her":
        following = re.match(r"\s+([a-z]+)", after)
        return "'s" if following and following[1] not in ("in", "on", "at", "to", "from", "by", "with", "and") else ""
    return {**_PERSON, **_THING, **_SEVERAL, **_PLACE}[pronoun]
