"""Plans, progress and reports of builds, checks and repairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from index.types import DocumentRecord, Failure

LEAST_COVERAGE = 0.95  # a document with a smaller share of its text has a warning
_KINDS = 10  # of files, that are named


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
class PassedOver:
    """What a scan of the sources saw and did not read; hidden files and folders are not counted."""

    kinds: Mapping[str, int] = field(default_factory=dict)  # files of other types by suffix, "" without one, by suffix
    linked_folders: int = 0  # which are not followed
    ignored: int = 0  # files and whole folders that patterns leave out
    ignored_paths: tuple[str, ...] = ()  # the first ten of them; folders end with a slash

    def __add__(self, other: PassedOver) -> PassedOver:
        counts = Counter(self.kinds) + Counter(other.kinds)
        paths = (*self.ignored_paths, *other.ignored_paths)[:_KINDS]
        links = self.linked_folders + other.linked_folders
        return PassedOver(dict(sorted(counts.items())), links, self.ignored + other.ignored, paths)

    def __bool__(self) -> bool:
        return bool(self.kinds or self.linked_folders or self.ignored)

    def __str__(self) -> str:
        """As "14 of other kinds (.doc 3, .png 11), 1 linked folder, 2 left out (drafts/, old.txt)"; ten are named."""
        listed = sorted(self.kinds.items(), key=lambda item: -item[1])[:_KINDS]
        named = [f"{suffix or 'no suffix'} {count:,}" for suffix, count in sorted(listed)]
        if unnamed := len(self.kinds) - len(listed):
            named.append(f"and {unnamed:,} more kinds")
        files = f"{sum(self.kinds.values()):,} of other kinds ({', '.join(named)})" if self.kinds else ""
        plural = "" if self.linked_folders == 1 else "s"
        links = f"{self.linked_folders:,} linked folder{plural}" if self.linked_folders else ""
        more = (
            f", and {self.ignored - len(self.ignored_paths):,} more" if self.ignored > len(self.ignored_paths) else ""
        )
        ignored = f"{self.ignored:,} left out ({', '.join(self.ignored_paths)}{more})" if self.ignored else ""
        return ", ".join(filter(None, (files, links, ignored)))


@dataclass(frozen=True, slots=True)
class PartlyRead:
    """A document of whose text less than 95% was taken out, and why."""

    path: str
    source: str
    coverage: float  # 0 to 1
    reason: str

    @classmethod
    def among(cls, records: Iterable[DocumentRecord]) -> tuple[PartlyRead, ...]:
        """Those of the documents, by path, that were partly read."""
        partly = (r for r in records if r.coverage is not None and r.coverage < LEAST_COVERAGE and r.warnings)
        return tuple(cls(r.path, r.source, r.coverage or 0.0, "; ".join(r.warnings)) for r in partly)


@dataclass(frozen=True, slots=True)
class EmbedderChange:
    """Another embedding model is configured than the index was built with; only a rebuild can change it."""

    built: str
    configured: str
    passages: int  # in the index, all of which a rebuild embeds again

    def __str__(self) -> str:
        return (
            f"the embedding model changes from {self.built} to {self.configured}: "
            f"`quoth index --rebuild` reads all files and embeds all {self.passages:,} passages again"
        )


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
    passed_over: PassedOver = field(default_factory=PassedOver)
    partly_read: tuple[PartlyRead, ...] = ()  # among the unchanged
    embedder: EmbedderChange | None = None

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
    partly_read: tuple[PartlyRead, ...] = ()  # the documents of this build of which much is missing


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
