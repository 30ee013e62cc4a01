"""Follow-up questions: conversational question rewriting by rules, without a language model.

"How long will he stay?" after "Who flew to the station?" (Jonathan Kim) becomes "How long will Jonathan Kim stay?". The
rewritten question is self-contained (Elgohary et al. 2019, "Can You Unpack That?"), so it can be shown, edited,
searched and answered like any other. The rules give several readings; which one is meant is decided by the documents
(``qa.conversation.conversation``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from qa.conversation.followups.antecedents import ASKS, NAME, filled, possible_antecedents, pronoun_in, subject
from qa.conversation.followups.fragments import (
    bare,
    completions,
    continues,
    corrects,
    is_fragment,
    is_phrase,
    named_one,
    other_case,
    with_noun,
)
from qa.conversation.replies import Turn
from qa.words import FUNCTION_WORDS, in_english

_MOST = 6  # readings
_AS_TYPED = 0.3  # the price of taking an utterance as typed that points to an earlier one
_FIRST, _NEXT = 0.02, 0.03  # the price of the likeliest completion, and what each further one adds
_APPENDED = 0.12  # the price of appending the topic
_ADDED = 0.15  # what a completion costs more that only adds to the last question
_STANDS_ALONE = 3  # content words
_ONLY_ASKS = re.compile(
    r"^(?:\w+ )?(?:whom|whose|where|when|why)\b(?: \w+)?$|^(?:who|what|which|how)$|^how \w+(?: \w+)?$"
    r"|^(?!who\b|what\b|which\b)\w+ (?:who|what|which|how)\b",
    re.IGNORECASE,
)
_LED = re.compile(  # a topic, and then what is asked about it
    r"^(?:back to )?(?P<topic>(?!(?:if|when|where|who|what|which|how|why|because|after|before|once|while)\b)"
    r"[^,:.?!]{2,50})"
    r"[,:.] (?P<asked>(?:(?:in|on|at|by|for|to|since|until) )?(?:who|whom|whose|what|which|how|when|where|why)\b.*)$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:(?:in|on|at|by|for|to|since|until) )?(?:who|whom|whose|what|what['’]?s|which|how|when|where|why|is|are|was"
    r"|were|do|does|did|can|could|may|must|should|will|would|has|have|had)\b",
    re.IGNORECASE,
)
_MEANT = re.compile(r"\bi (?:actually )?mean(?:t)?\b", re.IGNORECASE)
_CORRECTING = re.compile(r"^\W*(?:no|sorry|wait|not|wrong)\b", re.IGNORECASE)
_TALKS = re.compile(  # said to the program, or a wish for a summary
    r"\b(?:thanks?|thank you|you|your|hello|hi|bye|ok(?:ay)?\W*$|sure|really|seriously|right\W*$|correct|sorry|please"
    r"|help|summ?ar\w*|sum|gist|overview|recap|points|tl;?dr|about|this work)\b",
    re.IGNORECASE,
)
_OWNED = re.compile(r"^(?:his|hers?|its|their) \w", re.IGNORECASE)  # "its width", asked without a verb
_SUPERLATIVE = re.compile(r"\b(?:the|which|what) (?:\w+ ){0,2}(?:most|least|\w{2,}est)\b", re.IGNORECASE)
_WORD = re.compile(r"[\w’'-]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A question that an utterance may mean, and its distance from what was typed as a share of probability."""

    question: str
    price: float  # 0 to 1; what is taken off the probability of its answer


def readings(utterance: str, turns: Sequence[Turn]) -> list[Reading]:
    """The questions that an utterance may mean after these turns, as typed among them; only that if it stands alone."""
    if not turns or _asks_in_another_language(utterance):
        return [Reading(utterance, 0.0)]
    rest, opened = bare(utterance)
    last = turns[-1]
    pronoun = pronoun_in(utterance)
    fragment = is_fragment(rest)
    found: Iterator[str]
    if led := _LED.match(rest):
        found = iter((_about(named_one(led["topic"], last), led["asked"]),))
        return _priced(found, utterance, _AS_TYPED if opened or pronoun else 0.0)
    if opened and (otherwise := other_case(rest, last)):
        found = iter((otherwise,))
    elif fragment and pronoun is not None and _OWNED.match(rest):
        owners = possible_antecedents(pronoun[0], turns, utterance)
        found = (f"what is {bare(filled(utterance, pronoun, owner))[0]}?" for owner in owners)
    elif fragment and (opened or corrects(rest, last) or (pronoun is None and (asks_only(rest) or continues(rest)))):
        found = completions(rest, last)
    elif pronoun is not None:
        topics = possible_antecedents(pronoun[0], turns, utterance)
        found = (filled(utterance, pronoun, topic) for topic in topics)
    elif named := with_noun(utterance, last):
        return _priced(iter((named,)), utterance, 0.0)
    elif _stands_alone(rest, utterance):
        return [Reading(utterance, 0.0)]
    else:
        return _with_topic(utterance, turns)
    return _priced(found, utterance, _AS_TYPED, last.question)


def _asks_in_another_language(utterance: str) -> bool:
    """Whether it is a whole question in German, French or Spanish, whose verbs the rules do not know."""
    asked = in_english(utterance)
    return asked != utterance and ((ASKS.match(asked) is not None and len(asked.split()) > 2) or not is_fragment(asked))


def _priced(found: Iterator[str], utterance: str, as_typed: float, asked: str = "") -> list[Reading]:
    """The completions with their prices, and the utterance as typed, which comes first if it may stand alone.

    One that only adds to the whole question ``asked`` before costs more than one that replaces something in it.
    """
    whole = asked.rstrip(" ?!.")
    completed = [
        Reading(text, _FIRST + _NEXT * k + (_ADDED if whole and text.startswith(whole) else 0.0))
        for k, text in enumerate(islice(_distinct(found), _MOST - 1))
    ]
    typed = Reading(utterance, as_typed if completed else 0.0)
    return [*completed, typed] if typed.price else [typed, *completed]


def _about(topic: str, asked: str) -> str:
    """A question about a topic that is named before it: "and the barn, when is it open" is "when is the barn open"."""
    pronoun = pronoun_in(asked)
    if pronoun is not None:
        return filled(asked, pronoun, topic)
    return f"{asked} {topic if is_phrase(topic) else f'for {topic}'}?"


def asks_on(utterance: str, last: Turn) -> bool:
    """Whether an utterance asks about what was said last: "when?", "was that a success", "no, the barn i mean"."""
    rest, opened = bare(utterance)
    if opened and _CORRECTING.match(utterance) and NAME.fullmatch(rest):
        return True
    if _TALKS.search(utterance):
        return False
    if asks_only(rest) or corrects(rest, last):
        return True
    points = pronoun_in(utterance) is not None or is_fragment(rest)
    return points and (
        utterance.endswith("?") or _ASKS.match(rest) is not None or (opened and _MEANT.search(utterance) is not None)
    )


def asks_only(rest: str) -> bool:
    """Whether a fragment has nothing but a question word and what belongs to it: "by whom", "in which city"."""
    return _ONLY_ASKS.match(rest) is not None


def _stands_alone(rest: str, utterance: str) -> bool:
    """Whether an utterance names what it asks about: a name inside it, or several words that say something."""
    if any(found.start() > 0 for found in NAME.finditer(utterance)) and len(rest.split()) > 2:
        return True
    said = [word for word in _WORD.findall(rest.lower()) if word not in FUNCTION_WORDS]
    return len(said) >= _STANDS_ALONE or _SUPERLATIVE.search(rest) is not None


def _with_topic(utterance: str, turns: Sequence[Turn]) -> list[Reading]:
    """As typed, and with the last topic appended."""
    typed = Reading(utterance, 0.0)
    topic = subject(turns[-1].question)
    if topic is None or topic.lower() in utterance.lower():
        return [typed]
    return [typed, Reading(f"{utterance.rstrip(' ?!.')} for {topic}?", _APPENDED)]


def _distinct(texts: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for text in texts:
        if text.lower() not in seen:
            seen.add(text.lower())
            yield text
