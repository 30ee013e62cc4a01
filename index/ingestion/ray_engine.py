"""Parsing, chunking and embedding files with Ray Data: many workers, on this machine or on a cluster.

A task reads a few files and returns a row for each: its document with chunks and vectors, or why it cannot be read. A
worker that dies is restarted, and its task is repeated. Only the building process commits, in batches; if it is killed,
the next build continues after its last commit. A text in two tasks may be embedded twice, but it is stored once.
"""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Callable, Generator, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from index.chunking.passage_texts import passage_key, passage_text
from index.embedder import Embedder
from index.errors import EngineError, MissingExtraError
from index.ingestion.ingest import Chunked
from index.ingestion.parsing import parsed
from index.ingestion.sources import SourceFile
from index.loaders.document_json import chunk_from_json, document_from_json, document_to_json
from index.settings import IndexSettings
from index.types import Chunk, Document, Failure

FILES_PER_TASK = 32
LOCAL = "ray"
_PACKAGES = Path(__file__).resolve().parents[2]
_CONNECT_SECONDS = 5.0
_STARTS = 3  # of Ray on this machine, which gives its own processes only 15 to 30 s, and has no setting for it
_ATTEMPTS = 2  # to embed a document that could not be embedded together with others
_OBJECT_STORE_BYTES = 500_000_000
_WORKER_SETTINGS = {"embedder", "chunk_tokens", "parse_seconds", "parse_megabytes", "file_megabytes"}
_ROW = dict[str, Any]

logger = logging.getLogger(__name__)


def open_engine(settings: IndexSettings) -> RayEngine | None:
    """The engine that the settings name; None when this process does the work. Nothing is started yet."""
    return RayEngine(settings.engine, settings.engine_workers) if settings.engine else None


class RayEngine:
    """Ray on this machine, unreachable from others, for the address "ray"; else the Ray cluster at the address."""

    def __init__(
        self, address: str = LOCAL, workers: int = 0, embedder: Callable[[IndexSettings], Embedder] = Embedder
    ) -> None:
        self.address, self.workers, self.embedder = address, workers, embedder

    def read(
        self, files: Sequence[SourceFile], settings: IndexSettings, known: Set[bytes]
    ) -> Generator[Chunked | Failure]:
        """The embedded document in each file, or why it cannot be read, in the order in which tasks end.

        Raises MissingExtraError, EngineError.
        """
        if not files:
            return
        ray = self._started()
        try:
            for row in self._rows(ray, files, settings, known):
                yield _item(row)
        except ray.exceptions.RayError as error:
            raise EngineError(
                f"Ray gave up: {str(error).splitlines()[0]}. Earlier commits are kept: repeat the command"
            ) from error
        finally:
            ray.shutdown()

    def _rows(
        self, ray: Any, files: Sequence[SourceFile], settings: IndexSettings, known: Set[bytes]
    ) -> Generator[_ROW]:
        workers = self.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        tasks = -(-len(files) // FILES_PER_TASK)
        rows = ray.data.from_items([asdict(file) for file in files], override_num_blocks=tasks).map_batches(
            _Worker,
            fn_constructor_args=(settings.model_dump_json(include=_WORKER_SETTINGS), known, self.embedder),
            batch_size=FILES_PER_TASK,
            batch_format="pandas",
            compute=ray.data.ActorPoolStrategy(size=min(workers, tasks)),
            num_cpus=1,
        )  # Ray Data restarts workers that die, and repeats their tasks
        for batch in rows.iter_batches(batch_size=None, batch_format="pandas"):
            yield from batch.to_dict("records")

    def _started(self) -> Any:
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        os.environ.setdefault("RAY_DATA_DISABLE_PROGRESS_BARS", "1")
        if self.address == LOCAL:
            os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # on Linux too: the node listens on 127.0.0.1 only
        try:
            import ray
            import ray.data
            from ray._private import ray_constants
        except ImportError as error:
            raise MissingExtraError("`--engine ray` needs Ray: run `pip install 'quoth[ray]'`") from error
        if self.address == LOCAL:
            ray_constants.ENABLE_RAY_CLUSTER = False  # in case ray was imported before the environment was set
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        if self.address != LOCAL:
            self._check_reachable()
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.execution_options.preserve_order = False
        self._initialise(ray)
        return ray

    def _initialise(self, ray: Any) -> None:
        """Start Ray here, again if it was too slow on a busy machine, or connect to the cluster. Raises EngineError."""
        for left in reversed(range(_STARTS if self.address == LOCAL else 1)):
            try:
                with _without_settings():
                    ray.init(
                        **self._options(), log_to_driver=False, logging_level=logging.ERROR, ignore_reinit_error=True
                    )
                return
            except Exception as error:  # Ray raises a bare Exception for a node that does not come up in time
                ray.shutdown()
                if not left:
                    raise self._unreachable(error) from error
                logger.warning("Ray could not be started here, which is tried again: %s", error)

    def _options(self) -> dict[str, Any]:
        local: dict[str, Any] = {
            "num_cpus": self.workers or os.cpu_count(),
            "include_dashboard": False,
            "object_store_memory": _OBJECT_STORE_BYTES,
            "_node_ip_address": "127.0.0.1",
        }
        options = local if self.address == LOCAL else {"address": self.address}
        if not self.address.startswith("ray://"):  # for a Ray client, the cluster starts the driver
            options["job_config"] = _job()
        return options

    def _check_reachable(self) -> None:
        """Fail early when nothing listens at the address, because Ray itself would try for minutes."""
        host, _, port = self.address.rpartition("://")[2].rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=_CONNECT_SECONDS).close()
        except (OSError, ValueError) as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> EngineError:
        if self.address == LOCAL:
            return EngineError(f"Ray could not be started here (try again when the machine is less busy): {error}")
        return EngineError(f"Ray at {self.address} cannot be reached: {error}. Is the setting `engine` right?")


def _job() -> Any:
    """A job whose workers import from our packages' folder, not from the current one, which may contain documents."""
    from ray.job_config import JobConfig

    class Job(JobConfig):  # type: ignore[misc, unused-ignore]
        def _serialize(self) -> Any:
            self._py_driver_sys_path = [str(_PACKAGES)]
            return super()._serialize()

    return Job()


@contextmanager
def _without_settings() -> Iterator[None]:
    """Hide our settings, which include a token, from the processes that Ray starts inside the block."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.upper().startswith("QUOTH_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


class _Worker:
    """One worker, which loads its own models once."""

    def __init__(self, settings: str, known: Set[bytes], embedder: Callable[[IndexSettings], Embedder]) -> None:
        self._settings = IndexSettings(**json.loads(settings) | {"parse_workers": 1})
        self._known = known
        self._embedder = embedder(self._settings)

    def __call__(self, batch: Any) -> Any:
        import pandas as pd

        files = [SourceFile(row["source"], row["path"], row["sha256"]) for row in batch.to_dict("records")]
        results = list(parsed(files, self._settings, self._embedder.tokenizer))
        documents = [result for result in results if isinstance(result, Chunked)]
        rows = [_failed(result) for result in results if isinstance(result, Failure)]
        try:
            rows += self._embedded(documents)
        except Exception:  # noqa: BLE001 - one document is at fault, so each is embedded separately
            rows += [row for document in documents for row in self._embedded_alone(document)]
        return pd.DataFrame(rows)

    def _embedded_alone(self, chunked: Chunked) -> list[_ROW]:
        reason = ""
        for _ in range(_ATTEMPTS):
            try:
                return self._embedded([chunked])
            except Exception as error:  # noqa: BLE001 - only this file fails
                reason = f"it could not be embedded: {error}"
        document = chunked.document
        return [_failed(Failure(document.path, document.source, reason, document.sha256))]

    def _embedded(self, documents: Sequence[Chunked]) -> list[_ROW]:
        chunked = [(item.document, item.chunks) for item in documents]
        texts = {passage_key(d, chunk): passage_text(d, chunk) for d, chunks in chunked for chunk in chunks}
        new = [key for key in texts if key not in self._known]
        vectors = dict(zip(new, self._embedder.encode([texts[key] for key in new]), strict=True)) if new else {}
        return [_row(document, chunks, vectors) for document, chunks in chunked]


def _row(document: Document, chunks: Sequence[Chunk], vectors: dict[bytes, Any]) -> _ROW:
    keys = list(dict.fromkeys(key for chunk in chunks if (key := passage_key(document, chunk)) in vectors))
    fields = {
        "document": document_to_json(document),
        "chunks": list(map(asdict, chunks)),
        "keys": [key.hex() for key in keys],
    }
    matrix = np.array([vectors[key] for key in keys], dtype=np.float32)
    return {"item": json.dumps(fields), "vectors": matrix.tobytes()}


def _failed(failure: Failure) -> _ROW:
    return {"item": json.dumps({"failure": asdict(failure)}), "vectors": b""}


def _item(row: _ROW) -> Chunked | Failure:
    fields = json.loads(row["item"])
    if "failure" in fields:
        return Failure(**fields["failure"])
    keys = [bytes.fromhex(key) for key in fields["keys"]]
    matrix = np.frombuffer(row["vectors"], dtype=np.float32).reshape(len(keys), -1 if keys else 0)
    chunks = tuple(map(chunk_from_json, fields["chunks"]))
    return Chunked(document_from_json(fields["document"]), chunks, dict(zip(keys, matrix, strict=True)))
