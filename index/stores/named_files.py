"""Files that people name, such as collections and sheets: what a name may be, and how a file is put in place whole."""

from __future__ import annotations

import os
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from index.errors import QuothError
from index.stores.folder.schema import make_folder, open_private, sync_folder

LONGEST_NAME = 80  # in UTF-8 bytes, each of which may take three in the name of the file


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """Files of one kind, each of which has a name that a person gave it."""

    kind: str  # in messages: "collection"
    ending: str
    refused: type[QuothError]  # raised for what cannot be a name

    def checked(self, name: str) -> str:
        """A name with its white space tidied. Raises ``refused``."""
        tidy = " ".join(unicodedata.normalize("NFC", name).split())
        if not any(letter.isalnum() for letter in tidy) or set(tidy) & {*"/\\"} or not tidy.isprintable():
            raise self.refused(
                f"the name of a {self.kind} has at least one letter or digit, and neither / nor \\ nor controls"
            )
        if len(tidy.encode("utf-8", "replace")) > LONGEST_NAME:
            raise self.refused(f"the name of a {self.kind} has at most {LONGEST_NAME} bytes: shorten it")
        return tidy

    def path(self, folder: Path, name: str) -> Path:
        """The file of a name. Raises ``refused``."""
        return folder / f"{quote(self.checked(name), safe=' ')}{self.ending}"

    def names(self, folder: Path) -> list[str]:
        """The names of all files, in no order; none if there is no folder."""
        return [unquote(path.name.removesuffix(self.ending)) for path in folder.glob(f"*{self.ending}")]


def write_whole(path: Path, content: bytes) -> None:
    """Put a file for its owner alone in place, whole, and make its folder. Raises ``OSError``, and nothing changes."""
    make_folder(path.parent)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(partial, "xb", opener=open_private) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
