"""Kills the service before the steps by which it replaces an upload, and checks that one whole edition is left.

    python -m tests.benchmarks.service.upload_kills --steps 12

An upload is replaced over HTTP and by the page's two requests, by a file that can be read and by one that cannot. The
steps are the changes to files of the index's folder and the SQL statements that write; before the first and the last of
each kind (or a sample of ``--steps`` in each of the four ways) the service is killed. Then it is started again, as if
a day had passed, and takes another upload, which deletes what is old. The document must say all of one of the editions,
its file must be the one that was indexed, and nothing else may lie in the folder.
"""

from __future__ import annotations

import argparse
import datetime
import http.client
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.build_server import Step, StepRecorder
from ui.server import serve
from ui.service.uploads import EXPIRY_SECONDS
from ui.settings import load_settings

OLD, NEW = "In the old edition the mill was built in 1887. ", "In the new edition the mill burnt down in 1901. "
TIMES = 40  # that an edition says its sentence
BOUNDARY = "boundary"


@dataclass(frozen=True)
class Served:
    """A service in a child process."""

    url: str
    process: int
    ended: list[int] = field(default_factory=list)  # its exit code, when it has

    def send(self, path: str, body: bytes = b"", kind: str = "application/json") -> None:
        """Send a request; the service may be killed before it answers."""
        request = urllib.request.Request(self.url + path, body, {"Content-Type": kind}, method="POST")
        with suppress(OSError, http.client.HTTPException), urllib.request.urlopen(request, timeout=120) as answered:
            answered.read()

    def get(self, path: str) -> dict:
        """The JSON at a path."""
        with urllib.request.urlopen(self.url + path, timeout=120) as answered:
            return dict(json.load(answered))

    def upload(self, path: str, name: str, words: str) -> None:
        """Send a file."""
        disposition = f'Content-Disposition: form-data; name="file"; filename="{name}"'
        body = f"--{BOUNDARY}\r\n{disposition}\r\n\r\n{words}\r\n--{BOUNDARY}--\r\n"
        self.send(path, body.encode(), f"multipart/form-data; boundary={BOUNDARY}")

    def await_models(self) -> None:
        """Wait until questions are answered."""
        while True:
            with suppress(urllib.error.HTTPError), urllib.request.urlopen(f"{self.url}/readyz", timeout=120):
                return
            time.sleep(0.02)


class Steps(StepRecorder):
    """The steps from when the upload is sent; each is a line of a file."""

    def __init__(self, index: Path, killed_before: Step | None) -> None:
        super().__init__(str(index), killed_before)
        self.begun = False
        self._kept = index.with_name("steps").open("w", buffering=1, encoding="utf-8")

    def begin(self) -> None:
        """From now on steps count."""
        self.begun = True

    def record(self, name: str) -> None:
        """Count a step."""
        if self.begun:
            super().record(name)
            self._kept.write(f"{name}\n")


@contextmanager
def serving(index: Path, killed_before: Step | None = None) -> Iterator[Served]:
    """Serve an index in a child process; from SIGUSR1 on its steps are counted."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        steps = Steps(index, killed_before)
        signal.signal(signal.SIGUSR1, lambda *_: steps.begin())
        sys.addaudithook(steps.on_audit_event)
        sqlite3.connect = steps.connect  # type: ignore[assignment]
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            serve(load_settings({"index": index, "port": 0}), lambda url: os.write(write, url.encode()) and None)
        finally:
            os._exit(0)
    os.close(write)
    served = Served(os.read(read, 1000).decode(), child)
    try:
        yield served
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
        served.ended.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        os.close(read)


def by_http(served: Served, words: str) -> None:
    """Replace the upload by one request."""
    served.upload("/v1/documents", "mill.txt", words)


def by_page(served: Served, words: str) -> None:
    """Replace the upload as the page does: the file, then the build."""
    key = os.urandom(16).hex()
    served.upload(f"/ui/library/drops/{key}", "mill.txt", words)
    served.send(f"/ui/library/drops/{key}/build")


def replaced(index: Path, way: Callable[[Served, str], None], words: str, before: Step | None = None) -> bool:
    """Replace the upload in a service, which is killed before a step; whether it was."""
    with serving(index, before) as served:
        served.await_models()
        os.kill(served.process, signal.SIGUSR1)
        way(served, words)
    return served.ended == [-signal.SIGKILL]


def examine(index: Path, words: str) -> str:
    """What is wrong after a restart a day later and one more upload; empty if nothing."""
    for folder in (index / "uploads").glob(".batch-*"):
        os.utime(folder, (time.time() - 2 * EXPIRY_SECONDS,) * 2)
    with serving(index) as served:
        served.await_models()
        for number in range(3000):  # until the recovery is over, which answers 409 to other writers
            served.upload("/v1/documents", "other.txt", f"The other document, try {number}.")
            records = {one["path"]: one["id"] for one in served.get("/v1/documents")["documents"]}
            if "other.txt" in records:
                break
            time.sleep(0.05)
        if set(records) != {"mill.txt", "other.txt"}:
            return f"the documents are {sorted(records)}"
        text = served.get(f"/v1/documents/{records['mill.txt']}/text")["text"]
    lying = sorted(path.name for path in (index / "uploads").iterdir())
    if lying != ["mill.txt", "other.txt"]:
        return f"there lie {lying}"
    if text.strip() not in [(edition * TIMES).strip() for edition in (OLD, words) if edition]:
        return f"the document says {text[:80]!r}"
    if (index / "uploads" / "mill.txt").read_text().strip() != text.strip():
        return "the file is not the one that was indexed"
    return ""


def main() -> None:
    """Kill the service before each step in each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, help="how many to try in each way; all by default")
    most = parser.parse_args().steps
    dice, kills, losses = random.Random(5), 0, 0
    with tempfile.TemporaryDirectory(prefix="quoth-kills-") as name:
        index, kept = Path(name) / "index", Path(name) / "kept"
        with serving(index) as served:
            served.upload("/v1/documents", "mill.txt", OLD * TIMES)
        shutil.copytree(index, kept)
        for way in (by_http, by_page):
            for words in (NEW, ""):
                shutil.rmtree(index)
                shutil.copytree(kept, index)
                replaced(index, way, words * TIMES)
                counted = Counter(index.with_name("steps").read_text(encoding="utf-8").splitlines())
                steps = sorted({(step, at) for step, last in counted.items() for at in (1, last)})
                chosen = dice.sample(steps, min(most or len(steps), len(steps)))
                for step in chosen:
                    shutil.rmtree(index)
                    shutil.copytree(kept, index)
                    kills += replaced(index, way, words * TIMES, step)
                    wrong = examine(index, words)
                    losses += bool(wrong)
                    if wrong:
                        print(f"{way.__name__}, {words or 'unreadable'!r}, before {step}: {wrong}", flush=True)
                kind = "readable" if words else "unreadable"
                print(f"{way.__name__}, {kind}: killed before {len(chosen)} of {len(steps)} steps", flush=True)
    print(f"{datetime.date.today()}: {kills} kills; losses: {losses}")


if __name__ == "__main__":
    main()
