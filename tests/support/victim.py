"""Builds to be killed or to meet a failing disk, in a process that forks one for each, so that imports are paid once.

The process reads lines of JSON, the fields of ``Fate``, and answers with the exit code of each build: 0 for done, 3 if
it told of the disk, negative for a signal. Steps are told by progress, by what Python says of files in the index's
folder, and by SQLite of every statement that changes something.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import traceback
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index import IndexSettings, Progress, StorageError, build, rebuild
from tests.support.hash_embedder import HashEmbedder
from tests.support.paths import ROOT

FILE_EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")
CHANGING = ("BEGIN", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ATTACH", "DETACH", "COMMIT")
CONNECT = sqlite3.connect
TOLD = 3

Step = tuple[str, int]  # its name, and which time


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a build."""

    rebuild: bool = False
    fatal: Step | None = None  # it kills itself before this step
    seconds: float | None = None  # it is killed after so long
    error: int = 0  # the error number of its n-th write to the index's folder
    write: int = 0  # n; 0 for none
    on: bool = False  # whether all writes after that fail too


class Victims:
    """Builds of one folder in processes of their own; the disk can fail where ``preloaded`` is faulty.c, compiled."""

    def __init__(self, location: Path, folder: Path, preloaded: Path | None = None) -> None:
        self.location, self.folder = location, folder
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
        if preloaded:
            environment["LD_PRELOAD"] = str(preloaded)
        command = [sys.executable, __file__, str(location), str(folder)]
        self._server = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def close(self) -> None:
        self._server.communicate(timeout=60)

    def run(self, fate: Fate) -> int:
        """The exit code of a build."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        print(json.dumps(asdict(fate)), file=self._server.stdin, flush=True)
        code = int(self._server.stdout.readline())
        assert code in (0, TOLD, -signal.SIGKILL)
        return code

    def whole(self, *, rebuild: bool) -> tuple[list[Step], int]:
        """The first and the last of each kind of step, and the number of writes, of a build that nothing befalls."""
        assert self.run(Fate(rebuild=rebuild)) == 0
        names, writes = json.loads(Path(f"{self.location}.steps").read_text())
        return sorted({(name, time) for name, last in Counter(names).items() for time in (1, last)}), writes


class Steps:
    """Counts the steps of this process, which dies before the fatal one."""

    def __init__(self, location: str, fatal: Step | None) -> None:
        self._location = location
        self._fatal = tuple(fatal) if fatal else None
        self._times: Counter[str] = Counter()
        self.names: list[str] = []

    def step(self, name: str) -> None:
        self.names.append(name)
        self._times[name] += 1
        if (name, self._times[name]) == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def told(self, progress: Progress) -> None:
        self.step(f"progress {progress.step}")

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in FILE_EVENTS and str(arguments[0]).startswith(self._location):
            self.step(f"{event} {Path(str(arguments[0])).suffix or 'folder'}")

    def connect(self, *arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = CONNECT(*arguments, **named)
        connection.set_trace_callback(self.statement)
        return connection

    def statement(self, sql: str) -> None:
        if sql.startswith(CHANGING):
            self.step(" ".join(sql.split()[:3]).rstrip(";") if not sql.startswith("ATTACH") else "ATTACH")


def run(location: str, folder: str, fate: Fate) -> int:
    """Build, with small batches, in this process."""
    steps = Steps(location, fate.fatal)
    sys.addaudithook(steps.audit)
    sqlite3.connect = steps.connect  # type: ignore[assignment]
    if "LD_PRELOAD" in os.environ:
        os.environ |= {"FAULT_FOLDER": location, "FAULT_AT": str(fate.write), "FAULT_ERROR": str(fate.error)}
        os.environ |= {"FAULT_ON": "1"} if fate.on else {}
    act = rebuild if fate.rebuild else build
    settings, hashing = IndexSettings(commit_chunks=4), HashEmbedder()
    try:
        act([Path(folder)], Path(location), settings=settings, progress=steps.told, wait_seconds=10, embedder=hashing)
    except StorageError:
        return TOLD
    os.environ.pop("FAULT_FOLDER", None)
    writes = ctypes.CDLL(None).faults_seen() if "LD_PRELOAD" in os.environ else 0
    Path(f"{location}.steps").write_text(json.dumps([steps.names, writes]))
    return 0


def main(location: str, folder: str) -> None:
    """Serve until the input ends."""
    HashEmbedder().tokenizer  # noqa: B018 - loaded here, its forks need not
    for line in sys.stdin:
        fate = Fate(**json.loads(line))
        child = os.fork()
        if not child:
            code = 1
            try:
                code = run(location, folder, fate)
            except BaseException:  # noqa: BLE001 - the parent asserts that there was none
                traceback.print_exc()
            finally:
                os._exit(code)
        if fate.seconds is not None:
            time.sleep(fate.seconds)
            os.kill(child, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
