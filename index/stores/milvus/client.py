"""The connection to a Milvus: one call at a time limit, and errors that a person can act on."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.errors import IndexLockedError, MissingExtraError, StoreUnreachableError

_OLDEST = (2, 5)  # the first version with a BM25 function
_CONNECT_SECONDS = 5.0
_SLOW = 10  # loading and flushing may take so many times as long as a search
_PAGE = 1_000  # rows or ids in one request
_REQUEST_BYTES = 8_000_000

Row = dict[str, Any]


class MilvusConnection:
    """A Milvus by its address (``http://host:19530``) or, as Milvus Lite, by its file (``index.db``).

    Every call raises StoreUnreachableError when it takes longer than ``seconds`` or nobody answers.
    """

    def __init__(self, uri: str, token: str = "", seconds: float = 30.0) -> None:
        self.uri, self.seconds = uri, seconds
        self._there: set[str] = set()
        self._client = self._connect(token)

    @property
    def is_file(self) -> bool:
        """Whether it is Milvus Lite inside this process."""
        return is_file(self.uri)

    def close(self) -> None:
        """End the connection; a file is let go of when no other connection of this process has it open."""
        self._client.close()

    def call(self, method: str, *args: Any, slow: bool = False, **kwargs: Any) -> Any:
        """One method of the client."""
        limit = self.seconds * (_SLOW if slow else 1)
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            return getattr(self._client, method)(*args, timeout=limit, **kwargs)
        except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError) as error:
            raise self._translated(error, limit) from error

    def has(self, collection: str) -> bool:
        """Whether there is a collection, which is then loaded; asked once of each that is there."""
        if collection not in self._there and self.call("has_collection", collection):
            if "Loaded" not in str(self.call("get_load_state", collection)["state"]):
                self.call("load_collection", collection, slow=True)
            self._there.add(collection)
        return collection in self._there

    def drop(self, collection: str) -> None:
        """Drop a collection."""
        self._there.discard(collection)
        self.call("drop_collection", collection, slow=True)

    def get(self, collection: str, key: str, *, strong: bool = True) -> Row | None:
        """One row by its primary key, given as an expression."""
        rows = self.query(collection, key, ["*"], strong=strong)
        return rows[0] if rows else None

    def query(self, collection: str, where: str, fields: list[str], *, strong: bool = True) -> list[Row]:
        """The rows that an expression admits, for expressions that admit at most a few thousand."""
        level = "Strong" if strong else "Bounded"
        found = self.call("query", collection, filter=where, output_fields=fields, consistency_level=level)
        return [dict(row) for row in found]

    def query_among(
        self, collection: str, field: str, values: list[Any], fields: list[str], *, strong: bool = True
    ) -> list[Row]:
        """The rows whose field has one of the values."""
        rows: list[Row] = []
        for place in range(0, len(values), _PAGE):
            rows += self.query(collection, among(field, values[place : place + _PAGE]), fields, strong=strong)
        return rows

    def every(self, collection: str, where: str, fields: list[str]) -> list[Row]:
        """All rows that an expression admits, page by page."""
        iterator = self.call(
            "query_iterator",
            collection,
            batch_size=_PAGE,
            filter=where,
            output_fields=fields,
            consistency_level="Strong",
        )
        rows: list[Row] = []
        while page := iterator.next():
            rows += (dict(row) for row in page)
        iterator.close()
        return rows

    def put(self, collection: str, rows: list[Row]) -> None:
        """Insert rows, or replace those of the same primary key, so that a request that is repeated does no harm."""
        for some in _requests(rows):
            self.call("upsert", collection, some)

    def delete(self, collection: str, where: str) -> None:
        """Delete the rows that an expression admits."""
        self.call("delete", collection, filter=where)

    def delete_among(self, collection: str, field: str, values: list[Any]) -> None:
        """Delete the rows whose field has one of the values."""
        for place in range(0, len(values), _PAGE):
            self.delete(collection, among(field, values[place : place + _PAGE]))

    def _connect(self, token: str) -> Any:
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # what goes wrong is raised, and told once
        try:
            import grpc
            from pymilvus import MilvusClient
            from pymilvus.exceptions import ConnectionConfigException, MilvusException
        except ImportError as error:
            raise MissingExtraError(f"the store {self.uri} needs Milvus: run `pip install 'quoth[milvus]'`") from error
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        if self.is_file:
            Path(self.uri).resolve().parent.mkdir(parents=True, exist_ok=True)
        try:
            client = MilvusClient(self.uri, token=token, timeout=min(self.seconds, _CONNECT_SECONDS))
            version = str(client.get_server_version(timeout=self.seconds))
        except ConnectionConfigException as error:
            raise self._unopened(error) from error
        except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError) as error:
            raise self._translated(error, min(self.seconds, _CONNECT_SECONDS)) from error
        numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
        if numbers and numbers < _OLDEST:
            client.close()
            raise StoreUnreachableError(
                f"{self.uri} is Milvus {version}, which has no keyword search of its own: "
                f"use {'.'.join(map(str, _OLDEST))} or later"
            )
        return client

    def _unopened(self, error: Exception) -> Exception:
        """Why a file, or an address that is none, cannot be opened."""
        if self.is_file and Path(self.uri).exists():
            return IndexLockedError(
                f"{self.uri} is open in another process (Milvus Lite serves one at a time), or was written by another "
                f"version: wait, or serve it to several by `milvus-lite server --data-dir {self.uri}`"
            )
        return StoreUnreachableError(f"{self.uri} cannot be opened: {error}. Is the setting `store` right?")

    def _translated(self, error: Exception, limit: float) -> Exception:
        text = str(getattr(error, "message", "") or error).strip().splitlines()
        reason = text[0][:300] if text else type(error).__name__
        late = re.search("deadline|timeout|timed out", f"{reason} {getattr(error, 'code', '')}", re.IGNORECASE)
        what = f"did not answer within {limit:g} seconds" if late else "cannot be used"
        return StoreUnreachableError(
            f"the Milvus at {self.uri} {what} ({reason}): see that it runs, and that the setting `store` names it"
        )


def is_file(uri: str) -> bool:
    """Whether an address is a Milvus Lite file."""
    return "://" not in uri


def quoted(value: str) -> str:
    """A string as a literal of Milvus' expressions."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def among(field: str, values: list[Any]) -> str:
    """The expression that a field has one of the values."""
    return f"{field} in [{', '.join(quoted(v) if isinstance(v, str) else str(v) for v in values)}]"


def _requests(rows: list[Row]) -> Iterator[list[Row]]:
    """Rows in portions that fit into a request."""
    some: list[Row] = []
    size = 0
    for row in rows:
        length = 4 * sum(len(value) for value in row.values() if isinstance(value, str | list)) + 100
        if some and (size + length > _REQUEST_BYTES or len(some) == _PAGE):
            yield some
            some, size = [], 0
        some.append(row)
        size += length
    if some:
        yield some
