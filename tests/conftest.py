"""What all tests share: the real models, loaded once, over an index of ``seeds/``; and no network."""

from __future__ import annotations

import atexit
import functools
import io
import os
import runpy
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from index import Embedder, IndexSettings, build
from qa import Answerer

ROOT = Path(__file__).parent.parent
STATUS = pytest.StashKey[int]()
_attempts: list[str] = runpy.run_path(str(ROOT / "tests" / "support" / "guard" / "sitecustomize.py"))["attempts"]

# A machine that is busy with other work is slow, and no example is wrong by it.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")

# A developer's own settings are not the tests'.
for _name in [name for name in os.environ if name.startswith("QUOTH_")]:
    del os.environ[_name]


def _once(load: Callable[[Embedder], Any]) -> Callable[[Embedder], Any]:
    """Load what an embedder needs for the first of its name; the others share it, as all share the reader."""
    loaded = functools.cache(lambda name: load(Embedder(IndexSettings(embedder=name))))
    return lambda embedder: loaded(embedder.name)


Embedder._load = _once(Embedder._load)
Embedder._load_tokenizer = _once(Embedder._load_tokenizer)


@pytest.fixture(autouse=True)
def network_attempts() -> Iterator[list[str]]:
    """What a test tried to reach on other machines; any fails it, even one in vain."""
    _attempts.clear()
    yield _attempts
    assert not _attempts, "reached for the network"


@pytest.fixture
def guard(tmp_path: Path) -> dict[str, str]:
    """What puts a Python process under the guard, from its first line; what it tries is in ``OFFLINE_LOG``."""
    return {"PYTHONPATH": str(ROOT / "tests" / "support" / "guard"), "OFFLINE_LOG": str(tmp_path / "attempts")}


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of documents that the project indexes by default."""
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The real embedding model."""
    return Embedder(IndexSettings())


@pytest.fixture(scope="session")
def seed_index(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of ``seeds/``, not to be written to."""
    location = tmp_path_factory.mktemp("seeds") / "index"
    build([seeds], location)
    return location


@pytest.fixture(scope="session")
def answerer(seed_index: Path) -> Iterator[Answerer]:
    """The real reader over the index of ``seeds/``."""
    opened = Answerer.open(seed_index)
    yield opened
    opened.close()


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and its two streams."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def quoth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Run the command line in an empty current folder, in this process, so that its models are loaded once."""
    from ui.cli import main

    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: str = "", **environment: str) -> Done:
        stdout, stderr = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
            patch.setattr(sys, "argv", ["quoth", *arguments])
            patch.setattr(sys, "stdin", io.StringIO(stdin))
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as left:
                main()
        return Done(int(left.value.code or 0), stdout.getvalue(), stderr.getvalue())

    return run


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep how it went for the end below."""
    session.config.stash[STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End without taking the interpreter down: it aborted now and then, after all tests had passed.

    Most likely a server that a test gave up still has a thread inside a model; which one has not been found.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(config.stash.get(STATUS, 1))
