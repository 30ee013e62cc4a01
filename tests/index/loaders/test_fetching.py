"""Whatever a file asks for, parsing it fetches nothing and reads no other file."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.loaders.dispatch import parse
from tests.support.samples.hostile_files import WORDS, fetching_files

NAMES = tuple(fetching_files("", ""))


@pytest.fixture(scope="module")
def listening() -> Iterator[socket.socket]:
    """A server of this machine, which the guard of the tests lets through and native code reaches as well."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.parametrize("name", NAMES)
def test_a_loader_fetches_nothing(listening: socket.socket, tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret word")
    content = fetching_files(f"http://127.0.0.1:{listening.getsockname()[1]}", str(secret))[name]
    text = parse(content, name).text
    assert WORDS in text
    assert "a secret word" not in text
    with pytest.raises(BlockingIOError):
        listening.accept()
