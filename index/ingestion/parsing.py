"""Parsing and chunking in separate processes: a file that crashes, hangs or bloats its parser fails alone."""

from __future__ import annotations

import hashlib
import json
import os
import queue
import select
import signal
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from tokenizers import Tokenizer

from index.errors import SourceNotFoundError, UnreadableFileError
from index.ingestion.ingest import Chunked
from index.ingestion.sources import SourceFile
from index.isolation.children import start_child
from index.loaders.document_json import chunk_from_json, document_from_json
from index.loaders.files import FileAccessError, read_file
from index.loaders.worker import HEADER, pack
from index.settings import IndexSettings
from index.types import Chunk, Document, Failure

_BLOCK = 1 << 20  # bytes that are written or read at once
_MOST_OUTPUT = 600_000_000  # bytes of a response
_PATIENCE = 9  # times the limit of time that is added on a busy machine, where a process waits for a processor
_MAX_READY = 64  # results in the queue; workers wait when it is full


class _WorkerError(Exception):
    """The worker ended or was stopped; the message says why its file could not be parsed."""


def parsed(files: Sequence[SourceFile], settings: IndexSettings, tokenizer: Tokenizer) -> Generator[Chunked | Failure]:
    """The chunked document in each file, or why it cannot be read, in the order in which they are ready.

    ``tokenizer`` is the embedder's, in which the length of passages is counted. Closing the generator ends the workers.
    """
    with _workers(files, settings, tokenizer) as ready:
        for _ in files:
            result = ready.get()
            if isinstance(result, BaseException):
                raise result
            yield result


@contextmanager
def _workers(files: Sequence[SourceFile], settings: IndexSettings, tokenizer: Tokenizer) -> Iterator[queue.Queue[Any]]:
    """Run workers inside the block; yields the queue of their results."""
    waiting: queue.SimpleQueue[SourceFile] = queue.SimpleQueue()
    for file in files:
        waiting.put(file)
    ready: queue.Queue[Any] = queue.Queue(_MAX_READY)
    stop = threading.Event()
    setup = pack({"tokenizer": tokenizer.to_str(), "tokens": settings.chunk_tokens}) if files else b""
    count = min(settings.parse_workers or max(1, (os.cpu_count() or 2) // 2), len(files))
    threads = [
        threading.Thread(
            target=_serve, args=(waiting, ready, stop, settings, setup), name=f"parser {number}", daemon=True
        )
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield ready
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _serve(
    waiting: queue.SimpleQueue[SourceFile],
    ready: queue.Queue[Any],
    stop: threading.Event,
    settings: IndexSettings,
    setup: bytes,
) -> None:
    """Let one worker process parse files from the queue ``waiting``, and put the results into the queue ``ready``."""
    worker: _Worker | None = None
    try:
        while not stop.is_set():
            file = waiting.get_nowait()
            try:
                content = read_file(file.place, file.root, limit=settings.file_megabytes * 1_000_000)
                worker = worker or _Worker(settings, setup)
                _put(ready, worker.parse(file, content, stop), stop)
            except (SourceNotFoundError, FileAccessError) as error:  # what it holds is unknown
                _put(ready, Failure(file.path, file.source, str(error)), stop)
            except UnreadableFileError as error:
                _put(ready, Failure(file.path, file.source, str(error), file.sha256), stop)
            except _WorkerError as error:
                if worker is not None:
                    worker.end()
                worker = None
                _put(ready, Failure(file.path, file.source, str(error), file.sha256), stop)
    except queue.Empty:
        pass
    except BaseException as error:  # noqa: BLE001 - raised again in the thread that takes the results
        _put(ready, error, stop)
    finally:
        if worker is not None:
            worker.end()


def _put(ready: queue.Queue[Any], result: object, stop: threading.Event) -> None:
    while not stop.is_set():
        with suppress(queue.Full):
            ready.put(result, timeout=0.2)
            return


class _Worker:
    """A parser process, and the pipes to and from it."""

    def __init__(self, settings: IndexSettings, setup: bytes) -> None:
        self._settings = settings
        self._process = start_child("index.loaders.worker", megabytes=settings.parse_megabytes)
        self._requests = cast(BinaryIO, self._process.stdin)
        self._responses = cast(BinaryIO, self._process.stdout)
        os.set_blocking(self._requests.fileno(), False)
        self._starved_before = 0.0
        self._setup = setup  # sent with the first file, within its time limit

    def parse(self, file: SourceFile, content: bytes, stop: threading.Event) -> Chunked | Failure:
        """The document in a file, or why it cannot be read; raises _WorkerError when the process ends first."""
        deadline = time.monotonic() + self._settings.parse_seconds
        self._starved_before = self._starved()
        request = pack({"path": file.path, "source": file.source, "bytes": len(content)})
        self._write(self._setup + request, deadline, stop)
        self._write(content, deadline, stop)
        self._setup = b""
        (size,) = HEADER.unpack(self._read(HEADER.size, deadline, stop))
        if size > _MOST_OUTPUT:
            raise _WorkerError("its text is too long")
        received = self._read(size, deadline, stop)
        try:
            response = json.loads(received)
            json.dumps(response, ensure_ascii=False).encode()  # raises UnicodeEncodeError for text that is not Unicode
            if "reason" in response:
                return Failure(file.path, file.source, str(response["reason"]), file.sha256)
            document = document_from_json(response["document"])
            digest = hashlib.sha256(content).hexdigest()  # the process is not trusted to say which file it read
            document = replace(document, path=file.path, source=file.source, sha256=digest)
            return Chunked(document, tuple(_chunks(document, response["chunks"])))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise _WorkerError("its parser gave a malformed response") from error

    def end(self) -> None:
        """Kill the process, even one that is stuck, and close its pipes."""
        self._process.kill()
        for pipe in (self._requests, self._responses):
            with suppress(OSError):
                pipe.close()
        self._process.wait()

    def _write(self, data: bytes, deadline: float, stop: threading.Event) -> None:
        pipe = self._requests.fileno()
        left = memoryview(data)
        while left:
            if self._is_ready([], [pipe], deadline, stop):
                try:
                    left = left[os.write(pipe, left[:_BLOCK]) :]
                except BrokenPipeError as error:
                    raise _WorkerError(self._exit_reason()) from error

    def _read(self, size: int, deadline: float, stop: threading.Event) -> bytes:
        pipe = self._responses.fileno()
        parts: list[bytes] = []
        while size > 0:
            if not self._is_ready([pipe], [], deadline, stop):
                continue
            part = os.read(pipe, min(size, _BLOCK))
            if not part:
                raise _WorkerError(self._exit_reason())
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _is_ready(self, reading: list[int], writing: list[int], deadline: float, stop: threading.Event) -> bool:
        """Wait a moment for a pipe; raises _WorkerError when the build stops or the time is over."""
        if stop.is_set():
            raise _WorkerError("the build was stopped")
        late = time.monotonic() - deadline
        if late > 0 and late > min(self._starved() - self._starved_before, _PATIENCE * self._settings.parse_seconds):
            seconds = f"{self._settings.parse_seconds:g} seconds (`parse_seconds`)"
            raise _WorkerError(f"parsing it took longer than {seconds}")
        return any(select.select(reading, writing, [], 0.2))

    def _starved(self) -> float:
        """The seconds for which the process's threads were ready but got no processor, as on a busy machine."""
        waited = 0
        with suppress(OSError, ValueError, IndexError):  # a thread has ended, or this system does not tell
            for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
                waited += int((thread / "schedstat").read_text(encoding="ascii").split()[1])
        return waited / 1e9

    def _exit_reason(self) -> str:
        code = self._process.wait()
        if code == -signal.SIGKILL:
            return "its parser was killed, perhaps because the machine ran out of memory"
        return f"its parser crashed ({signal.Signals(-code).name if code < 0 else f'exit code {code}'})"


def _chunks(document: Document, received: Iterable[dict[str, Any]]) -> Iterator[Chunk]:
    """The chunks with these fields. Raises ValueError for a range outside the text."""
    own = {"id": 0, "document_id": 0}
    for ordinal, fields in enumerate(received):
        start, end = fields["start"], fields["end"]
        if not 0 <= start < end <= len(document.text):
            raise ValueError(f"passage {ordinal} is not a slice of the text")
        yield chunk_from_json(fields | own | {"ordinal": ordinal, "text": document.text[start:end]})
