"""The one open answerer of a process, shared by every person who asks."""

from __future__ import annotations

import threading

from index import Place
from qa import Answerer, ReaderSettings


class Desk:
    """Opens the answerer of one index when it is first needed, and keeps it.

    An index that does not exist yet is tried again at the next question, so that a page served over an empty folder
    begins to answer as soon as the first document is in.
    """

    def __init__(self, location: Place, *, settings: ReaderSettings | None = None) -> None:
        self.location = location
        self._settings = settings
        self._answerer: Answerer | None = None
        self._lock = threading.Lock()

    def answerer(self) -> Answerer:
        """The open answerer. Raises ``IndexNotFoundError`` and whatever else opening an index or a reader raises."""
        with self._lock:
            if self._answerer is None:
                self._answerer = Answerer.open(self.location, settings=self._settings)
            return self._answerer

    def set_threshold(self, threshold: float) -> None:
        """Give answers from another probability on, until this desk is closed. Raises what ``answerer`` raises."""
        answerer = self.answerer()
        answerer.settings = answerer.settings.model_copy(update={"threshold": threshold})

    def close(self) -> None:
        """Give back the index and the reader; the next question opens them again."""
        with self._lock:
            if self._answerer is not None:
                self._answerer.close()
            self._answerer = None
