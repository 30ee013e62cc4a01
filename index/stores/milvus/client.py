"""The connection to Milvus: every call has a time limit, and every error names a remedy."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from index.errors import IndexLockedError, MissingExtraError, StoreUnreachableError
from index.stores.folder.schema import make_folder

_OLDEST_VERSION = (2, 5)  # the first with a BM25 function
_CONNECT_SECONDS = 5.0
_SLOW_FACTOR = 10  # loading and flushing may take this many times as long as a search
_BATCH_ROWS = 1_000
_BATCH_BYTES = 8_000_000

Row = dict[str, Any]
_T = TypeVar("_T")


class MilvusConnection:
    """A Milvus server by its address (``http://host:19530``), or Milvus Lite by its file (``index.db``).

    Every call raises StoreUnreachableError when it takes longer than ``seconds`` or the server cannot be reached.
    """

    def __init__(self, uri: str, token: str = "", seconds: float = 30.0) -> None:
        self.uri, self.seconds = uri, seconds
        self._loaded: set[str] = set()
        self._client = self._connect(token)

    @property
    def is_file(self) -> bool:
        """Whether this is Milvus Lite, which runs inside this process."""
        return is_file(self.uri)

    def close(self) -> None:
        """Close the connection; a Lite file is closed with its last connection in this process."""
        self._client.close()

    def call(self, method: str, *args: Any, slow: bool = False, **kwargs: Any) -> Any:
        """Call one method of the Milvus client; ``slow`` allows ten times the usual time limit."""
        limit = self.seconds * (_SLOW_FACTOR if slow else 1)
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            return getattr(self._client, method)(*args, timeout=limit, **kwargs)
        except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError) as error:
            raise self._unreachable(error, limit) from error

    def load_if_exists(self, collection: str) -> bool:
        """Load a collection into memory; False when it does not exist. Loaded collections are remembered.

        One whose making was interrupted before its indexes were made, so that it is empty, does not exist either.
        """
        if collection not in self._loaded and self.call("has_collection", collection):
            if not self._has_indexes(collection):
                return False
            if "Loaded" not in str(self.call("get_load_state", collection)["state"]):
                self.call("load_collection", collection, slow=True)
            self._loaded.add(collection)
        return collection in self._loaded

    def _has_indexes(self, collection: str) -> bool:
        """Whether each field of vectors has its index, without which a collection can be neither loaded nor written."""
        from pymilvus import DataType

        fields = self.call("describe_collection", collection)["fields"]
        vectors = [field["name"] for field in fields if "VECTOR" in DataType(field["type"]).name]
        return all(self.call("list_indexes", collection, field) for field in vectors)

    def drop_collection(self, collection: str) -> None:
        """Drop a collection."""
        self._loaded.discard(collection)
        self.call("drop_collection", collection, slow=True)

    def get(self, collection: str, key: str) -> Row | None:
        """The row whose primary key ``key`` has this value; None when there is none."""
        rows = self.query_in(collection, "key", [key], ["*"])
        return rows[0] if rows else None

    def query(self, collection: str, where: str, fields: list[str], *, strong: bool = True) -> list[Row]:
        """The rows that match an expression, for expressions that match at most a few thousand.

        A ``strong`` query sees every earlier write; others may miss the most recent ones.
        """
        level = "Strong" if strong else "Bounded"
        rows = self.call("query", collection, filter=where, output_fields=fields, consistency_level=level)
        return [dict(row) for row in rows]

    def query_in(
        self,
        collection: str,
        field: str,
        values: Sequence[Any],
        fields: list[str],
        *,
        strong: bool = True,
        batch: int = _BATCH_ROWS,
    ) -> list[Row]:
        """The rows whose field has one of the values, requested ``batch`` values at a time."""
        conditions = (is_in(field, part) for part in batches(values, batch))
        return [row for where in conditions for row in self.query(collection, where, fields, strong=strong)]

    def query_all(self, collection: str, where: str, fields: list[str]) -> list[Row]:
        """All rows that match an expression, however many, fetched page by page."""
        options: dict[str, Any] = {"filter": where, "output_fields": fields, "consistency_level": "Strong"}
        iterator = self.call("query_iterator", collection, batch_size=_BATCH_ROWS, **options)
        rows: list[Row] = []
        while page := iterator.next():
            rows += (dict(row) for row in page)
        iterator.close()
        return rows

    def upsert(self, collection: str, rows: list[Row]) -> None:
        """Insert rows or replace those with the same primary key; repeating the request is harmless."""
        for batch in _requests(rows):
            self.call("upsert", collection, batch)

    def delete_in(self, collection: str, field: str, values: Sequence[Any]) -> None:
        """Delete the rows whose field has one of the values."""
        for part in batches(values):
            self.call("delete", collection, filter=is_in(field, part))

    def _connect(self, token: str) -> Any:
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # errors are raised, so gRPC need not log them
        try:
            import grpc
            from pymilvus import MilvusClient
            from pymilvus.exceptions import ConnectionConfigException, MilvusException
        except ImportError as error:
            raise MissingExtraError(f"the store {self.uri} needs Milvus: run `pip install 'quoth[milvus]'`") from error
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        place = Path(self.uri).resolve() if self.is_file else None
        is_new = place is not None and not place.exists()
        if place is not None:
            make_folder(place.parent)
        try:
            client = MilvusClient(self.uri, token=token, timeout=min(self.seconds, _CONNECT_SECONDS))
            version = str(client.get_server_version(timeout=self.seconds))
            if place is not None and is_new:
                place.chmod(0o700)  # Milvus Lite makes a folder that everybody can read
        except ConnectionConfigException as error:
            raise self._cannot_open(error) from error
        except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError) as error:
            raise self._unreachable(error, min(self.seconds, _CONNECT_SECONDS)) from error
        if _is_too_old(version):
            client.close()
            raise StoreUnreachableError(
                f"{self.uri} is Milvus {version}, which has no keyword search: "
                f"use {'.'.join(map(str, _OLDEST_VERSION))} or later"
            )
        return client

    def _cannot_open(self, error: Exception) -> Exception:
        """The error for a file that cannot be opened, or for a malformed address."""
        if self.is_file and Path(self.uri).exists():
            return IndexLockedError(
                f"{self.uri} is open in another process (Milvus Lite allows one at a time) or was written by another "
                f"version: wait, or share it with `milvus-lite server --data-dir {self.uri}`"
            )
        return StoreUnreachableError(f"{self.uri} cannot be opened: {error}. Is the setting `store` right?")

    def _unreachable(self, error: Exception, limit: float) -> Exception:
        text = str(getattr(error, "message", "") or error).strip().splitlines()
        reason = text[0][:300] if text else type(error).__name__
        late = re.search("deadline|timeout|timed out", f"{reason} {getattr(error, 'code', '')}", re.IGNORECASE)
        failure = f"did not answer within {limit:g} seconds" if late else "cannot be used"
        return StoreUnreachableError(
            f"the Milvus at {self.uri} {failure} ({reason}): check that it runs and that the setting `store` names it"
        )


def is_file(uri: str) -> bool:
    """Whether an address is a Milvus Lite file."""
    return "://" not in uri


def literal(value: str) -> str:
    """A string as a literal in a Milvus expression."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def is_in(field: str, values: Sequence[Any]) -> str:
    """The expression that matches rows whose field has one of the values."""
    return f"{field} in [{', '.join(literal(v) if isinstance(v, str) else str(v) for v in values)}]"


def batches(values: Sequence[_T], size: int = _BATCH_ROWS) -> Iterator[Sequence[_T]]:
    """The values in order, at most ``size`` at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _requests(rows: list[Row]) -> Iterator[list[Row]]:
    """Rows in batches that fit into one request."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        length = 4 * sum(len(value) for value in row.values() if isinstance(value, str | list)) + 100
        if batch and (size + length > _BATCH_BYTES or len(batch) == _BATCH_ROWS):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch


def _is_too_old(version: str) -> bool:
    """Whether a version is older than the oldest supported one; False for one without numbers, such as a build's."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    return bool(numbers) and numbers < _OLDEST_VERSION
