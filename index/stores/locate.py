"""Which store a place names: a folder, or a Milvus by its address or its file."""

from __future__ import annotations

from pathlib import Path

from index.settings import IndexSettings
from index.stores.base import Place, Store
from index.stores.folder.store import FolderStore

_FILE = ".db"  # of Milvus Lite


def store_at(place: Place, token: str = "", seconds: float = 30.0) -> Store:
    """The store at a place; nothing is opened yet. ``token`` and ``seconds`` are for a Milvus."""
    if not isinstance(place, Path | str):
        return place
    if "://" in str(place) or str(place).endswith(_FILE):
        from index.stores.milvus.store import MilvusStore

        return MilvusStore(str(place), token, seconds)
    return FolderStore(Path(place))


def store_of(settings: IndexSettings, place: Place | None = None) -> Store:
    """The store at a place, or that the settings name: ``store``, or the folder ``index`` where that is empty."""
    token = settings.store_token.get_secret_value() if settings.store_token else ""
    return store_at(place or settings.store or settings.index, token, settings.store_seconds)
