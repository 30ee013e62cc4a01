"""Indexing documents, and searching the index."""

from index.embedder import Embedder
from index.errors import (
    CollectionDamagedError,
    CollectionError,
    CollectionNotFoundError,
    DeletionsError,
    DiskError,
    DocumentNotFoundError,
    EngineError,
    IndexChangedError,
    IndexDamagedError,
    IndexEmptyError,
    IndexLockedError,
    IndexMismatchError,
    IndexNotFoundError,
    InputError,
    MissingExtraError,
    ModelError,
    NoDocumentsError,
    QuestionError,
    QuothError,
    SetupError,
    SourceNotFoundError,
    StateError,
    StorageError,
    StoreUnreachableError,
    UnreadableFileError,
)
from index.ingestion.building import add, build, build_documents, remove
from index.ingestion.copying import copy
from index.ingestion.planning import plan
from index.ingestion.ray_engine import open_engine
from index.ingestion.rebuilding import rebuild
from index.isolation.children import start_child
from index.isolation.offline import stay_local
from index.loaders.dispatch import load, supported_suffixes
from index.loaders.files import on_disk, read_file
from index.maintenance import repair, verify
from index.ranking.stemming import stem_words
from index.ranking.vocabulary import Vocabulary
from index.reports import BuildReport, IndexStatus, Plan, Problem, Progress, RepairReport, VerifyReport
from index.search import DocumentIndex, IndexView
from index.settings import IndexSettings
from index.stores.base import Place, Store
from index.stores.document_collections import Collections, checked_collection
from index.stores.folder.schema import make_folder, open_private, sync_folder
from index.stores.locate import open_store
from index.stores.named_files import NamedFiles, write_whole
from index.types import (
    Cell,
    Chunk,
    Document,
    DocumentRecord,
    Failure,
    Filters,
    Hit,
    Page,
    Rows,
    Table,
    TablePart,
    TableRows,
)

__all__ = [
    "BuildReport",
    "Cell",
    "Chunk",
    "CollectionDamagedError",
    "CollectionError",
    "CollectionNotFoundError",
    "Collections",
    "DeletionsError",
    "DiskError",
    "Document",
    "DocumentIndex",
    "DocumentNotFoundError",
    "DocumentRecord",
    "Embedder",
    "EngineError",
    "Failure",
    "Filters",
    "Hit",
    "IndexChangedError",
    "IndexDamagedError",
    "IndexEmptyError",
    "IndexLockedError",
    "IndexMismatchError",
    "IndexNotFoundError",
    "IndexSettings",
    "IndexStatus",
    "IndexView",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "NamedFiles",
    "NoDocumentsError",
    "Page",
    "Place",
    "Plan",
    "Problem",
    "Progress",
    "QuestionError",
    "QuothError",
    "RepairReport",
    "Rows",
    "SetupError",
    "SourceNotFoundError",
    "StateError",
    "StorageError",
    "Store",
    "StoreUnreachableError",
    "Table",
    "TablePart",
    "TableRows",
    "UnreadableFileError",
    "VerifyReport",
    "Vocabulary",
    "add",
    "build",
    "build_documents",
    "checked_collection",
    "copy",
    "load",
    "make_folder",
    "on_disk",
    "open_engine",
    "open_private",
    "open_store",
    "plan",
    "read_file",
    "rebuild",
    "remove",
    "repair",
    "start_child",
    "stay_local",
    "stem_words",
    "supported_suffixes",
    "sync_folder",
    "verify",
    "write_whole",
]
