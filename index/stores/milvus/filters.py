"""Filters as expressions of Milvus; they admit at least what the filters do, which are applied to the rest again."""

from __future__ import annotations

import re
from pathlib import PurePath

from index.stores.milvus.client import among, quoted
from index.types import Filters

_ANYTHING = re.compile(r"\*+")
_ONE = re.compile(
    r"\[!?\]?[^\]]*\]|[?%_\\\"']"
)  # what a pattern of Milvus would take for something else stands for any sign


def expression(filters: Filters) -> str:
    """The conditions on path, date and media type; empty for none."""
    parts = []
    if filters.documents:
        parts.append(among("path", sorted(set().union(*map(_relative, filters.documents)))))
    if filters.path is not None:
        parts.append(f"path like {quoted(_like(filters.path))}")
    if filters.media_type is not None:
        parts.append(f"media_type == {quoted(filters.media_type)}")
    if filters.after is not None or filters.before is not None:
        parts.append(f"date >= {quoted(filters.after or '0')}")
    if filters.before is not None:
        parts.append(f"date <= {quoted(filters.before + '~')}")  # "~" is after every sign of a date
    return " and ".join(parts)


def _relative(document: str) -> set[str]:
    """The relative paths that a document may have by this name, which is its address where it begins at the root."""
    path = PurePath(document)
    ends = range(1, len(path.parts)) if path.is_absolute() else ()
    return {document, *(str(PurePath(*path.parts[begin:])) for begin in ends)}


def _like(glob: str) -> str:
    return _ANYTHING.sub("%", _ONE.sub("_", glob))
