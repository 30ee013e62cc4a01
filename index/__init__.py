"""Documents into an index, and an index searched."""

from index.build import BuildReport, add, build, build_documents, plan, remove
from index.copying import copy
from index.embedder import Embedder
from index.errors import (
    EngineError,
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
    StoreUnreachableError,
    UnreadableFileError,
)
from index.loaders import load
from index.plan import Plan
from index.rebuild import rebuild
from index.repair import RepairReport
from index.search import DocumentIndex
from index.settings import IndexSettings
from index.store import Place
from index.stores import store_of
from index.types import Chunk, Document, DocumentRecord, Failure, Filters, Hit, IndexStatus, Page, Progress
from index.upkeep import repair, verify
from index.verify import Problem, VerifyReport

__all__ = [
    "BuildReport",
    "Chunk",
    "Document",
    "DocumentIndex",
    "DocumentRecord",
    "Embedder",
    "EngineError",
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
    "Place",
    "Plan",
    "Problem",
    "Progress",
    "QuestionError",
    "QuothError",
    "RepairReport",
    "SourceNotFoundError",
    "StorageError",
    "StoreUnreachableError",
    "UnreadableFileError",
    "VerifyReport",
    "add",
    "build",
    "build_documents",
    "copy",
    "load",
    "plan",
    "rebuild",
    "remove",
    "repair",
    "store_of",
    "verify",
]
