"""Plans, progress and reports of builds, checks and repairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from index.types import Failure


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of one step: how many items of how many (0 when unknown) are done."""

    step: str  # "scan", "parse", "encode", "embed", "commit", "write", "copy", "repair", "swap"
    done: int
    total: int
    detail: str = ""


OnProgress = Callable[[Progress], None]


def no_progress(progress: Progress) -> None:
    """Ignore progress."""


@dataclass(frozen=True, slots=True)
class MassDeletion:
    """A source most of whose files are gone; perhaps it is not mounted."""

    source: str
    deleted: int  # documents
    documents: int  # of this source, before

    def __str__(self) -> str:
        return f"{self.deleted:,} of the {self.documents:,} documents of {self.source}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The differences between files and index, as paths relative to their source."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()  # (from, to)
    deleted: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()  # known before parsing: files that cannot be opened or failed last time
    mass_deletions: tuple[MassDeletion, ...] = ()  # among the deleted; a build does them only when it is told to

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.added or self.changed or self.renamed or self.deleted)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found and did."""

    plan: Plan
    revision: int
    documents: int  # in the index now
    chunks: int  # in the index now
    embedded: int  # chunks that were embedded in this build
    seconds: float
    failures: tuple[Failure, ...] = ()  # the files of this build that could not be read


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a stored index."""

    kind: str  # "database", "catalog", "document", "vector", "words", "file"
    detail: str
    document_id: int | None = None


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The counts of what was checked, and the problems found."""

    revision: int
    documents: int
    chunks: int
    vectors: int
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        """Whether no problem was found."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class RepairReport:
    """The problems that were repaired, those that remain, and how many passages were embedded again."""

    mended: tuple[Problem, ...]
    left: tuple[Problem, ...]
    embedded: int


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """A summary of an index for people and for ``--json``."""

    path: str
    revision: int
    documents: int
    chunks: int
    failures: tuple[Failure, ...]
    embedder: str
    dimensions: int
    bytes_on_disk: int
    updated: str  # ISO 8601 date and time, UTC
