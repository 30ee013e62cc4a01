"""The store that a place names: a folder, or Milvus by its address or its file."""

from __future__ import annotations

from pathlib import Path

from index.settings import IndexSettings
from index.stores.base import Place, Store
from index.stores.folder.store import FolderStore

_FILE = ".db"  # of Milvus Lite


def open_store(place: Place | None = None, settings: IndexSettings | None = None) -> Store:
    """The store at a place, by default the one that the settings name: ``store``, or the folder ``index``.

    Milvus gets the token and the time limit of the settings. Nothing is opened yet.
    """
    settings = settings or IndexSettings()
    place = place or settings.store or settings.index
    if not isinstance(place, Path | str):
        return place
    if "://" in str(place) or str(place).endswith(_FILE):
        from index.stores.milvus.store import MilvusStore

        token = settings.store_token.get_secret_value() if settings.store_token else ""
        return MilvusStore(str(place), token, settings.store_seconds)
    return FolderStore(Path(place))
