"""Files uploaded together: they wait in a folder of their own, and then replace uploads of the same names."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import BinaryIO

from index import BuildReport, sync_folder
from ui.errors import UploadError
from ui.service.rebuilds import Build
from ui.service.uploads import REPLACED, Indexed, Uploads, digest_of

KEY = re.compile(r"[0-9a-f]{32}")


class Batch:
    """Files uploaded together, under a key that the client chooses. They are indexed only when ``build`` is called."""

    def __init__(self, uploads: Uploads, key: str) -> None:
        """Raises ``UploadError`` for a malformed key."""
        if not KEY.fullmatch(key):
            raise UploadError("the key of a batch is 32 hexadecimal digits")
        self._uploads = uploads
        self._folder = uploads.folder / f".batch-{key}"
        self._replaced = self._folder / REPLACED

    def add(self, name: str, content: BinaryIO) -> str:
        """Store a file until the batch is built; returns its name. Raises ``UploadError``."""
        try:
            return self._uploads.store(name, content, self._folder)
        except UploadError:
            with suppress(OSError):  # unless the folder holds other files of the batch
                self._folder.rmdir()
            raise

    def build(self, build: Build, indexed: Indexed) -> BuildReport:
        """Index all files of the batch in one build, replacing uploads of the same names; returns the report.

        A file that cannot be read, or that a stopped build did not reach, is deleted, and the upload that it replaced
        is restored. Raises what ``build`` and ``Uploads.recover`` raise, and ``UploadError`` if the batch is empty.
        """
        if self._replaced.exists():
            raise UploadError("indexing these files was interrupted: add them again")
        left = self._uploads.recover(indexed)
        try:
            with self._uploads.lock() if self._folder.is_dir() else nullcontext():
                names = self._names()
                try:
                    self._install(names)
                    report = build([self._uploads.folder])
                finally:
                    restored = self._restore_missing(names, indexed())
                if restored:
                    build([self._uploads.folder])
                self._uploads.forget([*left, self._folder])
                return report
        finally:
            self.discard()

    def discard(self) -> None:
        """Delete the files of the batch that were not indexed, but never the only copy of an upload."""
        if not self._replaced.exists():
            shutil.rmtree(self._folder, ignore_errors=True)

    def _names(self) -> list[str]:
        names = [file.name for file in self._folder.iterdir()] if self._folder.is_dir() else []
        if not names:
            raise UploadError("no file was uploaded")
        return names

    def _install(self, names: Iterable[str]) -> None:
        self._replaced.mkdir()
        for name in names:
            target = self._uploads.folder / name
            if target.exists():
                target.replace(self._replaced / name)
            (self._folder / name).replace(target)
        sync_folder(self._replaced)
        sync_folder(self._uploads.folder)

    def _restore_missing(self, names: Iterable[str], indexed: Mapping[str, str]) -> list[str]:
        """Undo the upload of those ``names`` that are not in the index; returns them.

        The batch counts as being at work until the restored files are in the index again.
        """
        targets = {name: self._uploads.folder / name for name in names}
        missing = [name for name, target in targets.items() if not _is_indexed(target, indexed)]
        for name in missing:
            self._undo(name)
        sync_folder(self._uploads.folder)
        if all(_is_indexed(targets[name], indexed) for name in missing):
            shutil.rmtree(self._replaced, ignore_errors=True)  # what is left there was replaced for good
        return missing

    def _undo(self, name: str) -> None:
        target, backup = self._uploads.folder / name, self._replaced / name
        if backup.exists():
            backup.replace(target)
        elif not (self._folder / name).exists():  # it was put in place, where no upload was
            target.unlink(missing_ok=True)


def _is_indexed(file: Path, indexed: Mapping[str, str]) -> bool:
    """Whether the index has an upload as it is on disk, or neither has it."""
    return indexed.get(file.name) == digest_of(file)
