"""Files that a person leaves out: by ``.quothignore`` in a folder, and by the patterns of the settings.

All have the syntax of ``.gitignore``. The patterns are remembered in the index, so that later builds keep to them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from index.errors import InputError
from index.settings import IndexSettings

FILE = ".quothignore"
META = "patterns"  # the index's fact that remembers them
_LONGEST = 1_000_000  # bytes of a .quothignore


@dataclass(frozen=True, slots=True)
class Patterns:
    """Which files are read: those that match a pattern of ``include``, or all, without those of ``exclude``."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: IndexSettings, meta: Mapping[str, str]) -> Patterns:
        """The patterns of the settings, where they give any, else those that the index remembers."""
        kept = json.loads(meta.get(META) or "{}")
        given = {"include": settings.include, "exclude": settings.exclude}
        chosen = {name: kept.get(name, ()) if own is None else own for name, own in given.items()}
        return cls(*(tuple(filter(str.strip, chosen[name])) for name in ("include", "exclude")))

    def as_meta(self) -> str:
        """As the index remembers them; empty for none."""
        return json.dumps(asdict(self)) if self.include or self.exclude else ""


class LeavingOut:
    """The rules of one source folder; those of each folder hold once it is entered.

    Raises InputError for what is no pattern.
    """

    def __init__(self, patterns: Patterns) -> None:
        self._include = _spec(patterns.include, "--include") if patterns.include else None
        self._exclude = _spec(patterns.exclude, "--exclude") if patterns.exclude else None
        self._files: dict[str, GitIgnoreSpec] = {}  # by the path of their folder with a slash, "" for the source

    def enter(self, folder: Path, path: str) -> None:
        """Keep to the ``.quothignore`` of a folder, if it has one; ``path`` is relative to the source, "" for it."""
        file = folder / FILE
        if not file.is_file():
            return
        try:
            with file.open(encoding="utf-8-sig", errors="replace") as opened:
                lines = opened.read(_LONGEST).splitlines()
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror or error}") from error
        self._files[f"{path}/" if path else ""] = _spec(lines, str(file))

    def leaves_out(self, path: str, *, is_folder: bool = False) -> bool:
        """Whether a file, or all of a folder, is left out; ``path`` is relative to the source."""
        if not (self._files or self._include or self._exclude):
            return False
        asked = f"{path}/" if is_folder else path
        left_out = False
        for above, spec in self._files.items():  # from the outermost inward, because folders are entered so
            if path.startswith(above):
                said = spec.check_file(asked[len(above) :]).include
                left_out = left_out if said is None else said
        if self._exclude is not None:
            said = self._exclude.check_file(asked).include
            left_out = left_out if said is None else said
        if not left_out and self._include is not None and not is_folder:
            left_out = not self._include.match_file(path)
        return left_out


def _spec(lines: Iterable[str], where: str) -> GitIgnoreSpec:
    listed = list(lines)
    try:
        return GitIgnoreSpec.from_lines(listed)
    except ValueError as error:
        raise InputError(f"{where} has a line that is no pattern of .gitignore's syntax: {error}") from error
