"""The service as a process: its logs, how it treats slow and lost clients, and how it stops."""

import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from index import Embedder, build, verify
from ui.server import GRACE_SECONDS
from ui.service.engine import CLOSE_SECONDS
from ui.service.service import FINISH_SECONDS

QUOTH = str(Path(sys.executable).parent / "quoth")
QUESTION = {"question": "What rocket was used?"}
BODY = json.dumps(QUESTION).encode()
HEAD = "POST /v1/answer HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
PATIENCE = 600  # seconds, for a busy machine
STOPPED = 10  # seconds within which the service ends, whatever it was doing
ASKED = f"{HEAD}{len(BODY)}\r\n\r\n".encode() + BODY


@dataclass
class Serving:
    """A running service."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def post(self, path: str, body: object = None, **headers: str) -> tuple[int, dict, dict]:
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **headers}
        request = urllib.request.Request(self.url + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answered:
                return answered.status, json.load(answered), dict(answered.headers)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error), dict(error.headers)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answered:
            return answered.read().decode()

    def pending(self) -> int:
        """The number of questions that are waiting or being answered."""
        told = (line.split() for line in self.get("/metrics").splitlines() if not line.startswith("#"))
        return int(float(dict(told)["quoth_questions_pending"]))

    def connect(self) -> socket.socket:
        parts = urlsplit(self.url)
        return socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)

    def lines(self, message: str) -> list[dict]:
        logged = (json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{"))
        return [line for line in logged if line["message"] == message]

    def stop(self) -> None:
        """Ask it to stop, and check that it ends in time."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=PATIENCE) == 0
        assert time.monotonic() - began < 3 * STOPPED  # while other tests hold the cores


def _start(index: Path, folder: Path, *flags: str, host: str = "127.0.0.1") -> Serving:
    log = folder / "log"
    command = [QUOTH, *flags, "chat", "--host", host, "--port", "0", "--index", str(index), "--json"]
    with log.open("w") as errors:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["url"]
    return Serving(process, url, log)


@pytest.fixture(scope="module")
def serving(seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service that waits three seconds for a request's body."""
    started = _start(seed_index, tmp_path_factory.mktemp("serving"), "--set", "body_seconds=3")
    started.post("/v1/answer", QUESTION)
    yield started
    started.process.kill()
    started.process.wait()


def test_every_answer_is_one_line_of_the_log_without_what_was_asked(serving: Serving):
    status, answered, headers = serving.post("/v1/answer", QUESTION, **{"X-Request-ID": "mine-1"})
    assert (status, headers["x-request-id"]) == (200, "mine-1")
    line = next(line for line in serving.lines("answered") if line["request_id"] == "mine-1")
    assert line["found"] is answered["found"]
    assert line["search_ms"] + line["read_ms"] <= line["total_ms"] + 0.2
    assert "Soyuz" not in serving.log.read_text()
    assert "rocket" not in serving.log.read_text()


@dataclass
class Ended:
    """A service that was told to end on its start."""

    seconds: float  # that it took to end
    shown: bytes  # by its terminal
    part: Path  # the half of an upload that a service before it, which was killed, left


@pytest.fixture(scope="module")
def ended_at_once(seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A service that ended while its models were loading."""
    index = shutil.copytree(seed_index, tmp_path_factory.mktemp("ended") / "index")
    part = index / "uploads" / ".0123456789abcdef.part"
    part.parent.mkdir(exist_ok=True)
    part.write_text("half a fi")
    terminal, errors = pty.openpty()
    command = [QUOTH, "chat", "--port", "0", "--index", str(index), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    serving = Serving(process, json.loads(process.stdout.readline())["url"], Path(os.devnull))
    serving.get("/healthz")
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 0
    took = time.monotonic() - began
    os.close(errors)
    os.set_blocking(terminal, False)
    try:
        shown = os.read(terminal, 10_000)
    except OSError:  # the terminal was closed, and nothing was written to it
        shown = b""
    os.close(terminal)
    return Ended(took, shown, part)


def test_a_terminal_keeps_the_address_in_sight_and_shows_no_requests(ended_at_once: Ended):
    assert b"quoth.requests" not in ended_at_once.shown


def test_a_request_id_that_could_forge_a_log_line_is_replaced(serving: Serving):
    _, _, headers = serving.post("/v1/plan", **{"X-Request-ID": 'x","found":true,"' + "y" * 99})
    assert headers["x-request-id"].isalnum()


def test_an_incomplete_body_times_out(serving: Serving):
    with serving.connect() as slow:
        slow.sendall(b"POST /v1/answer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
        slow.settimeout(50)  # less than the default time for a body
        assert slow.recv(1000).startswith(b"HTTP/1.1 408")


def test_headers_that_never_end_time_out(serving: Serving):
    with serving.connect() as slow:
        slow.sendall(b"POST /v1/answer HTTP/1.1\r\nHost: local")
        assert slow.recv(1000).startswith(b"HTTP/1.1 408")


def test_a_body_declared_too_large_is_refused_before_it_arrives(serving: Serving):
    with serving.connect() as large:
        large.sendall(b"POST /v1/answer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n")
        assert large.recv(1000).startswith(b"HTTP/1.1 413")


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(serving: Serving):
    with serving.connect() as flood:
        flood.sendall(b"POST /v1/answer HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        flood.sendall((b"8000\r\n" + b"x" * 0x8000 + b"\r\n") * 3)
        assert flood.recv(1000).startswith(b"HTTP/1.1 413")


def test_disconnected_clients_do_not_keep_others_from_an_answer(serving: Serving):
    before = len(serving.lines("answered"))
    for _ in range(20):
        with serving.connect() as lost:
            lost.sendall(ASKED)
    assert serving.post("/v1/answer", QUESTION)[0] == 200
    assert len(serving.lines("answered")) - before < 10
    assert not [line for line in serving.lines("request") if line["status"] == 500]
    assert "Traceback" not in serving.log.read_text()


def test_stopping_finishes_the_questions_being_answered(seed_index: Path, tmp_path: Path):
    serving = _start(seed_index, tmp_path, host="::1")
    assert serving.url.startswith("http://[::1]:")
    assert "gradio-app" in serving.get("/")
    serving.post("/v1/answer", QUESTION)
    with serving.connect() as asking:
        asking.sendall(ASKED)
        while not serving.pending():
            assert len(serving.lines("answered")) < 2, "it was answered before it could be told to stop"
        serving.stop()
        assert asking.recv(1000).startswith(b"HTTP/1.1 200")


def test_partial_files_of_a_killed_service_are_deleted_by_the_next(ended_at_once: Ended):
    assert not ended_at_once.part.exists()


def test_it_can_be_stopped_while_the_models_are_loading(ended_at_once: Ended):
    assert ended_at_once.seconds < 3 * STOPPED


def test_stopping_takes_at_most_ten_seconds():
    assert GRACE_SECONDS + 2 * FINISH_SECONDS + CLOSE_SECONDS < STOPPED


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_stopping_during_a_rebuild_under_load_leaves_a_sound_index(
    ending: signal.Signals, tmp_path: Path, seeds: Path, embedder: Embedder
):
    shutil.copytree(seeds, tmp_path / "notes")
    index = tmp_path / "index"
    build([tmp_path / "notes"], index, embedder=embedder)
    for number in range(150):
        (tmp_path / "notes" / f"{number}.txt").write_text(f"Note {number} says that tree {number} is {number} m tall.")
    serving = _start(index, tmp_path, "--set", "commit_chunks=20")
    with ExitStack() as connections:
        watching, *crowd = (connections.enter_context(serving.connect()) for _ in range(60))
        watching.sendall(b"POST /v1/rebuild HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        received = b""
        while b"event: progress" not in received:
            piece = watching.recv(4096)
            assert piece, received
            received += piece
        for asking in crowd:  # more than can be answered in the remaining time
            asking.sendall(ASKED)
        while serving.pending() < len(crowd) // 2:
            pass
        assert "quoth_rebuild_running 1.0" in serving.get("/metrics"), "it was done before it could be ended"
        if ending == signal.SIGTERM:
            serving.stop()
        else:
            serving.process.kill()
            serving.process.wait(timeout=PATIENCE)
    report = verify(index)
    assert report.sound, report.problems
    assert report.documents >= 1
