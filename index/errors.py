"""Every error that Quoth raises on purpose, in four groups, so that callers can handle a group at once.

QuothError
├── StateError                the present state of the index or the service does not allow this
│   ├── IndexNotFoundError    there is no index at this path
│   ├── IndexEmptyError       the index holds no passages
│   ├── IndexMismatchError    the index was built with another model, chunking or format version than configured
│   ├── IndexLockedError      another process is writing to the index
│   ├── IndexChangedError     the index was changed while it was read, by someone whose changes cannot be followed
│   ├── DeletionsError        a build would delete most documents of a source, and was not told to
│   ├── DocumentNotFoundError the index has no document with this id, or no longer has it
│   └── CollectionNotFoundError  there is no collection of this name
├── StorageError              the disk, the index files or the database server fail
│   ├── DiskError             the disk is full, failing or read-only
│   ├── IndexDamagedError     the catalog fails its own checks
│   ├── CollectionDamagedError  the file of a collection cannot be understood
│   └── StoreUnreachableError the database server does not answer, or its version is not supported
├── InputError                a question, a path or a file cannot be used
│   ├── SourceNotFoundError   a path that should be indexed does not exist
│   ├── NoDocumentsError      nothing under the given paths can be indexed
│   ├── UnreadableFileError   one file cannot be parsed; a build reports it and goes on
│   ├── CollectionError       a collection cannot have this name, or so many documents
│   └── QuestionError         the question is empty or too long
└── SetupError                this installation lacks something, or is configured wrongly
    ├── ModelError            a model's files are missing, damaged or not the expected ones
    ├── EngineError           the ingestion engine cannot be reached, or gave up
    └── MissingExtraError     an optional dependency is not installed
"""


class QuothError(Exception):
    """Base class; the message is written for a person."""


class StateError(QuothError):
    """The present state of the index or the service does not allow this."""


class StorageError(QuothError):
    """The disk, the index files or the database server fail; earlier commits are safe unless the message denies it."""


class InputError(QuothError):
    """A question, a path or a file cannot be used."""


class SetupError(QuothError):
    """This installation lacks something, or is configured wrongly."""


class IndexNotFoundError(StateError):
    """There is no index at this path."""


class IndexEmptyError(StateError):
    """The index holds no passages."""


class IndexMismatchError(StateError):
    """The index was built with another model, chunking or format version than the one configured."""


class IndexLockedError(StateError):
    """Another process is writing to this index."""


class IndexChangedError(StateError):
    """The index was changed while it was read without permission to write, which hides changes: repeat."""


class DeletionsError(StateError):
    """A build would delete most documents of a source, because their files are gone, and was not told to."""


class DocumentNotFoundError(StateError):
    """The index has no document with this id, or no longer has it."""


class CollectionNotFoundError(StateError):
    """There is no collection of this name."""


class DiskError(StorageError):
    """The disk is full, failing or read-only; earlier commits are safe."""


class IndexDamagedError(StorageError):
    """The catalog fails its own checks."""


class CollectionDamagedError(StorageError):
    """The file of a collection cannot be understood."""


class StoreUnreachableError(StorageError):
    """The database server does not answer in time, or its version is not supported."""


class SourceNotFoundError(InputError):
    """A path that should be indexed does not exist."""


class NoDocumentsError(InputError):
    """Nothing under the given paths can be indexed."""


class UnreadableFileError(InputError):
    """One file cannot be parsed; a build reports it and goes on."""


class CollectionError(InputError):
    """A collection cannot have this name, or so many documents."""


class QuestionError(InputError, ValueError):
    """The question is empty or too long."""


class ModelError(SetupError):
    """A model's files are missing, damaged or not the expected ones."""


class EngineError(SetupError):
    """The ingestion engine cannot be reached, or gave up; earlier commits are kept."""


class MissingExtraError(SetupError):
    """An optional dependency is not installed; the message names the extra to install."""
