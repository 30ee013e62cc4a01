"""Questions answered from an index, in the documents' own words."""

from qa.answerer import Answerer, answer, checked_question
from qa.answering.cascade import AbandonedError, never_cancelled
from qa.answering.citations import highlight
from qa.conversation.cards import Definition, DocumentCard, OutlineEntry, PlaceInText, card_questions, document_card
from qa.conversation.conversation import Conversation, converse
from qa.conversation.examples import example_questions
from qa.conversation.replies import DocumentHits, FoundPassage, Reply, Summary, Turn
from qa.evaluation.evaluate import ENOUGH as ENOUGH_QUESTIONS
from qa.evaluation.evaluate import Evaluation, answerer_over, run_evaluation
from qa.evaluation.questions import DEMO_QUESTIONS, GoldQuestion, assign_documents, paragraph_documents, read_gold
from qa.evaluation.report import measure_rows, report_plots, threshold_rows
from qa.evaluation.scores import Outcome, Verdict
from qa.quotes.checking import check_quote, verify_quote
from qa.quotes.saved import check_saved
from qa.reader.reader import Reader
from qa.settings import ReaderSettings
from qa.sheets.errors import SheetBusyError, SheetDamagedError, SheetError, SheetNotFoundError
from qa.sheets.filling import ask_sheet, begin_sheet, checked_questions, chosen_documents, fill_sheet, sheet
from qa.sheets.open_sheet import OpenSheet
from qa.sheets.sheet import Earlier, Judgement, Position, Sheet, SheetCell, SheetRow
from qa.sheets.sheet_file import SheetFolder, checked_name
from qa.text import enclosing_sentences
from qa.types import (
    Answer,
    Candidate,
    Citation,
    CitationCheck,
    Difference,
    PassageRead,
    Proof,
    QuoteCheck,
    QuotePlace,
    SavedAnswersCheck,
    TableCell,
    TableExcerpt,
)

__all__ = [
    "DEMO_QUESTIONS",
    "ENOUGH_QUESTIONS",
    "AbandonedError",
    "Answer",
    "Answerer",
    "Candidate",
    "Citation",
    "CitationCheck",
    "Conversation",
    "Definition",
    "Difference",
    "DocumentCard",
    "DocumentHits",
    "Earlier",
    "Evaluation",
    "FoundPassage",
    "GoldQuestion",
    "Judgement",
    "OpenSheet",
    "Outcome",
    "OutlineEntry",
    "PassageRead",
    "PlaceInText",
    "Position",
    "Proof",
    "QuoteCheck",
    "QuotePlace",
    "Reader",
    "ReaderSettings",
    "Reply",
    "SavedAnswersCheck",
    "Sheet",
    "SheetBusyError",
    "SheetCell",
    "SheetDamagedError",
    "SheetError",
    "SheetFolder",
    "SheetNotFoundError",
    "SheetRow",
    "Summary",
    "TableCell",
    "TableExcerpt",
    "Turn",
    "Verdict",
    "answer",
    "answerer_over",
    "ask_sheet",
    "assign_documents",
    "begin_sheet",
    "card_questions",
    "check_quote",
    "check_saved",
    "checked_name",
    "checked_question",
    "checked_questions",
    "chosen_documents",
    "converse",
    "document_card",
    "enclosing_sentences",
    "example_questions",
    "fill_sheet",
    "highlight",
    "measure_rows",
    "never_cancelled",
    "paragraph_documents",
    "read_gold",
    "report_plots",
    "run_evaluation",
    "sheet",
    "threshold_rows",
    "verify_quote",
]
