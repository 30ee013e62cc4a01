"""Questions without a predicate of their own ("And on Sundays?", "By whom?"), completed from the last question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile

from qa.conversation.followups.antecedents import ASKS, short_answer
from qa.conversation.followups.places import (
    ARTICLES,
    COUNTED,
    NUMBER,
    ONE,
    PHRASE,
    PREPOSITION,
    YES_NO,
    noun_phrases,
    places_for,
    possessors_for,
)
from qa.conversation.replies import Turn

_OPENING = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|no|not (?:that|this|him|her|it)|hm+|wait|sorry|then|rather|wrong \w+)\b[\s,.!]*)*"
    r"(?:(?:what|how) about|and for|i (?:actually )?(?:meant|mean|was asking (?:about|for))"
    r"|same (?:question )?for)?\b[\s,]*",
    re.IGNORECASE,
)
_MEANT = re.compile(r",? (?:(?:is what )?i (?:actually )?mean(?:t)?|too|as well|also|then|instead)$", re.IGNORECASE)
_NOT = re.compile(r"^(?P<meant>.+?),? not (?P<said>.+)$|^not (?P<first>.+?), (?:but )?(?P<then>.+)$", re.IGNORECASE)
_AGAIN = re.compile(  # "what was it in 2023": the last question at another time or place
    r"^(?:what|when|where|who|how (?:much|many|long)) (?:is|was|are|were|does|did) (?:it|that|this|they) "
    rf"(?P<phrase>{PREPOSITION} .+)$",
    re.IGNORECASE,
)
_ASKED = re.compile(rf"^(?:{PREPOSITION} )?(?:who|whom|whose|where|when|why|how|what|which)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|had|be|get|gets|happens?|costs?"
    r"|mean|means|(?:(?:who|what|where|when|why|how|that|there|here)['’]?|(?:it|he|she)['’])s)\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"^(?:please )?(?:list|show|give|tell|find|explain|define|describe|name(?! of\b))\s+\w", re.IGNORECASE
)
_TAIL = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|had)\b.*", re.IGNORECASE
)
_WHICH_THINGS = re.compile(r"(?:how (?:many|much)|which|what) \w", re.IGNORECASE)
_PREPOSITION = re.compile(PREPOSITION, re.IGNORECASE)
_OTHERWISE = re.compile(r"\b(?:if|when|unless|while|once)\b .+$", re.IGNORECASE)
_CASE = re.compile(
    r"(?:even )?(?:if|when|unless|while|once) (?!is\b|are\b|was\b|were\b|do\b|does\b|did\b|will\b)\w", re.IGNORECASE
)
_SUCH_ONE = re.compile(
    r"\b(?!(?:the|this|that|these|those|which|what|any|every|each|no|my|our|your|is|are|of|for)\b)[\w-]+ (ones?)\b"
    r"(?! of\b)",
    re.IGNORECASE,
)
_MANY = re.compile(r"^(?:how many|which|what) ((?:[a-z][\w-]+ ){0,2}?[a-z][\w-]+s)\b", re.IGNORECASE)
_NAMED = re.compile(r"[A-Z][^\W\d]|\w+\.\w")  # how an answer begins that has a name
_LONGEST = 7  # words of a fragment
_SHORT = 4  # words of a fragment that hardly says anything


def bare(utterance: str) -> tuple[str, bool]:
    """The utterance without its opening ("and", "what about", "I meant"), and whether it had one."""
    opening = _OPENING.match(utterance)
    length = opening.end() if opening else 0
    said = utterance[length:].strip(" ?!.,")
    rest = _MEANT.sub("", said)
    if length and _VERB.search(rest) is None:
        rest = rest.removesuffix(" there")  # "and the fee there?"
    if again := _AGAIN.match(rest):
        return again["phrase"], True
    return (rest, bool(utterance[:length].strip()) or rest != said) if rest else (utterance.strip(" ?!.,"), False)


def is_fragment(rest: str) -> bool:
    """Whether a bare utterance has no predicate: a noun phrase, a place or time, or only a question word."""
    return len(rest.split()) <= _LONGEST and _VERB.search(rest) is None and _REQUEST.match(rest) is None


def continues(rest: str) -> bool:
    """Whether a fragment says hardly anything by itself: a word, a number, a place or time, a noun with article."""
    words = rest.split()
    if not words or ASKS.match(rest):
        return False
    led = is_phrase(rest) or rest.lower().startswith(ARTICLES)
    return len(words) == 1 or (led and len(words) <= _SHORT) or NUMBER.fullmatch(rest) is not None


def is_phrase(words: str) -> bool:
    """Whether words begin with a preposition: "in week 1"."""
    return PHRASE.match(words) is not None


def named_one(words: str, last: Turn) -> str:
    """Words like "the Irish one" with the noun of the last question that they stand for: "the Irish diaspora"."""
    kind = ONE.match(words)
    nouns = noun_phrases(last.question) if kind else []
    return f"{kind['kind']} {last.question[slice(*nouns[-1])].split()[-1]}" if kind and nouns else words


def corrects(rest: str, last: Turn) -> bool:
    """Whether a fragment puts something in the place of what was asked: "M3 not M1" after "how long is M1?"."""
    said = _correction(rest)[1]
    return bool(said) and (said.lower() in last.question.lower() or rest.lower().startswith("not "))


def other_case(rest: str, last: Turn) -> str | None:
    """The last question in another case, for "if the rate is 6"; None for anything else."""
    if not _CASE.match(rest):
        return None
    asked = _OTHERWISE.sub("", last.question).rstrip(" ?!.,")
    return f"{asked} {rest}?" if asked else None


def with_noun(utterance: str, last: Turn) -> str | None:
    """An utterance with the noun for its "ones": "how many malicious ones" after "how many new projects"; else None."""
    found = _SUCH_ONE.search(utterance)
    if found is None:
        return None
    counted = COUNTED.match(last.question) or _MANY.match(last.question)
    nouns = [counted[1]] if counted else [last.question[slice(*span)] for span in noun_phrases(last.question)]
    if not nouns:
        return None
    noun = nouns[-1].split()[-1]
    noun = noun.removesuffix("s") if found[1].lower() == "one" else noun
    return f"{utterance[: found.start(1)]}{noun}{utterance[found.end(1) :]}"


def completions(rest: str, last: Turn) -> Iterator[str]:
    """Questions that a fragment may mean after the last turn, the likeliest first."""
    question = last.question.strip()
    if not question or not rest.split():
        return
    meant, said = _correction(rest)
    if said and said.lower() in question.lower():
        yield _replaced(question, *_span(question, said), meant)
    elif _ASKED.match(meant):
        yield from _with_tail(meant, question, last)
    else:
        yield from _with_entity(meant, question)


def _correction(rest: str) -> tuple[str, str]:
    """What a fragment means, and what it says that it does not mean; "" if it says no such thing."""
    found = _NOT.match(rest)
    if found is None:
        return rest, ""
    return (found["meant"] or found["then"]).strip(" ,"), (found["said"] or found["first"]).strip(" ,")


def _with_tail(rest: str, question: str, last: Turn) -> Iterator[str]:
    """Another question word: "By whom?" after "When was the hall built?" is "By whom was the hall built?"."""
    head = rest[0].upper() + rest[1:]
    asked = ASKS.match(question)
    answer = short_answer(last)
    if asked and asked[1].lower() in ("who", "which") and answer and not _TAIL.match(question[asked.end() :].strip()):
        yield f"{head} {answer}{question[asked.end() :]}"
    if asked and asked[1].lower() in ("who", "which", "what") and len(rest.split()) > 1 and _NAMED.match(answer):
        yield f"{head} for {answer}?"
    tail = _TAIL.search(question[:1].lower() + question[1:])
    if _WHICH_THINGS.match(rest) and tail and (predicate := YES_NO.match(tail[0])):
        verb, *following = predicate["verb"].split()
        adjunct = dropwhile(lambda word: not _PREPOSITION.fullmatch(word), following)  # without the verb's object
        yield " ".join((head, predicate.string[: predicate.start("verb")].strip(), verb, *adjunct)) + "?"
    if tail:
        yield f"{head} {tail[0]}"
    elif asked:
        yield f"{head}{question[asked.end() :]}"


def _with_entity(rest: str, question: str) -> Iterator[str]:
    """The last question about something else: what stands for the same thing in it is replaced."""
    phrase = PHRASE.match(rest)
    completed = list(_in_places(rest, question))
    yield from completed
    if next(possessors_for(phrase[2] if phrase else rest, question), None) is None:  # else one is asked about, not both
        yield f"{question.rstrip(' ?!.')} {rest if phrase else f'for {rest}'}?"
    if phrase and phrase[1].lower() == "for" and not completed:  # "and for oak" after "what does ash cost"
        yield from _in_places(phrase[2], question)


def _in_places(rest: str, question: str) -> Iterator[str]:
    """The question with the fragment in each of its places, without the question itself."""
    completed = (_replaced(question, *place) for place in places_for(rest, question))
    return (one for one in completed if one.lower() != question.lower())


def _span(question: str, words: str) -> tuple[int, int]:
    start = question.lower().index(words.lower())
    return start, start + len(words)


def _replaced(question: str, start: int, end: int, words: str) -> str:
    """The question with other words there; an article before them goes if they have their own or are a name."""
    before = question[:start]
    if words.lower().startswith(ARTICLES):
        before = re.sub(r"\b(?:the|an?) $", "", before, flags=re.IGNORECASE)
    elif words[:1].islower():
        before = re.sub(r"\b(?:an?) $", "", before, flags=re.IGNORECASE)
    return f"{before}{words}{question[end:]}"
