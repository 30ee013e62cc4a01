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

from qa.conversation.antecedents import ASKS, NAME, filled, possible_antecedents, pronoun_in, subject
from qa.conversation.fragments import bare, completions, corrects, is_fragment, is_phrase, named_one
from qa.conversation.replies import Turn
from qa.text import FUNCTION_WORDS

_MOST = 6  # readings
_AS_TYPED = 0.3  # the price of taking an utterance as typed that points to an earlier one
_FIRST, _NEXT = 0.02, 0.03  # the price of the likeliest completion, and what each further one adds
_APPENDED = 0.12  # the price of appending the topic
_STANDS_ALONE = 4  # content words
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
_WORD = re.compile(r"[\w’'-]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A question that an utterance may mean, and its distance from what was typed as a share of probability."""

    question: str
    price: float  # 0 to 1; what is taken off the probability of its answer


def readings(utterance: str, turns: Sequence[Turn]) -> list[Reading]:
    """The questions that an utterance may mean after these turns, as typed among them; only that if it stands alone."""
    if not turns:
        return [Reading(utterance, 0.0)]
    rest, opened = bare(utterance)
    pronoun = pronoun_in(utterance)
    fragment = is_fragment(rest)
    found: Iterator[str]
    if led := _LED.match(rest):
        found = iter((_about(named_one(led["topic"], turns[-1]), led["asked"]),))
        return _priced(found, utterance, _AS_TYPED if opened or pronoun else 0.0)
    if fragment and (opened or corrects(rest, turns[-1]) or (pronoun is None and _asks_only(rest))):
        found = completions(rest, turns[-1])
    elif pronoun is not None:
        topics = possible_antecedents(pronoun[0], turns, utterance)
        found = (filled(utterance, pronoun, topic) for topic in topics)
    elif _stands_alone(rest, utterance):
        return [Reading(utterance, 0.0)]
    else:
        return _with_topic(utterance, rest, turns, fragment=fragment)
    return _priced(found, utterance, _AS_TYPED)


def _priced(found: Iterator[str], utterance: str, as_typed: float) -> list[Reading]:
    """The completions with their prices, and the utterance as typed, which comes first if it may stand alone."""
    completed = [Reading(text, _FIRST + _NEXT * k) for k, text in enumerate(islice(_distinct(found), _MOST - 1))]
    typed = Reading(utterance, as_typed if completed else 0.0)
    return [*completed, typed] if typed.price else [typed, *completed]


def _about(topic: str, asked: str) -> str:
    """A question about a topic that is named before it: "and the barn, when is it open" is "when is the barn open"."""
    pronoun = pronoun_in(asked)
    if pronoun is not None:
        return filled(asked, pronoun, topic)
    return f"{asked} {topic if is_phrase(topic) else f'for {topic}'}?"


def _asks_only(rest: str) -> bool:
    """Whether a fragment has nothing but a question word and what belongs to it: "by whom", "in which city"."""
    return _ONLY_ASKS.match(rest) is not None


def _stands_alone(rest: str, utterance: str) -> bool:
    """Whether an utterance names what it asks about: a name inside it, or several words that say something."""
    if any(found.start() > 0 for found in NAME.finditer(utterance)) and len(rest.split()) > 2:
        return True
    said = [word for word in _WORD.findall(rest.lower()) if word not in FUNCTION_WORDS]
    return len(said) >= _STANDS_ALONE


def _with_topic(utterance: str, rest: str, turns: Sequence[Turn], *, fragment: bool) -> list[Reading]:
    """As typed; with the last topic appended; and for a fragment the last question about it."""
    found = [Reading(utterance, 0.0)]
    topic = subject(turns[-1].question)
    if topic and topic.lower() not in utterance.lower():
        found.append(Reading(f"{utterance.rstrip(' ?!.')} for {topic}?", _APPENDED))
    if fragment and not ASKS.match(rest):
        completed = islice(_distinct(completions(rest, turns[-1])), 2)
        found += [Reading(text, _APPENDED + _NEXT * k) for k, text in enumerate(completed)]
    return found[:_MOST]


def _distinct(texts: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for text in texts:
        if text.lower() not in seen:
            seen.add(text.lower())
            yield text
