"""Which store a place names: a folder, or a Milvus by its address or its file."""

from __future__ import annotations

from pathlib import Path

from index.local import LocalStore
from index.store import Place, Store


def store_at(place: Place) -> Store:
    """The store at a place; nothing is opened yet."""
    if isinstance(place, Path | str):
        return LocalStore(Path(place))
    return place
