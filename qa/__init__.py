"""Questions answered from an index, in the documents' own words."""

from qa.answerer import Answerer, answer, checked_question
from qa.answering.cascade import AbandonedError, never_cancelled
from qa.answering.citations import highlight
from qa.conversation.examples import example_questions
from qa.conversation.followup import Turn, understand
from qa.reader.reader import Reader
from qa.settings import ReaderSettings
from qa.text import enclosing_sentences
from qa.types import Answer, Candidate, Citation, PassageRead

__all__ = [
    "AbandonedError",
    "Answer",
    "Answerer",
    "Candidate",
    "Citation",
    "PassageRead",
    "Reader",
    "ReaderSettings",
    "Turn",
    "answer",
    "checked_question",
    "enclosing_sentences",
    "example_questions",
    "highlight",
    "never_cancelled",
    "understand",
]
