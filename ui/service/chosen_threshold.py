"""The threshold chosen on the page: kept beside the index, and in force where nobody has set another."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import StorageError

FILE = "chosen.json"


class ChosenError(StorageError):
    """What was chosen cannot be read or kept."""


class Chosen(BaseModel):
    """The probability from which answers are given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: Annotated[float, Field(ge=0, le=1)]


def chosen(location: Path) -> Chosen | None:
    """What was chosen for the index at ``location``, if anything was. Raises ``ChosenError``."""
    file = location / FILE
    try:
        return Chosen.model_validate_json(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValidationError, OSError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
        raise ChosenError(f"{file} cannot be read ({reason}): delete it, and choose the threshold again") from error


def keep(location: Path, choice: Chosen) -> None:
    """Put a choice in the place of the last one, whole or not at all. Raises ``ChosenError``."""
    partial = location / f".{FILE}.{secrets.token_hex(4)}"
    try:
        location.mkdir(parents=True, exist_ok=True)  # an index in another store needs no folder of its own
        with partial.open("x", encoding="utf-8") as file:
            file.write(choice.model_dump_json() + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(location / FILE)
    except OSError as error:
        raise ChosenError(f"the threshold cannot be kept in {location}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
