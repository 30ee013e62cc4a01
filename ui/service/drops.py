"""Files that are handed in together: kept aside as they arrive, then taken into the index by one build."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from index import BuildReport
from ui.service.rebuilds import Build
from ui.service.uploads import UploadError, Uploads

KEY = re.compile(r"[0-9a-f]{32}")
FORGOTTEN = 24 * 3600  # seconds after which a drop that nobody took in is deleted

Indexed = Callable[[], Mapping[str, str]]  # the uploads in the index now: their sha256 by name


class Drop:
    """One drop, by a key that the one who drops has made up; no build reads its files before they are taken in."""

    def __init__(self, uploads: Uploads, key: str) -> None:
        """Raises ``UploadError`` for what is no key."""
        if not KEY.fullmatch(key):
            raise UploadError("the key of a drop is 32 hexadecimal digits")
        self._uploads = uploads
        self._folder = uploads.folder / f".drop-{key}"
        self._replaced = self._folder / "replaced"  # no upload has such a name

    def keep(self, name: str, content: BinaryIO) -> str:
        """Keep a file until the drop is taken in; gives the name it has from then on. Raises ``UploadError``."""
        self._forget_others()
        try:
            return self._uploads.store(name, content, self._folder)
        except UploadError:
            with suppress(OSError):  # other files of the drop are in it
                self._folder.rmdir()
            raise

    def take_in(self, build: Build, indexed: Indexed) -> BuildReport:
        """Index all files of the drop in one build, in place of earlier ones of their names; gives its report.

        A file that cannot be read, or that a build which was stopped did not come to, is not kept, and what it would
        have replaced is there again. Raises what ``build`` raises, and ``UploadError`` when there are no files.
        """
        try:
            names = self._place()
            try:
                report = build([self._uploads.folder])
            finally:
                taken_back = self._take_back(names, indexed())
            if taken_back:
                build([self._uploads.folder])
            return report
        finally:
            self.discard()

    def discard(self) -> None:
        """Delete the files that were not taken in."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _place(self) -> list[str]:
        names = [file.name for file in self._folder.iterdir()] if self._folder.is_dir() else []
        if not names:
            raise UploadError("no file was handed in")
        self._replaced.mkdir()
        for name in names:
            target = self._uploads.folder / name
            if target.exists():
                target.replace(self._replaced / name)
            (self._folder / name).replace(target)
        return names

    def _take_back(self, names: list[str], indexed: Mapping[str, str]) -> list[str]:
        """Undo the placing of what is not in the index, and tell what that was."""
        missing = [name for name in names if indexed.get(name) != _digest(self._uploads.folder / name)]
        for name in missing:
            before = self._replaced / name
            target = self._uploads.folder / name
            before.replace(target) if before.exists() else target.unlink(missing_ok=True)
        return missing

    def _forget_others(self) -> None:
        for other in self._uploads.folder.glob(".drop-*"):
            with suppress(OSError):
                if time.time() - other.stat().st_mtime > FORGOTTEN:
                    shutil.rmtree(other)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
