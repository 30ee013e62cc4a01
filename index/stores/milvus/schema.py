"""What Milvus keeps of an index: four collections a generation, and one that says which generation is the index.

Everything is under ``quoth_``; a database of Milvus (``http://host:19530/name``) holds one index. A renewed index is a
new generation, and one row names the generation that is read, so that it changes at once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from index.errors import IndexMismatchError
from index.stores.milvus.client import MilvusConnection, Row

SCHEMA = 1  # goes up when the collections change in a way that older code cannot read
HEADS = "quoth_index"
KINDS = ("passages", "documents", "texts", "facts")
TEXT_BYTES = 60_000  # of one string; Milvus allows 65,535
UNUSED = [0.0, 0.0]  # every collection must have a vector

_LONGEST = 65_535
_HNSW = {"M": 16, "efConstruction": 200}


@dataclass(frozen=True, slots=True)
class Head:
    """The row that says what the index is now: its commit is the commit of all that was written before it."""

    generation: int
    revision: int = 0
    documents: int = 0
    chunks: int = 0
    next_document: int = 1  # ids from here on were never used
    next_chunk: int = 1
    pending: tuple[int, ...] = ()  # documents that a commit is changing, or was when it was interrupted
    meta: tuple[tuple[str, str], ...] = ()

    def collection(self, kind: str) -> str:
        """The name of one of its collections."""
        return f"quoth_{kind}_{self.generation}"

    def with_meta(self, meta: dict[str, str]) -> Head:
        """The same with other facts."""
        return replace(self, meta=tuple(sorted(meta.items())))


def read_head(link: MilvusConnection, slot: str) -> Head | None:
    """The head in a slot ("index", or "beside" while one is made to replace it); None when there is none.

    Raises IndexMismatchError when another version of Quoth wrote it in a way that this one does not read.
    """
    if not link.has(HEADS):
        return None
    row = link.get(HEADS, f'key == "{slot}"')
    if row is None:
        return None
    stored = json.loads(row["value"])
    if stored.pop("schema") != SCHEMA:
        found = json.loads(row["value"])["schema"]
        remedy = "upgrade quoth" if found > SCHEMA else "index into a new database or file"
        raise IndexMismatchError(f"the index at {link.uri} has schema {found}, this version reads {SCHEMA}: {remedy}")
    stored["pending"] = tuple(stored["pending"])
    stored["meta"] = tuple((key, value) for key, value in stored["meta"])
    return Head(**stored)


def write_head(link: MilvusConnection, slot: str, head: Head) -> None:
    """Make this the head."""
    stored = {name: getattr(head, name) for name in Head.__slots__}
    link.put(HEADS, [{"key": slot, "value": json.dumps({"schema": SCHEMA, **stored}), "unused": UNUSED}])


def drop_head(link: MilvusConnection, slot: str) -> None:
    """Forget a head."""
    link.delete(HEADS, f'key == "{slot}"')


def make_values(link: MilvusConnection, name: str) -> None:
    """Make a collection of values under keys, as that of the heads is, when it is missing."""
    if not link.has(name):
        _create(link, name, [("key", "key"), ("value", "text")], {})


def make_generation(link: MilvusConnection, head: Head, dimensions: int) -> None:
    """Make the collections of a generation that are missing; vectors are float32 (dimensions,)."""
    fields: dict[str, list[tuple[str, str]]] = {
        "documents": [("id", "id"), ("source", "text"), ("path", "text"), ("sha256", "name"), ("record", "text")],
        "texts": [("key", "key"), ("document", "number"), ("first", "number"), ("part", "text")],
        "facts": [("key", "key"), ("value", "text")],
        "passages": [
            ("id", "id"), ("document", "number"), ("ordinal", "number"), ("start", "number"), ("stop", "number"),
            ("skip", "number"), ("page", "number"), ("heading", "text"), ("title", "text"), ("text", "text"),
            ("key", "name"), ("path", "text"), ("date", "name"), ("media_type", "name"), ("terms", "terms"),
        ],
    }  # fmt: skip
    looked_up = {"documents": ["path"], "texts": ["document"], "passages": ["document", "key"]}
    for kind in KINDS:
        if not link.has(head.collection(kind)):
            if kind == "passages" and not dimensions:
                continue
            indexes = dict.fromkeys(looked_up.get(kind, []), "INVERTED")
            _create(link, head.collection(kind), fields[kind], indexes, dimensions if kind == "passages" else 0)


def load(link: MilvusConnection, head: Head) -> None:
    """See that a generation can be searched."""
    for kind in KINDS:
        link.has(head.collection(kind))


def drop_generations(link: MilvusConnection, kept: set[int]) -> None:
    """Drop the collections of all other generations."""
    for name in link.call("list_collections"):
        prefix, _, number = name.rpartition("_")
        if number.isdigit() and prefix in {f"quoth_{kind}" for kind in KINDS} and int(number) not in kept:
            link.drop(name)


def _create(
    link: MilvusConnection, name: str, fields: list[tuple[str, str]], indexes: dict[str, str], dimensions: int = 0
) -> None:
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    kinds: dict[str, Row] = {
        "id": {"datatype": DataType.INT64, "is_primary": True},
        "key": {"datatype": DataType.VARCHAR, "max_length": 128, "is_primary": True},
        "number": {"datatype": DataType.INT64},
        "name": {"datatype": DataType.VARCHAR, "max_length": 256},
        "text": {"datatype": DataType.VARCHAR, "max_length": _LONGEST},
        "terms": {
            "datatype": DataType.VARCHAR,
            "max_length": _LONGEST,
            "enable_analyzer": True,
            "analyzer_params": {"tokenizer": "standard"},
        },
    }
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    index: Any = MilvusClient.prepare_index_params()
    for field, kind in fields:
        schema.add_field(field, **kinds[kind])
    if dimensions:
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimensions)
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        bm25 = Function("bm25", FunctionType.BM25, input_field_names=["terms"], output_field_names=["sparse"])
        schema.add_function(bm25)
        index.add_index("vector", index_type="HNSW", metric_type="COSINE", params=_HNSW)
        index.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    else:
        schema.add_field("unused", DataType.FLOAT_VECTOR, dim=len(UNUSED))
        index.add_index("unused", index_type="FLAT", metric_type="L2")
    for field, kind in indexes.items():
        index.add_index(field, index_type=kind)
    link.call("create_collection", name, schema=schema, consistency_level="Bounded", slow=True)
    link.call("create_index", name, index, sync=False, slow=True)  # of nothing yet; waiting costs half a second each
    link.call("load_collection", name, slow=True)
