"""Misspelt words of a question, and what is asked instead: words of the documents, or else of their language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from index import Embedder, IndexView, Vocabulary
from qa.words import FOREIGN_FUNCTION_WORDS, FUNCTION_WORDS, is_foreign

_WORD = re.compile(
    r"(?<![\w./@#])(?<!\d-)[^\W\d_]{3,}(?!\w|[/@#]|\.\w|-\d)"
)  # not in codes, addresses and names of files
_ASKING = "what when where which who whom whose why does have with from were about they into".split()
_QUESTION_WORDS = {word for word in FUNCTION_WORDS if len(word) > 3}.union(
    _ASKING, "been into only should some such than them then these they those".split()
)
# Contractions as they are typed without apostrophe.
_CONTRACTIONS = frozenset(
    "dont doesnt didnt isnt arent wasnt werent hasnt havent hadnt cant couldnt wont wouldnt shouldnt mustnt aint "
    "whats whos wheres whens whys hows thats theres heres its ive youve weve theyve im youre theyre lets ill youll "
    "theyll itll".split()
)
_FEW_LETTERS = 6  # a capitalised word is a name, of which a shorter one is left alone at first
_EASILY = 0.9  # the most that a mistake costs that makes another word of a short name or of a known word
_OTHERWISE = 0.8  # what a word costs that the documents do not have
_RARE = 0.8  # of the number of the embedder's words: its rarer words are hardly meant where a question word is near
_ENDINGS = ("s", "es", "ed", "ing", "er", "ers", "est", "ly")
_BEGINNINGS = ("re", "un", "non", "pre", "mis", "dis", "over", "under", "sub", "multi", "anti", "inter", "co")
_BASE = 4  # letters
_SHORT_NOUN = 3  # letters of a frequent word whose plural is known too

Corrections = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Misspelt:
    """A word that is misspelt, and the words that may be meant, each with its cost, the likeliest first."""

    word: str
    near: list[tuple[float, str]]

    def meant(self, choice: int) -> str:
        """The word to ask by its number in ``near``, with a capital if it was typed with one."""
        meant = self.near[choice][1]
        return meant.capitalize() if self.word[0].isupper() and meant != self.word else meant


def corrections(question: str, view: IndexView, embedder: Embedder) -> list[Corrections]:
    """How the question may be meant, the likeliest first, at most two: its misspelt words, and what to ask instead.

    A word is misspelt if no passage contains it in any form, the embedder does not know it, and one mistake (in longer
    words two) makes it a word of the documents or, failing that, one that the embedder knows. "wat" and "dose" are
    known, but meant for "what" and "does" where no passage contains them. Codes are left alone, short names and words
    of three letters at first; in questions in other languages also words with capitals or fewer than six letters.
    """
    words = dict.fromkeys(_WORD.findall(question))
    found = [one for word in words if (one := _misspelt(word, question, view, embedder)) is not None]
    first = {one.word: one.meant(0) for one in found if one.meant(0) != one.word}
    doubtful = [one for one in found if len(one.near) > 1]
    if not doubtful:
        return [first]
    other = min(doubtful, key=lambda one: one.near[1][0] - one.near[0][0])
    return [first, first | {other.word: other.meant(1)}]


def corrected(question: str, instead: Mapping[str, str]) -> str:
    """The question with the corrections made."""
    return _WORD.sub(lambda found: instead.get(found[0], found[0]), question)


def _misspelt(word: str, question: str, view: IndexView, embedder: Embedder) -> _Misspelt | None:
    """What the word may be a misspelling of; None if it is none, or nothing is near it."""
    plain, foreign = word.lower(), is_foreign(question)
    if (
        plain in FUNCTION_WORDS
        or plain in _CONTRACTIONS
        or (foreign and (plain in FOREIGN_FUNCTION_WORDS or len(word) < _FEW_LETTERS))
    ):
        return None
    if embedder.is_word(plain) or _is_derived(plain, embedder):
        is_usual = plain not in FOREIGN_FUNCTION_WORDS and not _is_rare(plain, embedder)
        if foreign or is_usual or _is_name(word, question):
            return None
        near = [(cost, name) for cost, name in Vocabulary({}).nearest(word, _ASKING) if cost <= _EASILY]
        return _Misspelt(word, near) if near and plain not in view.vocabulary().counts else None
    if plain in view.vocabulary().counts or view.contains(word):
        return None
    near = _near(word, question, view.vocabulary(), embedder, foreign=foreign)
    return _Misspelt(word, near) if [name for _, name in near] not in ([], [word]) else None


def _near(
    word: str, question: str, vocabulary: Vocabulary, embedder: Embedder, *, foreign: bool
) -> list[tuple[float, str]]:
    """The words that may be meant, each with its cost, the likeliest first; perhaps the word itself among them."""
    near = vocabulary.nearest(word, () if foreign else _QUESTION_WORDS)
    is_name = _is_name(word, question)
    if (is_name and len(word) < _FEW_LETTERS) or len(word) < _BASE:
        easily = [(cost, name) for cost, name in near if cost < _EASILY]
        asks = not is_name and any(name in _QUESTION_WORDS for _, name in easily)
        return easily if asks else [(0.0, word), *easily]
    if not foreign and not is_name:
        found = {name for _, name in near}
        near += [(cost + _OTHERWISE, name) for cost, name in embedder.words.nearest(word) if name not in found]
    return sorted(near)


def _is_rare(word: str, embedder: Embedder) -> bool:
    """Whether the embedder knows many words that are more frequent."""
    counts = embedder.words.counts
    return counts.get(word, 0) < _RARE * len(counts)


def _is_derived(word: str, embedder: Embedder) -> bool:
    """Whether a word that the embedder knows has only got another ending or beginning: "bribed", "mums", "rehired"."""
    rests = (word.removeprefix(beginning) for beginning in _BEGINNINGS if word.startswith(beginning))
    return _is_inflected(word, embedder) or any(
        len(rest) > _BASE and (embedder.is_word(rest) or _is_inflected(rest, embedder)) for rest in rests
    )


def _is_inflected(word: str, embedder: Embedder) -> bool:
    """Whether a word that the embedder knows has only got another ending."""
    known, short = embedder.words.counts, word.removesuffix("s")
    if len(short) == _SHORT_NOUN < len(word) and short in known and short not in FUNCTION_WORDS:
        return not _is_rare(short, embedder)
    bases = (word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending) and not word.endswith("ss"))
    return any(
        len(base) >= _BASE and (base in known or f"{base}e" in known or (base[-1] == "i" and f"{base[:-1]}y" in known))
        for base in bases
    )


def _is_name(word: str, question: str) -> bool:
    return word[0].isupper() and not question.lstrip().startswith(word) and not question.isupper()
