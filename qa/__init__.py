"""Questions answered from an index, in the documents' own words."""

from qa.answerer import Answerer, answer
from qa.conversation.examples import example_questions
from qa.reader.reader import Reader
from qa.settings import ReaderSettings
from qa.types import Answer, Citation

__all__ = ["Answer", "Answerer", "Citation", "Reader", "ReaderSettings", "answer", "example_questions"]
