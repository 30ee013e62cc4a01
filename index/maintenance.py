"""Looking an index over, and mending it."""

from __future__ import annotations

from index.embedder import Embedder
from index.settings import IndexSettings
from index.stores.base import OnProgress, Place
from index.stores.folder.repair import RepairReport
from index.stores.folder.verify import VerifyReport
from index.stores.locate import store_at


def verify(location: Place) -> VerifyReport:
    """Check the index at a location; changes nothing.

    Raises IndexNotFoundError, and IndexDamagedError when it cannot be read at all.
    """
    return store_at(location).verify()


def repair(
    location: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
    embedder: Embedder | None = None,
) -> RepairReport:
    """Mend the index at a location.

    Raises IndexNotFoundError, IndexLockedError, and IndexDamagedError when the store itself is broken: then a
    rebuild from the files is the way.
    """
    return store_at(location).repair(settings or IndexSettings(), progress or (lambda _: None), wait_seconds, embedder)
