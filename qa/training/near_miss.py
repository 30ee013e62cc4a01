"""Near misses: questions that a passage almost answers, made from questions that it does answer.

A word is replaced by its opposite, a name by another name of the passage, or a number by another number. People wrote
unanswerable questions of these kinds for SQuAD 2.0 (Rajpurkar et al. 2018). The passage does not answer the new
question, so its gold label is the null.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from index import stem_words

_OPPOSITES = """
first final|before after|largest smallest|biggest smallest|highest lowest|most least|more less|more fewer
north south|northern southern|east west|eastern western|increase decrease|increased decreased
increases decreases|began ended|begin end|begins ends|start stop|starts stops|started stopped|won lost
win lose|male female|men women|above below|older younger|oldest youngest|minimum maximum|import export
imported exported|enable disable|enables disables|enabled disabled|add remove|adds removes|added removed
allow prevent|allows prevents|allowed prevented|early late|earlier later|earliest latest|left right|top bottom
inside outside|include exclude|includes excludes|included excluded|open close|opened closed|opens closes
same different|strong weak|stronger weaker|long short|longer shorter|longest shortest|hot cold|rich poor
public private|upper lower|input output|read write|reads writes|send receive|sent received|old new|high low
higher lower|large small|larger smaller|fast slow|faster slower|positive negative|accept reject
accepted rejected|support oppose|supported opposed|gain lose|gained lost|local remote|always never|buy sell
bought sold|born died|legal illegal|internal external|ancient modern|encrypt decrypt|install uninstall
create delete|creates deletes|created deleted|join leave|joined left|attack defend|attacked defended
best worst|majority minority|show hide|shows hides|easy difficult
""".replace("\n", "|")
_TWINS: dict[str, list[str]] = {}
for _one, _other in (pair.split() for pair in _OPPOSITES.split("|") if pair.strip()):
    _TWINS.setdefault(_one, []).append(_other)
    _TWINS.setdefault(_other, []).append(_one)

_WORD = re.compile(r"[A-Za-z]+")
_NAME = re.compile(r"\b[A-Z][\w'’.-]*\w(?:\s+(?:(?:of|the|de|van)\s+)?[A-Z][\w'’.-]*\w)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")


def twist(question: str, passage: str, rng: random.Random) -> str | None:
    """The question with one word, name or number replaced; None if there is nothing to replace."""
    ways: list[Callable[[str, str, random.Random], str | None]] = [_opposite, _other_name, _other_number]
    rng.shuffle(ways)
    found = (way(question, passage, rng) for way in ways)
    return next((twisted for twisted in found if twisted and twisted != question), None)


def _opposite(question: str, _passage: str, rng: random.Random) -> str | None:
    words = [match for match in _WORD.finditer(question) if match.group().lower() in _TWINS]
    if not words:
        return None
    match = rng.choice(words)
    return _exchange(question, match, rng.choice(_TWINS[match.group().lower()]))


def _other_name(question: str, passage: str, rng: random.Random) -> str | None:
    names = [match for match in _NAME.finditer(question) if match.start() > 0]
    mine = _stems(question)
    others = sorted({name for name in _names(passage) if not mine & _stems(name)})
    return _exchange(question, rng.choice(names), rng.choice(others)) if names and others else None


def _other_number(question: str, passage: str, rng: random.Random) -> str | None:
    numbers = list(_NUMBER.finditer(question))
    if not numbers:
        return None
    match = rng.choice(numbers)
    number = match.group().strip(".,")
    alike = {n.strip(".,") for n in _NUMBER.findall(passage)} - set(_NUMBER.findall(question))
    others = sorted(other for other in alike if len(other) == len(number))
    if others:
        return _exchange(question, match, rng.choice(others))
    return _exchange(question, match, str(int(number) + rng.choice((1, 3, 10, 30)))) if number.isdigit() else None


def _names(passage: str) -> Sequence[str]:
    """Names in a passage: capitalised words that never occur in lower case there."""
    plain = set(_WORD.findall(passage))
    names = [match.group() for match in _NAME.finditer(passage)]
    return [name for name in names if len(name) > 2 and not any(word.lower() in plain for word in _WORD.findall(name))]


def _stems(text: str) -> set[str]:
    return set(stem_words(word.lower() for word in _WORD.findall(text)))


def _exchange(question: str, match: re.Match[str], word: str) -> str:
    if match.group()[0].isupper():
        word = word[0].upper() + word[1:]
    return question[: match.start()] + word + question[match.end() :]
