"""Function words of questions in English, German, French and Spanish, and those of the last three in English."""

from __future__ import annotations

import re

FUNCTION_WORDS = frozenset(
    "a an and are as at be by can could did do does for from had has have how in is it its many may might much must of "
    "on or should that the their there this to was were what when where which who whom whose why will with "
    "would".split()
)
# The frequent words of questions in other languages, and what English questions have for them; a phrase goes before the
# words that it has. The reader knows "when" far better than "until when", and then quotes the range or its end.
_GERMAN = """
an welchem tag = on what day; in welchem jahr = in what year; welches alter = what age; welchem alter = what age;
welches datum = what date; welche uhrzeit = what time; um wie viel uhr = at what time; ab wann = when;
bis wann = when; seit wann = when; wie viele = how many; wie viel = how much; wieviel = how much;
wie lange = how long; wie oft = how often; wie hoch = how much; wie teuer = how much; wie groß = how large;
wie weit = how far; wie alt = how old; wann = when; wer = who; wen = whom; wem = whom; wessen = whose; wo = where;
wohin = where; woher = from where; warum = why; wieso = why; weshalb = why; wozu = what for; wofür = for what;
womit = with what; worum = what; woraus = of what; wie = how; was = what; welche = which; welcher = which;
welches = which; welchen = which; welchem = which; ist = is; sind = are; war = was; waren = were; wird = is;
werden = are; wurde = was; wurden = were; hat = has; haben = have; hatte = had; hatten = had; kann = can;
können = can; darf = may; dürfen = may; muss = must; müssen = must; soll = should; sollen = should; sollte = should;
gibt es = is there; der = the; die = the; das = the; den = the; dem = the; des = of the; ein = a; eine = a; einen = a;
einem = a; einer = a; eines = of a; ich = I; wir = we; man = one; es = it; sie = they; sich = itself; mein = my;
meine = my; meinen = my; und = and; oder = or; mit = with; ohne = without; für = for; von = of; vom = of the; zu = to;
zum = for the; zur = for the; bei = at; beim = at the; im = in the; ins = into the; auf = on; aus = from;
nach = after; vor = before; seit = since; über = about; unter = under; durch = by; gegen = against; am = on the;
an = on; pro = per; wenn = if; nicht = not; kein = no; keine = no; auch = also
"""
_FRENCH = """
quel jour = what day; quelle année = what year; quel âge = what age; quelle date = what date;
quelle heure = what time; à quelle heure = at what time; à partir de quand = when; à partir de = from;
depuis quand = when; jusqu'à quand = when; jusqu'à = until; combien de temps = how long; combien de = how many;
combien d' = how many; combien = how much; qu'est-ce que = what; qu'est-ce qu' = what; qu'est-ce qui = what;
est-ce que =; est-ce qu' =; quand = when; qui = who; quoi = what; que = what; qu' = what; où = where; comment = how;
pourquoi = why; quel = which; quelle = which; quels = which; quelles = which; est = is; sont = are; était = was;
étaient = were; a = has; ont = have; avait = had; peut = can; peuvent = can; doit = must; doivent = must;
faut-il = must one; y a-t-il = are there; le = the; la = the; les = the; l' = the; un = a; une = a; du = of the;
des = of the; de = of; d' = of; je = I; il = it; elle = it; ils = they; elles = they; on = one; t-il = it;
t-elle = it; t-on = one; mon = my; ma = my; son = its; sa = its; ses = its; leur = their; leurs = their; ce = this;
cet = this; cette = this; ces = these; se = itself; s' = itself; et = and; ou = or; dans = in; en = in; avec = with;
sans = without; pour = for; sur = on; sous = under; par = by; au = at the; aux = to the; à = to; après = after;
avant = before; depuis = since; chez = at; entre = between; ne =; n' =; pas = not
"""
_SPANISH = """
qué día = what day; qué año = what year; qué edad = what age; qué fecha = what date; qué hora = what time;
a qué hora = at what time; desde cuándo = when; hasta cuándo = when; cuánto tiempo = how long;
cada cuánto = how often; cuánto dura = how long is; por qué = why; para qué = what for; qué = what; quién = who;
quiénes = who; cuál = which; cuáles = which; cuándo = when; dónde = where; cómo = how; cuánto = how much;
cuánta = how much; cuántos = how many; cuántas = how many; es = is; son = are; está = is; están = are; era = was;
fue = was; fueron = were; ha = has; han = have; tiene = has; tienen = have; hay que = must one; hay = is there;
puede = can; pueden = can; debe = must; deben = must; el = the; la = the; los = the; las = the; un = a; una = a;
lo = it; mi = my; su = its; sus = its; se = itself; del = of the; de = of; al = to the; a = to; y = and; o = or;
en = in; con = with; sin = without; para = for; por = by; sobre = about; antes = before; después = after;
desde = since; hasta = until; entre = between; no = not; que = that
"""
# Words of these languages that English or another of them writes too, with another meaning or as a name.
_HOMOGRAPHS = frozenset(
    "die was an am in man so war um zu es als da et à en de a ou on me se si y o al lo la nos no mi ma pro ha sa era "
    "comment hat pour sur sin".split()
)
_ALSO_IN_OTHERS = frozenset("a an as has in on so was will".split())  # English words that say nothing about a language
_ASKING = ("how", "what", "when", "where", "which", "who", "why")


class _Language:
    """The function words of one language."""

    def __init__(self, glosses: str) -> None:
        pairs = (gloss.partition("=") for gloss in " ".join(glosses.split()).split(";"))
        self._english = {words.strip(): english.strip() for words, _, english in pairs}
        longest_first = sorted(self._english, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_as_pattern, longest_first)), re.IGNORECASE)
        self.words = frozenset(words for words in self._english if words.isalpha())  # that stand alone, in lower case
        self.interrogatives = frozenset(word for word in self.words if self._english[word].startswith(_ASKING))

    def letters(self, question: str) -> int:
        """How many letters the words of the question have that are among these."""
        return sum(len(found.group()) for found in self._pattern.finditer(question))

    def in_english(self, question: str) -> str:
        """The question with the words that are among these in English."""
        asked = self._pattern.sub(lambda found: f"{self._english[found.group().lower()]} ", question)
        asked = re.sub(r"\s+(?=[ ?!.,-])", "", asked.strip("¿¡ "))
        return asked[:1].upper() + asked[1:]


def _as_pattern(words: str) -> str:
    return rf"(?<!\w){re.escape(words)}" + ("" if words.endswith("'") else r"(?!\w)")


_LANGUAGES = tuple(map(_Language, (_GERMAN, _FRENCH, _SPANISH)))
_ALL_FOREIGN = frozenset().union(*(language.words for language in _LANGUAGES))
FOREIGN_FUNCTION_WORDS = _ALL_FOREIGN - FUNCTION_WORDS - _HOMOGRAPHS
_ALL_FUNCTION_WORDS = FUNCTION_WORDS | _ALL_FOREIGN | _HOMOGRAPHS
_ENGLISH_ALONE = FUNCTION_WORDS - _ALL_FOREIGN - _HOMOGRAPHS - _ALSO_IN_OTHERS


def is_foreign(question: str) -> bool:
    """Whether a question has as many frequent words of German, French or Spanish as of English, and at least one."""
    words = _words(question)
    others = sum(word in FOREIGN_FUNCTION_WORDS for word in words)
    return 0 < others >= sum(word in FUNCTION_WORDS and word not in _ALSO_IN_OTHERS for word in words)


def function_words(question: str) -> frozenset[str]:
    """The words, in lower case, that say nothing about the subject of a question in its language."""
    return _ALL_FUNCTION_WORDS if is_foreign(question) else FUNCTION_WORDS


def in_english(question: str) -> str:
    """A German, French or Spanish question with its function words in English; any other as it is.

    Models that learnt English alone know what "when" and "how many" ask for, but not "wann" and "combien". The other
    words stay as the documents have them: "Wann beginnt der Kurs?" is asked as "When beginnt the Kurs?". A question is
    in one of these languages if it has no function word of English alone and two of three signs: it begins as a
    question does, it has a function word that is no word of another language, it has several function words.
    """
    plain = question.replace("’", "'")
    words = _words(plain)
    language = max(_LANGUAGES, key=lambda one: one.letters(plain))
    known = language.words.intersection(words)
    signs = (
        "¿" in question or not language.interrogatives.isdisjoint(words[:1]),
        not FOREIGN_FUNCTION_WORDS.isdisjoint(known),
        len(known) > 1,
    )
    return language.in_english(plain) if sum(signs) > 1 and _ENGLISH_ALONE.isdisjoint(words) else question


def _words(question: str) -> list[str]:
    return re.findall(r"\w+", question.lower())
