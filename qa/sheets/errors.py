"""Every error of question sheets, in the groups of ``index``.

StateError
├── SheetNotFoundError    no sheet of this name is kept
└── SheetBusyError        the sheet is being asked already
StorageError
└── SheetDamagedError     the file of a sheet cannot be understood
InputError
└── SheetError            a sheet of this name, of these documents or of this size cannot be asked
"""

from __future__ import annotations

from index import InputError, StateError, StorageError


class SheetNotFoundError(StateError):
    """No sheet of this name is kept."""


class SheetBusyError(StateError):
    """The sheet is being asked already, by this process or another one."""


class SheetDamagedError(StorageError):
    """The file of a sheet cannot be understood."""


class SheetError(InputError):
    """A sheet of this name, of these documents or of this size cannot be asked."""
