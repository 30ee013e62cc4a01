"""What a pronoun may stand for: answers and subjects of earlier turns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from qa.conversation.replies import Turn
from qa.words import FUNCTION_WORDS

_PERSON = {"he": "", "him": "", "she": "", "his": "'s", "her": "", "hers": "'s"}
_THING = {"it": "", "its": "'s", "this": "", "that": "", "this one": "", "that one": ""}
_SEVERAL = {"they": "", "them": "", "their": "'s", "theirs": "'s", "these": "", "those": ""}
_PLACE = {"there": ""}
_PRONOUN = re.compile(
    r"\b(he|him|his|she|hers?|its?|they|them|theirs?|there|(?:this|that)(?: one)?(?=\W*$| (?:do|does|did|cost|mean|is"
    r"|was|has|work|apply|happen|come|be)\b)|(?<=of )(?:that|this|these|those)\b"
    r"|(?:(?<=\bis )|(?<=\bwas ))that(?= (?:an?|per|allowed|enough|included|in|on|at)\b)"
    r"|(?:these|those)(?=\W*$| (?:do|did|cost|mean|are|were|have)\b))(?!['’])\b",
    re.IGNORECASE,
)
_TRADE = re.compile(r"\bIT\b(?!\W*$)")  # information technology, unless it ends the question
_EXPLETIVE = re.compile(
    r"\b(is|are|was|were|will|has|have|had|can|could) there\b(?=\s+\w)|\bthere (is|are|was|were)\b"
    r"|\bhow (?:many|much) (?:[\w-]+ ){1,4}(is|are|was|were) there(?=\W*$)"
    r"|\b(is|was|does|did|will|would) it (rain|possible|necessary|true|mean|take|cost to)\b",
    re.IGNORECASE,
)
NAME = re.compile(
    r"\b(?:[A-Z][\w’'-]*|\d[\w.-]*)(?:(?: (?:(?:of|for) the|of|the|and|de|von|van))? (?:[A-Z][\w’'-]*|\d[\w.-]*))*"
)
DESCRIPTION = re.compile(  # "the first stage" if a verb, a preposition or nothing follows, otherwise "the stage"
    r"\b(?:the|this|that|an?) (?:(?:[\w-]+ ){0,2}?[\w-]+(?=\W*$| (?:is|are|was|were|did|do|does|has|have|had|in|on|at"
    r"|of|by|to|for|from|with|about|used|called|that|which|who|need|take|cost|open|close|run|start|begin|get|go|work|make|use|sell"
    r"|pay|use|end|last|come|say|mean|weigh|hold|carry|fly|set)\b)|[\w-]+)",
    re.IGNORECASE,
)
_OWN = re.compile(  # something in the question itself that a later pronoun refers to
    r"\b(?:the|an?|every|each|all|some|any|my|our|your) [\w-]+|\b(?:do|does|did|can|may|must|should|will|have|are|were)"
    r" (?!not\b|i\b|we\b|you\b|he\b|she\b|it\b|they\b|the\b|an?\b|there\b|this\b|that\b)[a-z][\w-]+"
    r"|(?<!^)(?<!\W )\b[A-Z][\w-]+",
)
_CLAUSE = re.compile(r"\b(?:if|when|once|after|before|because|while|until|unless|that|who|which|whether|and)\b", re.I)
_LINK = re.compile(
    r"\b(?:of|for|in|on|at|to|by|with|from|about|is|are|was|were|do|does|did|can|will|has|have|had|be)\s*$", re.I
)
_AUXILIARY = re.compile(r"\b(?:do|does|did|can|could|may|must|should|will|would)\s+$", re.IGNORECASE)
_PARTICLE = re.compile("in|on|at|of|by|to|for|from|with|into|through|up|off|out|down|over", re.IGNORECASE)
_AFTER_VERB = re.compile(rf"\W*$| (?:{_PARTICLE.pattern}|the|an?)\b", re.IGNORECASE)
_BE = re.compile(r"^\W*(?:is|are|was|were)\b", re.IGNORECASE)
_MODIFIED = re.compile(r"\b(?:the|an?) (?:[a-z][\w-]* ){1,2}[A-Z][\w’'-]*")  # "a fixed wing UAV"
_NO_ACTOR = r"(?!(?:the|an?|my|our|your|i|we|you|they|it|there|this|that|he|she|not)\b)"
_AFTER = r"(?:the|an?|in|on|at|to|by|for|of|from|with|it|his|her|its|their|when|as)\b"
_ACTOR = re.compile(  # a person in lower case: "when did gilbert publish it", "how long was amy baldwin a professor"
    rf"\b(?:(?:do|does|did|will|can|could) {_NO_ACTOR}(?P<acts>[a-z]\w+(?: [a-z]\w+(?= (?!{_AFTER})\w))?)"
    rf"|(?:is|was) {_NO_ACTOR}(?P<is>[a-z]\w+(?: [a-z]\w+)?)(?= (?:the|an?)\b))",
    re.IGNORECASE,
)
_POSSESSIVE = frozenset(("his", "her", "hers", "its", "their", "theirs"))
ASKS = re.compile(r"^\W*(?:and |but |so )?(who|whom|whose|where|when|why|how|what|which)\b", re.IGNORECASE)
_WHO_IS = re.compile(
    r"^\W*who(?:'s| is| was) ((?!the |an? |my |our )[\w.’'-]+(?: (?!for |of |in )[\w.’'-]+){0,2})\W*$", re.I
)
_WHO_DID = re.compile(r"^\W*(?:who|what|which) [a-z]+(?:ed|s|ote|ade|ought|old|aid|ound)\b", re.IGNORECASE)
_LONGEST = 8  # words; a longer answer is a statement, which no pronoun refers to
_NO_THING = re.compile(
    r"^(?:at|in|on|by|for|from|to|with|about|over|after|before|between|under|until) |=", re.IGNORECASE
)
_SAYS_NOTHING = FUNCTION_WORDS.union(("i", "we", "you", "me", "us", "my", "our", "your"))
_NOT_NAMES = frozenset(
    "who whom whose where when why how what which whats is are was were did do does can will the a an in on at and but "
    "so by for from to i may must should could would has have had".split()
)


def pronoun_in(question: str) -> re.Match[str] | None:
    """The first pronoun that nothing in the question itself explains."""
    hidden = _TRADE.sub(lambda found: "\0" * len(found[0]), question)
    hidden = _EXPLETIVE.sub(lambda found: "\0" * len(found[0]), hidden)
    return next((found for found in _PRONOUN.finditer(hidden) if not _is_explained(found, hidden)), None)


def filled(question: str, pronoun: re.Match[str], topic: str) -> str:
    """The question with the topic in the place of the pronoun."""
    word, before, after = pronoun[0].lower(), question[: pronoun.start()], question[pronoun.end() :]
    at = "at " if word == "there" and not topic.lower().startswith(("in ", "at ", "on ", "from ")) else ""
    return before + at + topic + _suffix(word, after) + after


def possible_antecedents(pronoun: str, turns: Sequence[Turn], question: str) -> Iterator[str]:
    """What the pronoun may refer to, the likeliest first: the most recent that agrees and is not in the question."""
    word = pronoun.lower()
    for turn in reversed(turns):
        for candidate in sorted(_candidates(word, turn), key=lambda one: _disagrees(word, one)):
            if candidate.lower() not in question.lower():
                yield candidate


def _disagrees(pronoun: str, candidate: str) -> bool:
    """Whether a pronoun of several is to stand for one, by the form of the noun: "they" for "the curry"."""
    is_name = candidate[:1].isupper()
    return pronoun in _SEVERAL and not is_name and not re.search(r"s$|people$|staff$|\band\b", candidate)


def subject(question: str) -> str | None:
    """The first name in a question ("a fixed wing UAV" with its description), or else its first description.

    Without both it is the longest run of words that say something: "sci-hub downloads".
    """
    found_names = [found for found in NAME.finditer(question) if found.start() or " " in found[0]]
    names = [f for f in found_names if f[0].split()[0].lower() not in _NOT_NAMES and not f[0].isdigit()]
    if names:
        described = next((d for d in _MODIFIED.finditer(question) if d.end() == names[0].end()), None)
        return (described or names[0])[0].removesuffix("'s").removesuffix("’s")
    if found := descriptions(question):
        return found[0]
    return max((run for run in _runs(_WHO_DID.sub("", question)) if " " in run), key=len, default=None)


def descriptions(question: str) -> list[str]:
    """The descriptions in a question, the subject of its verb first: "a cat" in "how wide a gap can a cat pass"."""
    found = list(DESCRIPTION.finditer(question))
    acting = {one.start(): _without_verb(one) for one in found if _AUXILIARY.search(question[: one.start()])}
    others = (_without_adjective(one) for one in found if one.start() not in acting)
    return list(dict.fromkeys([*acting.values(), *others]))


def _without_verb(described: re.Match[str]) -> str:
    """The subject of "does the giant eat?", where the last word is its verb."""
    words = described[0].split()
    if len(words) > 3 and _PARTICLE.fullmatch(words[-1]):
        words.pop()
    at_end = _AFTER_VERB.match(described.string, described.end()) is not None
    return " ".join(words[:-1] if at_end and len(words) > 2 else words)


def _without_adjective(described: re.Match[str]) -> str:
    """A description in "is the gate of the old mill open?", where the last word of the question is an adjective."""
    words = described[0].split()
    at_end = not described.string[described.end() :].strip(" ?!.")
    return " ".join(words[:-1]) if at_end and len(words) > 2 and _BE.match(described.string) else described[0]


def _runs(question: str) -> Iterator[str]:
    """The longest parts of a question without function words: "vampire hit points" of "the vampire hit points?"."""
    for says, words in groupby(question.strip(" ?!.").split(), key=lambda word: word.lower() not in _SAYS_NOTHING):
        if says:
            yield " ".join(words)


def short_answer(turn: Turn) -> str:
    """The answer of a turn if it can be referred to; "" if it is a statement."""
    return turn.answer.strip() if 0 < len(turn.answer.split()) <= _LONGEST else ""


def _is_explained(pronoun: re.Match[str], question: str) -> bool:
    """Whether the pronoun has its antecedent before it: "if the tenant does not pay his rent"."""
    word, before = pronoun[0].lower(), question[: pronoun.start()]
    own = None if word == "there" else next(iter(_OWN.finditer(before)), None)
    if own is None:
        return False
    between = before[own.end() :]
    return _LINK.search(before) is None if word in _POSSESSIVE else _CLAUSE.search(between) is not None


def _candidates(pronoun: str, turn: Turn) -> Iterator[str]:
    asked = ASKS.match(turn.question)
    word = asked[1].lower() if asked else ""
    found = subject(turn.question)
    described = _WHO_IS.match(turn.question)
    found = described[1] if described else found
    answer = "" if described else short_answer(turn)
    fits = {
        **dict.fromkeys(_PERSON, word in ("who", "whom", "whose")),
        **dict.fromkeys(_SEVERAL, word in ("who", "whom", "whose", "what", "which")),
        **dict.fromkeys(_THING, word in ("what", "which") and not answer[:1].isdigit()),
        **dict.fromkeys(_PLACE, word == "where"),
    }[pronoun]
    if answer and fits and (pronoun in _PLACE or _NO_THING.search(answer) is None):
        yield answer
    acting = _ACTOR.search(turn.question) if pronoun in _PERSON else None
    actor = acting["acts"] or acting["is"] if acting else ""
    if actor and not (found and found[:1].isupper() and actor.lower() in found.lower()):
        yield actor
    if found:
        yield found
    yield from (one for one in descriptions(turn.question) if one != found)


def _suffix(pronoun: str, after: str) -> str:
    """The possessive ending, or ""; "her" is possessive only before a noun ("her ship", not "saw her in")."""
    if pronoun == "her":
        following = re.match(r"\s+([a-z]+)", after)
        return "'s" if following and following[1] not in ("in", "on", "at", "to", "from", "by", "with", "and") else ""
    return {**_PERSON, **_THING, **_SEVERAL, **_PLACE}[pronoun]
