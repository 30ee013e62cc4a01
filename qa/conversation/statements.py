"""The question that a sentence or a row of a table answers: when, how long, for what price, by whom, who."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_THING = r"(?P<thing>(?:The|An?|Our) [a-z][\w-]*(?: [\w'’-]+){0,4}?|[A-Z][\w-]+(?: [\w-]+){0,4}?)"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = (
    rf"(?:\d{{1,2}}(?:(?: and | to |[–-])\d{{1,2}})? {_MONTH}|\d{{4}}-\d\d-\d\d|{_MONTH}\b|(?:1[5-9]|20)\d\d\b"
    r"|\d{1,2}[:.]\d\d|\d{1,2} ?(?:am|pm)\b)"
)
_AMOUNT = (
    r"(?:[$€£] ?\d|(?:EUR|USD|CHF|GBP|US\$) ?\d"
    r"|\d[\d.,]* ?(?:%|percent|[a-z]*euros?|[a-z]*dollars?|pounds?|francs?|crowns?"
    r"|days?|weeks?|months?|years?|hours?|minutes?|metres?|meters?|km|kg)\b)"
)
_PAST = "[a-z]{2,}ed|built|made|held|written|begun|sold|bought|born"
_WHEN_DOES = re.compile(
    rf"^{_THING} (?P<verb>opens?|closes?|ends?|expires?|starts?|begins?|retires?)\b[^,;.]{{0,40}}? "
    rf"(?:on|in|until|at|from|by) (?:the )?{_DATE}"
)
_WHEN_WAS = re.compile(rf"^{_THING} (?P<be>was|were) (?P<verb>{_PAST})\b[^,;.]{{0,30}}? (?:on|in) {_DATE}")
_WHEN_IS = re.compile(
    rf"^{_THING} (?P<verb>is|are|(?:will|may|can)(?= be))(?P<be> be)? (?P<state>due|open|closed|allowed"
    rf"|available|valid|off|paid|held|[a-z]{{2,}}ed) (?:[^,;.]{{0,30}} )?(?:on|from|until|at|before) (?:the )?{_DATE}"
)
_COSTS = re.compile(rf"^{_THING} (?:is [^,;.]{{1,40}}? and )?(?P<verb>costs?|pays?) [^,;.]{{0,20}}?{_AMOUNT}")
_WILL_COST = re.compile(rf"^{_THING} will cost [^,;.]{{0,20}}?{_AMOUNT}")
_LASTS = re.compile(
    rf"^{_THING} (?:ordinarily |usually |normally )?(?P<verb>lasts?|takes?|keeps?(?= for)) (?:for )?"
    r"(?:about |up to |at most |around )?(?:\d+|one|two|three|four|five|six|ten|twelve)[\w –-]{0,8} "
    r"(?:minutes?|hours?|days?|weeks?|months?|years?)\b"
)
_AMOUNTS_TO = re.compile(rf"^{_THING} is (?:limited to |up to |at most |about |only )?{_AMOUNT}")
_MUST = re.compile(
    rf"^{_THING} must (?P<what>(?:be |give |send |file |submit |make |pay |report )[\w ]{{2,40}}?)"
    rf" (?:within|before|by|no later than|at least) [^,;.]{{0,20}}?(?:\d|{_MONTH}|one|two|three|four|five|six)"
)
_MAY_NOT = re.compile(rf"^{_THING} may not (?P<what>[a-z]+ [\w ]+)")
_AGED = re.compile(rf"^{_THING} must be (?:at least|over) \d+ years\b")
_BY_WHOM = re.compile(rf"^{_THING} must (?:first )?be (?P<done>[a-z]+ed) by (?:the|an?|your|our|one|two|[A-Z])")
_MUST_HAVE = re.compile(
    rf"^{_THING} must (?P<what>include|contain|have|show|bring|provide|state|complete|wear|keep) (?!to\b)"
)
_POST = re.compile(
    r"^The (?P<post>(?!(?:\w+ )*(?:is|was|station|town|village|street|river)\b)[a-z]+(?: [a-z]+){0,2})(?:,| is| was)"
    r" [A-Z][a-z]+ [A-Z][a-z]+\b(?=[,.]|$)"
    r"|\b[A-Z][a-z]+ [A-Z][a-z]+ \((?:the )(?P<party>[a-z]+)\)"
)
_HOLDER = re.compile(  # a line that names who holds a post: "Deputy chair: Ann Lee"
    r"^(?P<post>(?:[A-Z][a-z]+ )?(?i:chair|chairperson|secretary|treasurer|president|director|manager|head|editor"
    r"|author|teacher|owner|contractor|coordinator|organi[sz]er|nurse|doctor|officer|supervisor|trainer|coach|captain"
    r"|instructor|caretaker|landlord|registrar|clerk|auditor|deputy)): "
    r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,2}(?=[,.;]| \(|$)"
)
_ROW = re.compile(  # of a table: its first cell names the row; headers that read well with "of"
    r"^[A-Z][\w ]{0,30}: (?P<row>[A-Z][^\W\d_]+(?: [\w'’-]+){0,3}); (?:[^;]*; ){0,6}?"
    r"(?P<thing>(?i:role|post|position|job title|department|office|team|location|address|capital|price|cost|fee|rent"
    r"|start date|deadline|due date|owner|manager|author|capacity|population|phone|extension)): [^;]{2,40}[;.]"
)
_LABEL = re.compile(r"^[^\w(“\"]*(?:\(?(?:\d{1,2}|[a-z])[.)]\s+)?(?=[A-Z])")  # of an item: "3.", "(b)"
_POINTING = frozenset(
    "this that these those it he she they there here which what who one each both some most all any such other others "
    "no if when as while since because although where".split()
)


def questions_answered(sentence: str, lowered: Callable[[str], str]) -> Iterator[str]:
    """The questions that the sentence answers; ``lowered`` puts a subject as it stands inside a sentence."""
    sentence = _LABEL.sub("", " ".join(sentence.split()))
    for pattern, made in _MADE:
        found = pattern.search(sentence)
        if found is None:
            continue
        thing = found.groupdict().get("thing") or ""
        words = thing.lower().split()
        if words and (not _POINTING.isdisjoint(words) or words[-1] in ("and", "of", "for", "the")):
            continue
        question = made(found, lowered(thing))
        if re.fullmatch(r"[\w '’-]+\?", question):
            yield question


def _does(verb: str) -> str:
    return "does" if verb.endswith("s") else "do"


def _plain(verb: str) -> str:
    return verb.removesuffix("s")


_Made = Callable[[re.Match[str], str], str]
_MADE: tuple[tuple[re.Pattern[str], _Made], ...] = (
    (_WHEN_DOES, lambda found, thing: f"When {_does(found['verb'])} {thing} {_plain(found['verb'])}?"),
    (_WHEN_WAS, lambda found, thing: f"When {found['be']} {thing} {found['verb']}?"),
    (_WHEN_IS, lambda found, thing: f"When {found['verb']} {thing}{found['be'] or ''} {found['state']}?"),
    (_COSTS, lambda found, thing: f"How much {_does(found['verb'])} {thing} {_plain(found['verb'])}?"),
    (_WILL_COST, lambda _, thing: f"How much will {thing} cost?"),
    (_LASTS, lambda found, thing: f"How long {_does(found['verb'])} {thing} {_plain(found['verb'])}?"),
    (_AGED, lambda _, thing: f"How old must {thing} be?"),
    (_BY_WHOM, lambda found, thing: f"By whom must {thing} be {found['done']}?"),
    (_MUST_HAVE, lambda found, thing: f"What must {thing} {found['what']}?"),
    (_AMOUNTS_TO, lambda _, thing: f"What is {thing}?"),
    (_MUST, lambda found, thing: f"When must {thing} {found['what'].strip()}?"),
    (_MAY_NOT, lambda _, thing: f"What may {thing} not do?"),
    (_POST, lambda found, _: f"Who is the {found['post'] or found['party']}?"),
    (_HOLDER, lambda found, _: f"Who is the {found['post'].lower()}?"),
    (_ROW, lambda found, thing: f"What is the {thing} of {found['row']}?"),
)
