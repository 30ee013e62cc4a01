"""Several processes use one Milvus: the server of Milvus Lite, reached by its address like a cluster."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import DocumentIndex, IndexLockedError, IndexSettings, StoreUnreachableError, build, verify
from index.stores.locate import open_store
from tests.support.hash_embedder import HashEmbedder
from tests.support.paths import ROOT
from tests.support.waiting import wait_until

pytest.importorskip("pymilvus")


def is_listening(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server that only this machine can reach, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).parent / "milvus-lite", "server", "--data-dir", tmp_path / "milvus"]
    running = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL)
    wait_until(lambda: is_listening(port), "the server's start")
    yield running, f"http://127.0.0.1:{port}"
    running.kill()
    running.wait()


def test_two_processes_read_and_write_one_index_on_a_server(server: tuple[subprocess.Popen[bytes], str], folder: Path):
    running, place = server
    embedder = HashEmbedder()
    build([folder], place, embedder=embedder)
    command = [sys.executable, "-m", "tests.support.search_process", place]
    with (
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as other,
        DocumentIndex.open(open_store(place, IndexSettings(store_seconds=2.0)), embedder=embedder) as opened,
    ):
        assert other.stdin and other.stdout

        def both(question: str) -> tuple[str, str]:
            assert other.stdin and other.stdout
            other.stdin.write(question + "\n")
            return opened.search(question)[0].document.path, other.stdout.readline().strip()

        assert both("At how many degrees does iron melt?") == ("iron.html", "iron.html")
        (folder / "salt.txt").write_text("Salt dissolves in water.")
        build([], place, embedder=embedder)
        assert both("Salt dissolves in water") == ("salt.txt", "salt.txt")  # neither index was opened again
        with open_store(place).writer(), pytest.raises(IndexLockedError, match="is writing to"):
            build([folder], place, embedder=embedder)
        assert verify(place).sound
        running.kill()
        running.wait()
        other.stdin.write("Salt\n")
        assert other.stdout.readline().strip() == "StoreUnreachableError"
        with pytest.raises(StoreUnreachableError, match="check that it runs"):
            opened.search("Salt")
        other.stdin.close()
