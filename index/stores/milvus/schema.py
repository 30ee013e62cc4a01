"""The collections that keep an index in Milvus: four for each generation, and one manifest that names the generation.

Every name begins with ``quoth_``; one Milvus database (``http://host:19530/name``) holds one index. A rebuild writes a
new generation, and replacing one row, the manifest, switches every reader to it at once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from index.errors import IndexMismatchError
from index.stores.milvus.client import MilvusConnection, Row

SCHEMA = 3  # increases when older code can no longer read the collections
MANIFESTS = "quoth_index"
CURRENT, NEXT = "index", "beside"  # keys of manifests: the index, and the one that a rebuild is writing
TEXT_BYTES = 60_000  # the longest string that is stored; Milvus allows 65,535
UNUSED_VECTOR = [0.0, 0.0]  # Milvus requires a vector field in every collection

_MAX_LENGTH = 65_535
_HNSW = {"M": 16, "efConstruction": 200}
_FIELDS = {
    "documents": {"id": "id", "source": "text", "path": "text", "sha256": "name", "record": "text"},
    "texts": {"key": "key", "document": "number", "first": "number", "part": "text"},
    "facts": {"key": "key", "value": "text"},
    "passages": {
        "id": "id", "document": "number", "ordinal": "number", "start": "number", "stop": "number", "skip": "number",
        "page": "number", "heading": "text", "title": "text", "text": "text", "key": "name", "path": "text",
        "date": "name", "media_type": "name", "terms": "terms", "context": "text", "rows": "name",
        "checksum": "number",
    },
}  # fmt: skip
_INVERTED_INDEXES = {"documents": ["path"], "texts": ["document"], "passages": ["document", "key"]}


@dataclass(frozen=True, slots=True)
class Manifest:
    """The state of an index; writing it ends a commit."""

    generation: int  # from 1; 0 when there is no index
    revision: int = 0
    documents: int = 0
    chunks: int = 0
    next_document: int = 1  # this id and all greater ones are unused
    next_chunk: int = 1
    pending: tuple[int, ...] = ()  # ids of the documents that a running or interrupted commit changes
    meta: tuple[tuple[str, str], ...] = ()
    schema: int = SCHEMA  # of its collections

    @property
    def dimensions(self) -> int:
        """The length of the vectors; 0 before the first commit."""
        return int(dict(self.meta).get("dimensions", 0))

    def collection(self, kind: str) -> str:
        """The name of one of its collections: "passages", "documents", "texts" or "facts"."""
        return f"quoth_{kind}_{self.generation}"


def read_manifest(connection: MilvusConnection, key: str) -> Manifest | None:
    """The manifest under a key, ``CURRENT`` or ``NEXT``; None when there is none.

    Raises IndexMismatchError when a later version of Quoth wrote it.
    """
    row = connection.get(MANIFESTS, key) if connection.load_if_exists(MANIFESTS) else None
    if row is None:
        return None
    fields = json.loads(row["value"])
    if fields["schema"] > SCHEMA:
        raise IndexMismatchError(
            f"the index at {connection.uri} has schema {fields['schema']}, this version reads {SCHEMA}: upgrade quoth"
        )
    fields["pending"] = tuple(fields["pending"])
    fields["meta"] = tuple((name, value) for name, value in fields["meta"])
    return Manifest(**fields)


def write_manifest(connection: MilvusConnection, key: str, manifest: Manifest) -> None:
    """Write or replace the manifest under a key."""
    fields = {name: getattr(manifest, name) for name in Manifest.__slots__}
    put_values(connection, MANIFESTS, {key: json.dumps(fields)})


def delete_manifest(connection: MilvusConnection, key: str) -> None:
    """Delete the manifest under a key."""
    connection.delete_in(MANIFESTS, "key", [key])


def put_values(connection: MilvusConnection, collection: str, values: dict[str, str]) -> None:
    """Write values under their keys into a key-value collection."""
    rows = [{"key": key, "value": value, "unused": UNUSED_VECTOR} for key, value in values.items()]
    connection.upsert(collection, rows)


def create_key_values(connection: MilvusConnection, collection: str) -> None:
    """Create a key-value collection, such as that of the manifests, if it does not exist."""
    if not connection.load_if_exists(collection):
        _create_collection(connection, collection, _FIELDS["facts"], [])


def create_generation(connection: MilvusConnection, manifest: Manifest, dimensions: int) -> None:
    """Create the missing collections of a generation; the passages only when ``dimensions`` is not 0."""
    for kind, fields in _FIELDS.items():
        size = dimensions if kind == "passages" else 0
        if (size or kind != "passages") and not connection.load_if_exists(manifest.collection(kind)):
            inverted = _INVERTED_INDEXES.get(kind, [])
            _create_collection(connection, manifest.collection(kind), fields, inverted, size)


def load_generation(connection: MilvusConnection, manifest: Manifest) -> None:
    """Load the collections of a generation so that they can be searched."""
    for kind in _FIELDS:
        connection.load_if_exists(manifest.collection(kind))


def drop_other_generations(connection: MilvusConnection, kept: set[int]) -> None:
    """Drop the collections of all generations but the ``kept`` ones."""
    for name in connection.call("list_collections"):
        prefix, _, number = name.rpartition("_")
        if number.isdigit() and prefix in {f"quoth_{kind}" for kind in _FIELDS} and int(number) not in kept:
            connection.drop_collection(name)


def _create_collection(
    connection: MilvusConnection, name: str, fields: dict[str, str], inverted: list[str], dimensions: int = 0
) -> None:
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    indexes: Any = MilvusClient.prepare_index_params()
    types = _field_types()
    for field, kind in fields.items():
        schema.add_field(field, **types[kind])
    if dimensions:
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimensions)
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(Function("bm25", FunctionType.BM25, ["terms"], ["sparse"]))
        indexes.add_index("vector", index_type="HNSW", metric_type="COSINE", params=_HNSW)
        indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    else:
        schema.add_field("unused", DataType.FLOAT_VECTOR, dim=len(UNUSED_VECTOR))
        indexes.add_index("unused", index_type="FLAT", metric_type="L2")
    for field in inverted:
        indexes.add_index(field, index_type="INVERTED")
    if connection.call("has_collection", name):  # without its indexes, because its making was interrupted
        connection.drop_collection(name)
    connection.call("create_collection", name, schema=schema, consistency_level="Bounded", slow=True)
    connection.call("create_index", name, indexes, sync=False, slow=True)  # waiting would take half a second each
    connection.call("load_collection", name, slow=True)


def _field_types() -> dict[str, Row]:
    """The parameters of each type of field in ``_FIELDS``."""
    from pymilvus import DataType

    text: Row = {"datatype": DataType.VARCHAR, "max_length": _MAX_LENGTH}
    return {
        "id": {"datatype": DataType.INT64, "is_primary": True},
        "key": {"datatype": DataType.VARCHAR, "max_length": 128, "is_primary": True},
        "number": {"datatype": DataType.INT64},
        "name": {"datatype": DataType.VARCHAR, "max_length": 256},
        "text": text,
        "terms": text | {"enable_analyzer": True, "analyzer_params": {"tokenizer": "standard"}},
    }
