"""The names that the index offers; one more or less is a decision, and belongs in the changelog."""

from __future__ import annotations

import index

NAMES = """
    BuildReport Cell Chunk CollectionDamagedError CollectionError CollectionNotFoundError Collections DeletionsError
    DiskError Document DocumentIndex DocumentNotFoundError DocumentRecord Embedder EngineError Failure Filters Hit
    IndexChangedError IndexDamagedError IndexEmptyError IndexLockedError IndexMismatchError IndexNotFoundError
    IndexSettings IndexStatus IndexView InputError MissingExtraError ModelError NamedFiles NoDocumentsError Page Place
    Plan Problem Progress QuestionError QuothError RepairReport Rows SetupError SourceNotFoundError StateError
    StorageError Store StoreUnreachableError Table TablePart TableRows UnreadableFileError VerifyReport Vocabulary
    add build build_documents checked_collection copy load make_folder on_disk open_engine open_private open_store plan
    read_file rebuild remove repair start_child stay_local stem_words supported_suffixes sync_folder verify write_whole
"""


def test_the_public_names_are_these() -> None:
    assert sorted(index.__all__) == sorted(NAMES.split())
    assert all(hasattr(index, name) for name in index.__all__)


def test_every_error_is_a_quoth_error_with_a_docstring() -> None:
    errors = [getattr(index, name) for name in index.__all__ if name.endswith("Error")]
    assert all(issubclass(error, index.QuothError) and error.__doc__ for error in errors)
