"""Everything the index raises.

QuothError
├── IndexNotFoundError        there is no index at this path
├── IndexEmptyError           the index holds no passages
├── IndexMismatchError        built with another model, chunking or format version than configured
├── IndexDamagedError         the catalog fails its own checks
├── IndexLockedError          another process is writing
├── StorageError              the disk is full, failing or closed to writing
├── StoreUnreachableError     the database that keeps the index does not answer, or is not one we can use
├── DocumentNotFoundError     there is no document of this id, or no longer
├── SourceNotFoundError       a path that was to be indexed does not exist
├── NoDocumentsError          nothing under the given paths can be indexed
├── UnreadableFileError       one file cannot be parsed; a build reports it and goes on
├── ModelError                a model's files are missing, damaged or not what was asked for
├── QuestionError             an empty or overlong question
├── EngineError               the engine that reads and embeds files cannot be reached or gave up
└── MissingExtraError         an optional dependency is not installed
"""


class QuothError(Exception):
    """Base class: every error that Quoth raises on purpose, with a message for a person."""


class IndexNotFoundError(QuothError):
    """There is no index at this path."""


class IndexEmptyError(QuothError):
    """The index holds no passages."""


class IndexMismatchError(QuothError):
    """The index was built with another model, chunking or format version than the one configured."""


class IndexDamagedError(QuothError):
    """The catalog fails its own checks."""


class IndexLockedError(QuothError):
    """Another process is writing to this index."""


class StorageError(QuothError):
    """The disk is full, failing or closed to writing; what was committed before is safe."""


class StoreUnreachableError(QuothError):
    """The database that keeps the index does not answer in time, or is of a version without what is needed."""


class DocumentNotFoundError(QuothError):
    """There is no document of this id, or no longer."""


class SourceNotFoundError(QuothError):
    """A path that was to be indexed does not exist."""


class NoDocumentsError(QuothError):
    """Nothing under the given paths can be indexed."""


class UnreadableFileError(QuothError):
    """One file cannot be parsed; a build reports it and goes on."""


class ModelError(QuothError):
    """A model's files are missing, damaged or not what was asked for."""


class QuestionError(QuothError, ValueError):
    """An empty or overlong question."""


class EngineError(QuothError):
    """The engine that reads and embeds files cannot be reached or gave up; what was committed is kept."""


class MissingExtraError(QuothError):
    """An optional dependency is not installed; the message names the extra that brings it."""
