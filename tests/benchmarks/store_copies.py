"""Two copies of the service over one Milvus: ``python tests/benchmarks/store_copies.py``.

Milvus Lite's own server and two ``quoth chat``, each in a process of its own, all on 127.0.0.1. The same questions are
asked of both; a document is added beside them by ``quoth index``, and both are asked for it, untold; then the
server is killed, and what the service and the page say is printed.
"""

from __future__ import annotations

import datetime
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

BIN = Path(sys.executable).parent
PATIENCE = 600  # seconds, for a busy machine
FACTS = {
    "iron.txt": ("Iron melts at 1538 degrees Celsius.", "At how many degrees does iron melt?"),
    "tea.txt": ("Green tea is steeped at eighty degrees.", "At how many degrees is green tea steeped?"),
}
LATER = ("Salt melts at 801 degrees Celsius.", "At how many degrees does salt melt?")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def fetched(address: str, sent: dict[str, str] | None = None) -> tuple[int, str]:
    """The status and the body that an address answers with; 0 when nobody is there."""
    body = json.dumps(sent).encode() if sent else None
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def answers(copies: list[str], question: str) -> list[str]:
    told = [json.loads(fetched(f"{copy}/v1/answer", {"question": question})[1]) for copy in copies]
    return [f"{one['text']} ({one['citations'][0]['path']})" for one in told]


def until(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while fetched(address)[0] != 200:
        assert time.monotonic() < deadline, address
        time.sleep(1)


def main() -> None:
    print(f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", flush=True)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as running:
        documents = Path(scratch, "documents")
        documents.mkdir()
        for name, (text, _) in FACTS.items():
            (documents / name).write_text(text)

        def start(*command: str | Path) -> subprocess.Popen[bytes]:
            log = running.enter_context(Path(scratch, "log").open("ab"))
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=scratch, env=os.environ)
            running.callback(process.kill)
            return process

        port = free_port()
        milvus = start(
            BIN / "milvus-lite", "server", "--data-dir", "milvus", "--host", "127.0.0.1", "--port", str(port)
        )
        store = ("--store", f"http://127.0.0.1:{port}")
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.5)
        subprocess.run([BIN / "quoth", "index", documents, *store], check=True, capture_output=True, cwd=scratch)
        ports = [free_port(), free_port()]
        for number in ports:
            start(BIN / "quoth", "chat", *store, "--port", str(number))
        copies = [f"http://127.0.0.1:{number}" for number in ports]
        for copy in copies:
            until(f"{copy}/readyz")
        for _, question in FACTS.values():
            print(question, "|", " | ".join(answers(copies, question)), flush=True)
        (documents / "salt.txt").write_text(LATER[0])
        subprocess.run([BIN / "quoth", "index", documents, *store], check=True, capture_output=True, cwd=scratch)
        print(LATER[1], "| added beside them:", " | ".join(answers(copies, LATER[1])), flush=True)
        print(
            "kept in the copies' own folder:",
            sorted(one.name for one in Path(scratch, ".quoth").glob("*")) or "nothing",
        )
        milvus.kill()
        milvus.wait()
        for copy in copies:
            status, body = fetched(f"{copy}/v1/answer", {"question": LATER[1]})
            print("Milvus killed:", status, json.loads(body)["detail"], flush=True)
        print("and the page:", fetched(f"{copies[0]}/ui/welcome")[1], flush=True)


if __name__ == "__main__":
    main()
