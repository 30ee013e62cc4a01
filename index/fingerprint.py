"""The facts that an index was built with, compared with what is configured."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from importlib.metadata import version

from index.chunking.chunker import Chunker
from index.embedder import Embedder
from index.errors import IndexMismatchError
from index.settings import IndexSettings

FORMAT = 5  # increases when stored data is made or read in another way
READABLE = frozenset(map(str, range(1, FORMAT + 1)))  # formats whose documents can be read; builds upgrade an older one
FACTS = ("format", "embedder", "chunking")
_NAMES = {"format": "format version", "embedder": "the embedding model", "chunking": "passages of"}


def facts_of(embedder: Embedder, chunker: Chunker) -> dict[str, str]:
    """The facts in which all builds of one index must agree."""
    return {"format": str(FORMAT), "embedder": embedder.name, "chunking": chunker.fingerprint}


def reading_of(settings: IndexSettings) -> str:
    """What decides whether a file can be read; files that could not are tried again when it changes."""
    limits = (settings.file_megabytes, settings.parse_seconds, settings.parse_megabytes)
    return f"quoth {version('quoth')}, {limits}, office {importlib.util.find_spec('xberg') is not None}"


def check_format(meta: Mapping[str, str]) -> None:
    """Raise IndexMismatchError unless this version can read the index's format."""
    built = meta.get("format", str(FORMAT))
    if built != str(FORMAT):
        remedy = "upgrade quoth" if built.isdigit() and int(built) > FORMAT else "run `quoth index`, which upgrades it"
        raise IndexMismatchError(f"the index has format {built}, this version reads {FORMAT}: {remedy}")


def is_outdated(meta: Mapping[str, str]) -> bool:
    """Whether an older version built the index, so that the next build upgrades it."""
    return meta.get("format", str(FORMAT)) in READABLE - {str(FORMAT)}


def check_upgrade(meta: Mapping[str, str], configured: Mapping[str, str]) -> None:
    """Raise IndexMismatchError unless an index of an older format was built with the configured model and length."""
    settings = ("embedder", "chunking")
    check(
        *(
            {key: facts[key].partition(", version")[0] for key in settings if key in facts}
            for facts in (meta, configured)
        )
    )


def check_embedder(meta: Mapping[str, str], name: str) -> None:
    """Raise IndexMismatchError unless the index was built with the embedding model of this name."""
    built = meta.get("embedder", name)
    if built != name:
        raise IndexMismatchError(
            f"the index was built with {built} ({meta.get('dimensions', '?')} dimensions), but the setting `embedder` "
            f"is {name}: change it back or run `quoth index --rebuild`"
        )


def check_dimensions(meta: Mapping[str, str], dimensions: int) -> None:
    """Raise IndexMismatchError unless the index holds vectors of this length."""
    built = meta.get("dimensions", str(dimensions))
    if built != str(dimensions):
        raise IndexMismatchError(
            f"the index holds vectors of {built} dimensions, but those of the model now have {dimensions}: the folder "
            "holds another model, run `quoth index --rebuild`"
        )


def check(meta: Mapping[str, str], configured: Mapping[str, str]) -> None:
    """Raise IndexMismatchError, naming both values, unless the index was built with the configured facts."""
    for key, value in configured.items():
        built = meta.get(key)
        if built is not None and built != value:
            raise IndexMismatchError(
                f"the index was built with {_NAMES[key]} {built}, but {value} is configured: "
                "change the setting back or run `quoth index --rebuild`"
            )
