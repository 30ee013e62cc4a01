"""What an utterance is about beside its kind: the document to summarise, or the subject to look for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from rapidfuzz import fuzz

from index import DocumentRecord

_SUMMARY_WORDS = re.compile(
    r"\b(?:please|pls|kindly|could|can|would|you|give|me|us|a|an|the|i|need|want|let|have|get|quick|short|brief|quickly"
    r"|briefly|one|two|three|sentences?|paragraph|lines?|in|executive|summ?ar(?:y|ies|i[sz]e[ds]?|i[sz]ing)|sum|up"
    r"|synopsis|gist|overview|recap|tl;?dr|abstract|digest|rundown|nutshell|short|version|outline|essentials|bottom"
    r"|key|main|core|central|important|major|most|points?|ideas?|messages?|themes?|findings?|arguments?|facts|results?"
    r"|take-?aways?|highlights?|what|whats|what's|is|are|does|do|did|say|says|said|cover|covers|tell|about|overall|of"
    r"|for|on|from|it|this|that|all|whole|entire|document|documents|doc|file|page|text|paper|report|article)\b",
    re.IGNORECASE,
)
_HITS_WORDS = re.compile(
    r"^\W*(?:please |can you |could you )?(?:(?:show|give|get|tell|find|list|search|look|locate)(?: me| us)?(?: up)? )?"
    r"(?:for )?(?:(?:all|every|any|the|some) )*(?:(?:hits?|mentions?|occurr?ences?|references?|passages?|sections?"
    r"|bits?|parts?|places?|anything|everything|something|stuff|info|information|documents?|files?)"
    r"(?: (?:that|which|where|you have|there is|we have))*"
    r"(?: (?:mentions?|mentioning|mentioned|containing|contains?|naming|referring))?"
    r"(?: (?:about|on|of|for|to|with|regarding|concerning|in|from))* )?",
    re.IGNORECASE,
)
_HITS_QUESTION = re.compile(
    r"^\W*(?:(?:in )?(?:which|what) (?:documents?|files?|pages?|passages?|places)|where)(?: (?:does|do|is|are|the|word"
    r"|term|name|mention|mentions|contain|refer|to))*\s+(.+?)"
    r"(?: (?:appears?|mentioned|come up|comes up|occurs?|show up|named|discussed|found))?\W*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^\W*what(?:'s|’s|s| is| are) (?!this\b)\w.* about\W*$", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_LIKE, _NEARLY = 75.0, 6.0  # scores of 100: the least for a document, and how near another must be to be asked about
_MOST_CHOICES = 8


def subject_of(utterance: str) -> str:
    """The subject of a search: "mentions of Norvik Cloud" is about "Norvik Cloud"."""
    asked = _HITS_QUESTION.match(utterance)
    bare = asked[1] if asked else _HITS_WORDS.sub("", utterance, count=1)
    return bare.strip(" ?!.,\"“”'") or utterance.strip()


def asks_about(utterance: str) -> bool:
    """Whether "what is X about" is asked, which is a question about a document only if one is named so."""
    return _ABOUT.search(utterance) is not None


def named_in(utterance: str) -> str:
    """What is left of a wish for a summary when its usual words are taken out; "" if nothing names a document."""
    return " ".join(_SUMMARY_WORDS.sub(" ", utterance).split()).strip(" ?!.,:;\"“”'’-–")


def documents_named(named: str, records: Sequence[DocumentRecord]) -> list[DocumentRecord]:
    """The documents whose title or name is like these words: one if it is clear which, otherwise several or none."""
    words = " ".join(_WORD.findall(named.lower()))
    if not words:
        return []
    scored = sorted(((_likeness(words, record), record) for record in records), key=lambda one: -one[0])
    if not scored or scored[0][0] < _LIKE:
        return []
    return [record for score, record in scored if score >= scored[0][0] - _NEARLY][:_MOST_CHOICES]


def _likeness(words: str, record: DocumentRecord) -> float:
    """How like the words are to the title or the name of a document, 0 to 100; a longer common part counts more."""
    names = (record.title, PurePath(record.path).stem, record.path)
    texts = [" ".join(_WORD.findall(name.lower().replace("_", " "))) for name in names]
    return max(0.9 * fuzz.token_set_ratio(words, text) + 0.1 * fuzz.token_sort_ratio(words, text) for text in texts)
