"""Every error that ``ui`` defines, in the groups of ``index``.

StateError
├── UnavailableError          the service cannot do this now, but may be able to in a moment
│   ├── QueueFullError        too many questions are waiting
│   ├── NotReadyError         the index and the models are not open yet
│   └── ShuttingDownError     the service is shutting down
├── RebuildStoppedError       a rebuild was asked to stop
├── EvaluationStoppedError    an evaluation was asked to stop
└── ForeignDocumentError      the document is not an upload, so it cannot be removed here
StorageError
├── ThresholdFileError        the threshold chosen on the page cannot be read or saved
└── QuestionsDamagedError     the questions of "Check yourself" cannot be read
InputError
└── UploadError               an uploaded file is not accepted
SetupError
├── SettingsError             a setting does not exist, or cannot have this value
├── AccessError               the service would admit people that it should not
└── AddressError              the service cannot listen on this address
"""

from __future__ import annotations

from index import InputError, SetupError, StateError, StorageError


class UnavailableError(StateError):
    """The service cannot do this now, but may be able to in a moment."""


class QueueFullError(UnavailableError):
    """Too many questions are waiting already."""


class NotReadyError(UnavailableError):
    """The index and the models are not open yet."""


class ShuttingDownError(UnavailableError):
    """The service is shutting down, so its background work stops."""


class RebuildStoppedError(StateError):
    """A rebuild was asked to stop; what it has committed stays."""


class EvaluationStoppedError(StateError):
    """An evaluation was asked to stop."""


class ForeignDocumentError(StateError):
    """The document is not an upload, so it cannot be removed here."""


class ThresholdFileError(StorageError):
    """The threshold chosen on the page cannot be read or saved."""


class QuestionsDamagedError(StorageError):
    """The questions of "Check yourself" cannot be read."""


class UploadError(InputError):
    """An uploaded file is not accepted, because of its name, type or size."""


class SettingsError(SetupError):
    """A setting does not exist, or cannot have this value."""


class AccessError(SetupError):
    """The service would admit people that it should not."""


class AddressError(SetupError):
    """The service cannot listen on this address."""
