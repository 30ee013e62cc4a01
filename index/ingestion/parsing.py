"""Parsing in separate processes, so that a file that crashes, hangs or bloats its parser is the only one that fails."""

from __future__ import annotations

import json
import os
import queue
import select
import signal
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from index.children import start_child
from index.errors import QuothError
from index.ingestion.sources import SourceFile
from index.loaders.dispatch import load, suffix
from index.loaders.document_json import document_from_json
from index.loaders.worker import HEADER, pack
from index.settings import IndexSettings
from index.types import Document, Failure

_PLAIN = frozenset({".txt", ".text", ".md", ".markdown"})
_PLAIN_LIMIT = 1_000_000  # bytes
_MAX_READY = 64  # results in the queue; workers wait when it is full


class _WorkerError(Exception):
    """The worker ended or was stopped; the message says why its file could not be parsed."""


def parsed(files: Sequence[SourceFile], settings: IndexSettings) -> Generator[Document | Failure]:
    """The document in each file, or why it cannot be read, in the order in which they are ready.

    Small plain text files are parsed in this process, because they need no native code, and starting a process is slow.
    Closing the generator ends the workers.
    """
    plain: list[SourceFile] = []
    others: list[SourceFile] = []
    for file in files:
        (plain if _is_small_text(file) else others).append(file)
    with _workers(others, settings) as ready:
        for file in plain:
            yield _parsed_here(file)
        for _ in others:
            result = ready.get()
            if isinstance(result, BaseException):
                raise result
            yield result


def _is_small_text(file: SourceFile) -> bool:
    try:
        return suffix(file.path) in _PLAIN and Path(file.source, file.path).stat().st_size <= _PLAIN_LIMIT
    except OSError:
        return False


def _parsed_here(file: SourceFile) -> Document | Failure:
    try:
        return load(Path(file.source, file.path), Path(file.source), limit=_PLAIN_LIMIT)
    except QuothError as error:
        return Failure(file.path, file.source, str(error), file.sha256)


@contextmanager
def _workers(files: Sequence[SourceFile], settings: IndexSettings) -> Iterator[queue.Queue[Any]]:
    """Run workers inside the block; yields the queue of their results."""
    waiting: queue.SimpleQueue[SourceFile] = queue.SimpleQueue()
    for file in files:
        waiting.put(file)
    ready: queue.Queue[Any] = queue.Queue(_MAX_READY)
    stop = threading.Event()
    count = min(settings.parse_workers or max(1, (os.cpu_count() or 2) // 2), len(files))
    threads = [
        threading.Thread(target=_serve, args=(waiting, ready, stop, settings), name=f"parser {number}", daemon=True)
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
    waiting: queue.SimpleQueue[SourceFile], ready: queue.Queue[Any], stop: threading.Event, settings: IndexSettings
) -> None:
    """Let one worker process parse files from the queue ``waiting``, and put the results into the queue ``ready``."""
    worker: _Worker | None = None
    try:
        while not stop.is_set():
            file = waiting.get_nowait()
            worker = worker or _Worker(settings)
            try:
                _put(ready, worker.parse(file, stop), stop)
            except _WorkerError as error:
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

    def __init__(self, settings: IndexSettings) -> None:
        self._settings = settings
        self._process = start_child("index.loaders.worker", str(settings.parse_megabytes))
        self._requests = cast(BinaryIO, self._process.stdin)
        self._responses = cast(BinaryIO, self._process.stdout)

    def parse(self, file: SourceFile, stop: threading.Event) -> Document | Failure:
        """The document in a file, or why it cannot be read; raises _WorkerError when the process ends first."""
        request = {
            "path": str(Path(file.source, file.path)),
            "root": file.source,
            "limit": self._settings.file_megabytes * 1_000_000,
        }
        try:
            self._requests.write(pack(request))
            self._requests.flush()
        except BrokenPipeError as error:
            raise _WorkerError(self._exit_reason()) from error
        deadline = time.monotonic() + self._settings.parse_seconds
        (size,) = HEADER.unpack(self._read(HEADER.size, deadline, stop))
        response = json.loads(self._read(size, deadline, stop))
        if "reason" in response:
            return Failure(file.path, file.source, response["reason"], file.sha256)
        return document_from_json(response["document"])

    def end(self) -> None:
        """Kill the process and close its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._responses):
            with suppress(OSError):
                pipe.close()

    def _read(self, size: int, deadline: float, stop: threading.Event) -> bytes:
        pipe = self._responses.fileno()
        parts: list[bytes] = []
        while size > 0:
            if stop.is_set():
                raise _WorkerError("the build was stopped")
            if time.monotonic() > deadline:
                seconds = f"{self._settings.parse_seconds:g} seconds (`parse_seconds`)"
                raise _WorkerError(f"parsing it took longer than {seconds}")
            if not select.select([pipe], [], [], 0.2)[0]:
                continue
            part = os.read(pipe, min(size, 1 << 20))
            if not part:
                raise _WorkerError(self._exit_reason())
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _exit_reason(self) -> str:
        code = self._process.wait()
        if code == -signal.SIGKILL:
            return "its parser was killed, perhaps because the machine ran out of memory"
        return f"its parser crashed ({signal.Signals(-code).name if code < 0 else f'exit code {code}'})"
