"""Documents into an index, and an index searched."""

from index.build import BuildReport, add, build, build_documents, plan, remove
from index.embedder import Embedder
from index.errors import (
    IndexDamagedError,
    IndexEmptyError,
    IndexLockedError,
    IndexMismatchError,
    IndexNotFoundError,
    MissingExtraError,
    ModelError,
    NoDocumentsError,
    QuestionError,
    QuothError,
    SourceNotFoundError,
    StorageError,
    UnreadableFileError,
)
from index.loaders import load
from index.plan import Plan
from index.rebuild import rebuild
from index.repair import RepairReport, repair
from index.search import DocumentIndex
from index.settings import IndexSettings
from index.types import Chunk, Document, DocumentRecord, Failure, Filters, Hit, IndexStatus, Page, Progress
from index.verify import Problem, VerifyReport, verify

__all__ = [
    "BuildReport",
    "Chunk",
    "Document",
    "DocumentIndex",
    "DocumentRecord",
    "Embedder",
    "Failure",
    "Filters",
    "Hit",
    "IndexDamagedError",
    "IndexEmptyError",
    "IndexLockedError",
    "IndexMismatchError",
    "IndexNotFoundError",
    "IndexSettings",
    "IndexStatus",
    "MissingExtraError",
    "ModelError",
    "NoDocumentsError",
    "Page",
    "Plan",
    "Problem",
    "Progress",
    "QuestionError",
    "QuothError",
    "RepairReport",
    "SourceNotFoundError",
    "StorageError",
    "UnreadableFileError",
    "VerifyReport",
    "add",
    "build",
    "build_documents",
    "load",
    "plan",
    "rebuild",
    "remove",
    "repair",
    "verify",
]
