"""Where a fragment fits into the last question: ranges of the question that stand for the same kind of thing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.conversation.followups.antecedents import NAME
from qa.words import FUNCTION_WORDS

PREPOSITION = (
    r"(?:in|on|at|for|during|from|to|by|with|without|under|over|after|before|since|until|as|of|per|between|within|above"
    r"|below|through|against|near|outside|inside|about|around|along|across|among|behind|beside|beyond|towards?|up to)"
)
PHRASE = re.compile(rf"^({PREPOSITION}) (.+)$", re.IGNORECASE)
ONE = re.compile(r"^(?P<kind>(?:the|an?|my|our) .+) ones?$", re.IGNORECASE)
ARTICLES = ("the ", "a ", "an ", "my ", "our ", "your ")
_AUXILIARY = r"(?:do|does|did|can|could|may|must|should|will|would)"
_NOUN_PHRASE = re.compile(
    r"\b(?:the|an?|my|our|your|this|that) (?:[\w’'-]+ ){0,2}?[\w’'-]+(?=\W*$| (?:in|on|at|of|by|to|for|from|with|is|are"
    r"|was|were|do|does|did|has|have|had|can|may|must|open|close|cost|take|need|work|get|be|per)\b)",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"[$€£]?\b(?:\d(?:[\w%-]|[.,](?=\d))*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b%?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
_DECADE = re.compile(  # "in the early 1990s"
    rf"\b{PREPOSITION} (?:the )?(?:(?:early|mid|late)[ -])?(?:1[5-9]|20)\d0['’]?s\b", re.IGNORECASE
)
_COMPARING = re.compile(
    r"(?:more|less|fewer|longer|shorter|older|younger|higher|lower|better|over|up to|at least)(?: than)?"
)
_CONTENT = re.compile(r"\b[a-z][\w-]{2,}\b")
_PREDICATE = re.compile(  # "do new employees get", "was the society founded"
    rf"\b(?:{_AUXILIARY} (?P<acting>.+?) (?P<verb>[a-z][\w-]+)"
    r"|(?:is|are|was|were) (?P<subject>.+?) "
    r"(?P<participle>[a-z]+(?:ed|own|itten|aken|iven|osen)|built|made|held|sold|told|paid|found|kept|sent|bought|set))"
    rf"(?=\W*$| {PREPOSITION}\b)",
    re.IGNORECASE,
)
_BEING = re.compile(rf"\b(?:is|are|was|were) (?P<subject>[a-z][\w-]+(?: [a-z][\w-]+)?)(?= {PREPOSITION}\b)")
_COMPLEMENT = re.compile(  # what a preposition governs, without article: "of vacation"
    rf"\b(?!per\b){PREPOSITION} "
    r"(?P<noun>(?!(?:the|an?|my|our|your|this|that|all)\b)[a-z][\w’'-]+(?: [a-z][\w’'-]+){0,2}?)"
    rf"(?=\W*$| (?:{PREPOSITION}|{_AUXILIARY}|is|are|was|were|has|have|had)\b)"
)
COUNTED = re.compile(
    rf"^(?:how (?:many|much)|which|what) ((?:more )?(?!(?:{PREPOSITION}|{_AUXILIARY}|is|are|was|were|has|have)\b)"
    r"[a-z][\w-]+(?: (?!of\b|per\b)[a-z][\w-]+){0,2}?)\b(?= (?:is|are|was|were|do|does|did|can|for|in)\b)",
    re.IGNORECASE,
)
YES_NO = re.compile(
    rf"^\W*{_AUXILIARY} (?P<subject>(?:(?:the|an?|my|our|your) )?[\w’'-]+) (?P<verb>[a-z].*?)\W*$", re.IGNORECASE
)
_POSSESSOR = re.compile(r"(?:[\w-]+ ){0,2}[\w-]+(?:['’]s|(?<=s)['’]) (?=\w)")
_ARTICLE = re.compile(r"(?:\b(?:the|an?) )?$", re.IGNORECASE)
_PARTY = re.compile(  # a person or a side by the form of the noun: "tenant", "buyer", "lessee"
    r"(?!.*\b(?:numbers?|orders?|papers?|letters?|offers?|covers?|waters?|powers?|floors?|doors?|colou?rs?|factors?"
    r"|chapters?|calendars?|fees?|trees?|degrees?|amount|restaurants?|grants?|plants?|boilers?|heaters?|towers?)$)"
    r".*\b(?:\w+(?:er|or|ee|ist|ant|lord|man|woman|men|women)s?|child(?:ren)?|apprentices?"
    r"|adults?|part(?:y|ies)|guests?|clients?|students?"
    r"|agents?|residents?|presidents?|patients?|parents?|staff|people|wife|husband|chairs?|secretar(?:y|ies))$",
    re.IGNORECASE,
)
_SPEAKER = re.compile(rf"\b{_AUXILIARY} (?P<who>I|we|you)\b", re.IGNORECASE)
_BEFORE_NAMES = FUNCTION_WORDS.union("about my our your under after before between he she let".split())
_OWNED = re.compile(  # what somebody has: "notice period" behind "the landlord's"
    rf"[\w-]+(?: [\w-]+){{0,2}}?(?=\W*$| (?:{PREPOSITION}|{_AUXILIARY}|is|are|was|were|has|have|had)\b)", re.IGNORECASE
)
_HEAD = re.compile(  # what a question in keywords asks for: "hotel limit" in "hotel limit in Norway"
    rf"^(?!(?:who|whom|whose|where|when|why|how|what|which|is|are|was|were|has|have|had|{_AUXILIARY})\b)"
    rf"[\w-]+(?: [\w-]+){{0,3}}?(?= {PREPOSITION} )",
    re.IGNORECASE,
)
_UNIT = re.compile(  # "how long", "per cubic metre"
    rf"\bhow [\w-]+|\bper (?:[\w-]+(?: [\w-]+)?(?=\W*$| (?:{PREPOSITION}|{_AUXILIARY})\b)|[\w-]+)", re.IGNORECASE
)
_TIMES = re.compile(r"\b(?:in|on|at|during) (?!the\b)[\w’'-]+(?=\W*$)", re.IGNORECASE)


def places_for(rest: str, question: str) -> Iterator[tuple[int, int, str]]:
    """Ranges of the question that the fragment may replace, each with the words to put there; the likeliest first."""
    yield from _numbered(rest, question)
    phrase = PHRASE.match(rest)
    if phrase:
        for found in re.finditer(
            rf"\b{phrase[1]} ((?:the |an? )?[\w’'-]+(?: [A-Z][\w’'-]*)*)", question, re.IGNORECASE
        ):
            if _names_year(found[1]) is _names_year(phrase[2]):
                yield (*found.span(), rest)
        if phrase[1].lower() in ("for", "of", "by", "with"):
            yield from possessors_for(phrase[2], question)
        if _names_year(rest) and (decade := _DECADE.search(question)):
            yield (*decade.span(), rest)
        if _TIMES.match(rest) and (when := _TIMES.search(question)) and not _names_year(rest):
            yield (*when.span(), rest)
        return
    if (speaker := _SPEAKER.search(question)) and _is_party(_without_article(rest)):
        yield (*speaker.span("who"), rest)
    yield from possessors_for(rest, question)
    heads = [] if rest[:1].isupper() else [found.span() for found in _HEAD.finditer(question)]
    nouns = noun_phrases(question)
    has_article = rest.lower().startswith(ARTICLES)
    if kind := ONE.match(rest):
        yield from ((*span, f"{kind['kind']} {question[slice(*span)].split()[-1]}") for span in nouns)
        return
    if has_article:
        yield from ((*span, _without_article(rest)) for span in heads)
        head = rest.split()[-1].lower()
        yield from ((*span, rest) for span in nouns if question[slice(*span)].split()[-1].lower() == head)
        yield from ((*span, rest) for span in reversed(nouns))
    names = [found.span() for found in NAME.finditer(question) if found.start() > 0]
    names = [span for span in names if question[slice(*span)].split()[0].lower() not in FUNCTION_WORDS]
    if rest[:1].isupper():
        yield from ((*span, rest) for span in sorted(names) or _subjects(question))
    if not has_article:
        yield from _bare_nouns(rest, question)
        yield from ((*span, rest) for span in heads)
    yield from ((*span, rest) for span in [*reversed(nouns), *(() if has_article and nouns else names)])
    if not has_article and " " not in rest and rest.islower():
        yield from ((*span, rest) for span in _verbs(question))


def possessors_for(rest: str, question: str) -> Iterator[tuple[int, int, str]]:
    """Whose it is that is asked about, then what it is: "the landlord's fee" for "the tenant" or for "the deposit"."""
    owner = re.sub(r"['’]s?$", "", rest)
    for found in _POSSESSOR.finditer(question):
        words = list(re.finditer(r"[\w-]+", found[0].rstrip("s ").rstrip("'’")))
        function = [k for k, word in enumerate(words) if word[0].lower() in _BEFORE_NAMES]
        if function[-1:] == [len(words) - 1]:
            continue  # "what's"
        start = found.start() + words[function[-1] + 1 if function else 0].start()
        parties = _is_party(question[start : found.end()].rstrip("s ").rstrip("'’")), _is_party(owner)
        if owner[:1].isupper() and (article := _ARTICLE.search(question[:start])):
            start = article.start()  # "the tenant's", but "Ada Finch's"
        if parties != (True, False):  # a deposit does not take a landlord's place
            yield start, found.end() - 1, f"{owner}'" if owner.endswith("s") else f"{owner}'s"
        owned = _OWNED.match(question, found.end())
        if owner == rest and owned and parties != (True, True):
            yield *owned.span(), _without_article(rest)


def _is_party(words: str) -> bool:
    return words[:1].isupper() or _PARTY.match(words) is not None


def _without_article(words: str) -> str:
    return next((words[len(article) :] for article in ARTICLES if words.lower().startswith(article)), words)


def _names_year(words: str) -> bool:
    """Whether words end in a year, for which no place stands."""
    return _YEAR.search(words) is not None


def _numbered(rest: str, question: str) -> Iterator[tuple[int, int, str]]:
    """The number in the question that the fragment's number stands for: after the same words, or one of its kind.

    "week 2" after "the week 1 total", "above 500" after "up to 200 in 2015", where a year stands for none.
    """
    number = next(iter(NUMBER.finditer(rest)), None)
    if number is None or rest[number.end() :].strip():
        return
    said = rest[: number.start()].strip()
    is_year = _YEAR.match(number[0]) is not None
    for found in reversed(list(NUMBER.finditer(question))):
        before = question[: found.start()]
        if said and before.lower().rstrip().endswith(said.lower()):
            yield (*found.span(), number[0])
        elif _COMPARING.fullmatch(said.lower()) and not is_year:
            yield (*found.span(), rest)
        elif (_YEAR.match(found[0]) is not None) is is_year:
            governed = re.search(rf"\b{PREPOSITION} (?:the (?:\w+ )?)?$", before, re.IGNORECASE)
            if not said:
                yield (*found.span(), rest)
            elif governed and PHRASE.match(rest):
                yield (governed.start(), found.end(), rest)


def _bare_nouns(rest: str, question: str) -> Iterator[tuple[int, int, str]]:
    """Nouns without article: what prepositions govern, what is counted, then each word that says something.

    The verb of the question is none, nor is what it measures in: "how long", "per month".
    """
    yield from ((*found.span("noun"), rest) for found in reversed(list(_COMPLEMENT.finditer(question))))
    if counted := COUNTED.match(question):
        first, *others = counted[1].split()
        if others and len(rest.split()) > 1:
            yield (counted.start(1), counted.start(1) + len(first), rest)  # "sick leave days" for "vacation days"
        yield (*counted.span(1), rest)
    yield from ((*span, rest) for span in _subjects(question))
    words = [found for found in _CONTENT.finditer(question) if found[0].lower() not in FUNCTION_WORDS]
    units = [found.span() for found in _UNIT.finditer(question)]
    taken = [*_verbs(question), *(word.span() for word in words for a, b in units if a <= word.start() < b)]
    yield from ((*found.span(), rest) for found in reversed(words) if found.span() not in taken)


def _subjects(question: str, *, with_article: bool = False) -> list[tuple[int, int]]:
    """The range of the verb's subject, by whether it has an article: "new cooks" in "how much do new cooks get"."""
    found = _PREDICATE.search(question) or _BEING.search(question)
    spans = [found.span(name) for name in ("acting", "subject") if name in found.re.groupindex] if found else []
    spans = [(start, end) for start, end in spans if start >= 0]
    if (bare_one := YES_NO.match(question)) and spans and " " in bare_one["verb"]:  # its verb has an object
        spans = [bare_one.span("subject")]
    return [span for span in spans if question[slice(*span)].lower().startswith(ARTICLES) == with_article]


def _verbs(question: str) -> list[tuple[int, int]]:
    """The range of the verb after an auxiliary, if the question has one."""
    found = _PREDICATE.search(question)
    return [found.span(name) for name in ("verb", "participle") if found[name]] if found else []


def noun_phrases(question: str) -> list[tuple[int, int]]:
    """The ranges of descriptions with an article, in order, without a verb that follows."""
    whole = _subjects(question, with_article=True)
    parts = (one.span() for one in _NOUN_PHRASE.finditer(question))
    return sorted({*whole, *(one for one in parts if all(one[0] != other[0] for other in whole))})
