"""A process that forks one build per request, so that imports are paid once; builds are killed or meet a failing disk.

The process reads one JSON object a line, the fields of ``BuildRequest``, and prints the exit code of each build: 0 when
it finished, ``STORAGE_FAILED`` when it raised ``StorageError``, negative when a signal killed it. The steps of a build
are its progress reports, its changes to files in the index's folder, and its SQL statements that write.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import re
import secrets
import signal
import sqlite3
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index import BuildReport, IndexSettings, Progress, StorageError, build, open_store, rebuild
from tests.support.hash_embedder import HashEmbedder
from tests.support.paths import ROOT
from tests.support.processes import ends_within
from ui.service.batches import Batch
from ui.service.uploads import Uploads

FILE_EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")
WRITING = ("BEGIN", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ATTACH", "DETACH", "COMMIT")
CHANCE = re.compile(r"\.[0-9a-f]{8}")  # the suffix of a file that is to replace another
CONNECT = sqlite3.connect
STORAGE_FAILED = 3
UPLOADED = "mill.txt"

Step = tuple[str, int]  # its name, and its number among the steps of that name, from 1


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """One build, and what interrupts it."""

    rebuild: bool = False
    upload: str | None = None  # the words of ``UPLOADED``, which are uploaded instead of a build of the folder
    killed_before: Step | None = None
    killed_after: float | None = None  # seconds
    failing_write: int = 0  # number of the write to the index's folder that fails, from 1; 0 for none
    error: int = 0  # errno of the failing write
    all_later_fail: bool = False  # as on a full disk


class BuildServer:
    """Runs builds of ``folder`` into ``location``; writes fail where ``preloaded`` is failing_writes.c, compiled."""

    def __init__(self, location: Path, folder: Path, preloaded: Path | None = None) -> None:
        self.location, self.folder = location, folder
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
        if preloaded:
            environment["LD_PRELOAD"] = str(preloaded)
        command = [sys.executable, __file__, str(location), str(folder)]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def close(self) -> None:
        self._process.communicate(timeout=60)

    def run(self, request: BuildRequest) -> int:
        """The exit code of one build."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(asdict(request)), file=self._process.stdin, flush=True)
        code = int(self._process.stdout.readline())
        assert code in (0, STORAGE_FAILED, -signal.SIGKILL)
        return code

    def run_uninterrupted(self, *, rebuild: bool = False, upload: str | None = None) -> tuple[list[Step], int]:
        """The first and the last step of each name, and the number of writes, of a build that finishes."""
        assert self.run(BuildRequest(rebuild, upload)) == 0
        names, writes = json.loads(Path(f"{self.location}.steps").read_text())
        return sorted({(name, number) for name, last in Counter(names).items() for number in (1, last)}), writes


class StepRecorder:
    """Records the steps of this process and kills it before one of them."""

    def __init__(self, location: str, killed_before: Step | None) -> None:
        self.location = location
        self._killed_before = tuple(killed_before) if killed_before else None
        self._counts: Counter[str] = Counter()
        self.names: list[str] = []

    def record(self, name: str) -> None:
        self.names.append(name)
        self._counts[name] += 1
        if (name, self._counts[name]) == self._killed_before:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_progress(self, progress: Progress) -> None:
        self.record(f"progress {progress.step}")

    def on_audit_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in FILE_EVENTS and str(arguments[0]).startswith(self.location):
            suffix = Path(str(arguments[0])).suffix or "folder"
            self.record(f"{event} {'.partial' if CHANCE.fullmatch(suffix) else suffix}")

    def on_statement(self, sql: str) -> None:
        sql = sql.strip()
        if sql.startswith(WRITING):
            self.record(" ".join(sql.split()[:3]).rstrip(";") if not sql.startswith("ATTACH") else "ATTACH")

    def connect(self, *arguments: Any, **named: Any) -> sqlite3.Connection:
        """In place of ``sqlite3.connect``: its connections report their statements."""
        connection = CONNECT(*arguments, **named)
        connection.set_trace_callback(self.on_statement)
        return connection


def build_once(location: str, folder: str, request: BuildRequest) -> int:
    """Build in this process with small batches, so that there are many steps; its exit code."""
    steps = StepRecorder(location, request.killed_before)
    sys.addaudithook(steps.on_audit_event)
    sqlite3.connect = steps.connect  # type: ignore[assignment]
    if "LD_PRELOAD" in os.environ:
        os.environ |= {"FAIL_FOLDER": location, "FAIL_AT": str(request.failing_write), "FAIL_ERRNO": str(request.error)}
        os.environ |= {"FAIL_ALL_LATER": "1"} if request.all_later_fail else {}
    function = rebuild if request.rebuild else build
    options = {"settings": IndexSettings(commit_chunks=4), "embedder": HashEmbedder(), "wait_seconds": 10}

    def run(sources: Sequence[Path]) -> BuildReport:
        return function(sources, Path(location), progress=steps.on_progress, **options)

    try:
        if request.upload is None:
            run([Path(folder)])
        else:
            replace_upload(Path(location), request.upload, run)
    except StorageError:
        return STORAGE_FAILED
    os.environ.pop("FAIL_FOLDER", None)
    writes = ctypes.CDLL(None).writes_seen() if "LD_PRELOAD" in os.environ else 0
    Path(f"{location}.steps").write_text(json.dumps([steps.names, writes]))
    return 0


def replace_upload(location: Path, words: str, run: Callable[[Sequence[Path]], BuildReport]) -> None:
    """Upload a file, and index it."""
    uploads = Uploads(location, most_bytes=10**6)
    batch = Batch(uploads, secrets.token_hex(16))
    batch.add(UPLOADED, io.BytesIO(words.encode()))
    batch.build(run, lambda: uploaded(location))


def uploaded(location: Path) -> dict[str, str]:
    """The sha256 of each upload that is indexed, by name."""
    with open_store(location).reader() as reader:
        return Uploads(location, most_bytes=0).among(reader.records())


def fork_build(location: str, folder: str, request: BuildRequest) -> int:
    """The id of a child process that builds."""
    child = os.fork()
    if not child:
        code = 1
        try:
            code = build_once(location, folder, request)
        except BaseException:  # noqa: BLE001 - the parent asserts that there was none
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def main(location: str, folder: str) -> None:
    """Serve requests until the input ends."""
    HashEmbedder().tokenizer  # noqa: B018 - loaded here, so that no child needs to
    for line in sys.stdin:
        request = BuildRequest(**json.loads(line))
        child = fork_build(location, folder, request)
        if request.killed_after is not None:
            ends_within(child, request.killed_after)
            os.kill(child, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
