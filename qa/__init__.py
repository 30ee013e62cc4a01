"""Questions answered from an index, in the documents' own words."""

from qa.answerer import Answerer, answer
from qa.conversation.examples import example_questions
from qa.reader.reader import Reader
from qa.settings import ReaderSettings
from qa.types import Answer, Candidate, Citation, PassageRead

__all__ = [
    "Answer",
    "Answerer",
    "Candidate",
    "Citation",
    "PassageRead",
    "Reader",
    "ReaderSettings",
    "answer",
    "example_questions",
]
