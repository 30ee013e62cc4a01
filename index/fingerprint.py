"""The facts that an index was built with, compared with what is configured."""

from __future__ import annotations

from collections.abc import Mapping

from index.chunking import Chunker
from index.embedder import Embedder
from index.errors import IndexMismatchError

FORMAT = 1  # goes up when stored data changes in a way that older code cannot read
FACTS = ("format", "embedder", "chunking")
_NAMES = {"format": "format version", "embedder": "the embedding model", "chunking": "passages of"}


def facts_of(embedder: Embedder, chunker: Chunker) -> dict[str, str]:
    """The facts that must be equal for two builds to go into one index."""
    return {
        "format": str(FORMAT),
        "embedder": embedder.name,
        "chunking": chunker.fingerprint,
    }


def check_format(meta: Mapping[str, str]) -> None:
    """Raise IndexMismatchError unless this version reads the catalog's format."""
    found = meta.get("format", str(FORMAT))
    if found != str(FORMAT):
        remedy = "upgrade quoth" if found.isdigit() and int(found) > FORMAT else "run `quoth index --rebuild`"
        raise IndexMismatchError(f"the index has format {found}, this version reads {FORMAT}: {remedy}")


def check_embedder(meta: Mapping[str, str], name: str) -> None:
    """Raise IndexMismatchError unless the index was built with the embedding model of this name."""
    built = meta.get("embedder", name)
    if built != name:
        raise IndexMismatchError(
            f"the index was built with {built} ({meta.get('dimensions', '?')} dimensions), but the setting `embedder` "
            f"is {name}: change it back or run `quoth index --rebuild`"
        )


def check(meta: Mapping[str, str], configured: Mapping[str, str]) -> None:
    """Raise IndexMismatchError, naming both values, unless the index was built with what is configured."""
    for key, value in configured.items():
        built = meta.get(key)
        if built is not None and built != value:
            raise IndexMismatchError(
                f"the index was built with {_NAMES[key]} {built}, but {value} is configured: "
                "change the setting back or run `quoth index --rebuild`"
            )
