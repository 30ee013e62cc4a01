"""Questions without a predicate of their own ("And on Sundays?", "By whom?"), completed from the last question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.conversation.antecedents import ASKS, NAME, short_answer
from qa.conversation.replies import Turn
from qa.text import FUNCTION_WORDS

_OPENING = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|no|not (?:that|this|him|her|it)|hm+|wait|sorry|then|rather|wrong \w+)\b[\s,.!]*)*"
    r"(?:(?:what|how) about|and for|i (?:actually )?(?:meant|mean|was asking (?:about|for))"
    r"|same (?:question )?for)?\b[\s,]*",
    re.IGNORECASE,
)
_MEANT = re.compile(r",? (?:is what )?i (?:actually )?mean(?:t)?$", re.IGNORECASE)
_NOT = re.compile(r"^(?P<meant>.+?),? not (?P<said>.+)$|^not (?P<first>.+?), (?:but )?(?P<then>.+)$", re.IGNORECASE)
_ONE = re.compile(r"^(?P<kind>(?:the|an?|my|our) .+) ones?$", re.IGNORECASE)
_PREPOSITION = (
    r"(?:in|on|at|for|during|from|to|by|with|without|under|over|after|before|since|until|as|of|per|between|within)"
)
_PHRASE = re.compile(rf"^({_PREPOSITION}) (.+)$", re.IGNORECASE)
_ASKED = re.compile(rf"^(?:{_PREPOSITION} )?(?:who|whom|whose|where|when|why|how|what|which)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|had|'s|be|get|gets|happens?|costs?"
    r"|mean|means)\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"^(?:please )?(?:list|show|give|tell|find|explain|define|describe|name(?! of\b))\s+\w", re.IGNORECASE
)
_TAIL = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|had)\b.*", re.IGNORECASE
)
_NOUN_PHRASE = re.compile(
    r"\b(?:the|an?|my|our|your|this|that) (?:[\w’'-]+ ){0,2}?[\w’'-]+(?=\W*$| (?:in|on|at|of|by|to|for|from|with|is|are"
    r"|was|were|do|does|did|has|have|had|can|may|must|open|close|cost|take|need|work|get|be|per)\b)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b\d[\w.,-]*\b")
_CONTENT = re.compile(r"\b[a-z][\w-]{2,}\b")
_SUBJECT = re.compile(
    r"\b(?:do|does|did|can|could|may|must|should|will|would) "
    r"((?:the|an?|my|our|your|this|that) (?:[\w’'-]+ ){0,3}?[\w’'-]+)(?= [\w-]+\W*$)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"^(?:how (?:many|much)|which|what) ((?:more )?[a-z][\w-]+)\b(?= (?:is|are|was|were|do|does|did|can)\b)", re.I
)
_ARTICLES = ("the ", "a ", "an ", "my ", "our ", "your ")
_NAMED = re.compile(r"[A-Z][^\W\d]|\w+\.\w")  # how an answer begins that has a name
_LONGEST = 7  # words of a fragment


def bare(utterance: str) -> tuple[str, bool]:
    """The utterance without its opening ("and", "what about", "I meant"), and whether it had one."""
    opening = _OPENING.match(utterance)
    length = opening.end() if opening else 0
    said = utterance[length:].strip(" ?!.,")
    rest = _MEANT.sub("", said)
    return (rest, bool(utterance[:length].strip()) or rest != said) if rest else (utterance.strip(" ?!.,"), False)


def is_fragment(rest: str) -> bool:
    """Whether a bare utterance has no predicate: a noun phrase, a place or time, or only a question word."""
    return len(rest.split()) <= _LONGEST and _VERB.search(rest) is None and _REQUEST.match(rest) is None


def is_phrase(words: str) -> bool:
    """Whether words begin with a preposition: "in week 1"."""
    return _PHRASE.match(words) is not None


def named_one(words: str, last: Turn) -> str:
    """Words like "the Irish one" with the noun of the last question that they stand for: "the Irish diaspora"."""
    kind = _ONE.match(words)
    nouns = _noun_phrases(last.question) if kind else []
    return f"{kind['kind']} {last.question[slice(*nouns[-1])].split()[-1]}" if kind and nouns else words


def corrects(rest: str, last: Turn) -> bool:
    """Whether a fragment puts something in the place of what was asked: "M3 not M1" after "how long is M1?"."""
    said = _correction(rest)[1]
    return bool(said) and (said.lower() in last.question.lower() or rest.lower().startswith("not "))


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
    tail = _TAIL.search(question)
    if tail:
        yield f"{head} {tail[0]}"
    elif asked:
        yield f"{head}{question[asked.end() :]}"


def _with_entity(rest: str, question: str) -> Iterator[str]:
    """The last question about something else: what stands for the same thing in it is replaced."""
    seen = {question.lower()}
    for start, end, words in _places(rest, question):
        completed = _replaced(question, start, end, words)
        if completed.lower() not in seen:
            seen.add(completed.lower())
            yield completed
    phrase = rest if _PHRASE.match(rest) else f"for {rest}"
    yield f"{question.rstrip(' ?!.')} {phrase}?"


def _places(rest: str, question: str) -> Iterator[tuple[int, int, str]]:
    """Ranges of the question that the fragment may replace, each with the words to put there; the likeliest first."""
    phrase = _PHRASE.match(rest)
    if phrase:
        for found in re.finditer(
            rf"\b{phrase[1]} ((?:the |an? )?[\w’'-]+(?: [A-Z][\w’'-]*)*)", question, re.IGNORECASE
        ):
            yield (*found.span(), rest)
        return
    if _NUMBER.match(rest):
        yield from ((*found.span(), rest) for found in reversed(list(_NUMBER.finditer(question))))
    nouns = _noun_phrases(question)
    has_article = rest.lower().startswith(_ARTICLES)
    if kind := _ONE.match(rest):
        yield from ((*span, f"{kind['kind']} {question[slice(*span)].split()[-1]}") for span in nouns)
    if has_article:
        head = rest.split()[-1].lower()
        yield from ((*span, rest) for span in nouns if question[slice(*span)].split()[-1].lower() == head)
        yield from ((*span, rest) for span in reversed(nouns))
    names = [found.span() for found in NAME.finditer(question) if found.start() > 0]
    names = [span for span in names if question[slice(*span)].split()[0].lower() not in FUNCTION_WORDS]
    ordered = sorted(names, key=lambda span: span[0]) if rest[:1].isupper() else []
    yield from ((*span, rest) for span in ordered)
    if counted := _COUNTED.match(question):
        yield (*counted.span(1), rest)
    words = [found.span() for found in _CONTENT.finditer(question) if found[0].lower() not in FUNCTION_WORDS]
    rest_of_them = names if has_article and nouns else [*names, *reversed(words)]
    yield from ((*span, rest) for span in [*reversed(nouns), *rest_of_them])


def _noun_phrases(question: str) -> list[tuple[int, int]]:
    """The ranges of descriptions with an article, in order: before a verb at the end the whole subject."""
    whole = [found.span(1) for found in _SUBJECT.finditer(question)]
    parts = [found.span() for found in _NOUN_PHRASE.finditer(question)]
    return sorted({*whole, *(one for one in parts if all(one[0] != other[0] for other in whole))})


def _span(question: str, words: str) -> tuple[int, int]:
    start = question.lower().index(words.lower())
    return start, start + len(words)


def _replaced(question: str, start: int, end: int, words: str) -> str:
    """The question with other words there; an article before them goes if they have their own or are a name."""
    before = question[:start]
    if words.lower().startswith(_ARTICLES):
        before = re.sub(r"\b(?:the|an?) $", "", before, flags=re.IGNORECASE)
    return f"{before}{words}{question[end:]}"
