"""What all tests share: the real models, loaded once, over an index of ``seeds/``; and no network."""

from __future__ import annotations

import functools
import io
import os
import runpy
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from index import Embedder, IndexSettings, build
from qa import Answerer
from qa.reader import reader
from qa.reader.windows import Window
from tests.support.paths import ROOT, SEEDS

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers share the cores; it is read when a model first computes
KEPT_WINDOWS = 60  # of which the reader's states are kept: some 4 MB each
ATTEMPTS = pytest.StashKey[list[str]]()
GUARD = ROOT / "tests" / "support" / "guard"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the long rounds; the defaults are the short rounds of the suite."""
    parser.addoption("--kills", type=int, default=12, help="how many builds test_crash.py kills")
    parser.addoption("--faults", type=int, default=3, help="how many writes test_faults.py lets fail")
    parser.addoption("--mutations", type=int, default=12, help="how many damaged files of each format are parsed")
    parser.addoption("--growth", action="store_true", help="let test_growth.py time every loader with all inputs")
    parser.addoption("--pictures", action="store_true", help="write the README's screenshot into the tree")


def pytest_configure(config: pytest.Config) -> None:
    """Forbid the network, ignore the developer's own settings, and let no example fail for being slow."""
    config.stash[ATTEMPTS] = runpy.run_path(str(GUARD / "sitecustomize.py"))["attempts"]
    for name in [name for name in os.environ if name.startswith("QUOTH_")]:
        del os.environ[name]
    hypothesis_settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis_settings.load_profile("unhurried")


@pytest.fixture
def kills(pytestconfig: pytest.Config) -> int:
    """How many builds are killed."""
    return int(pytestconfig.getoption("--kills"))


@pytest.fixture
def faults(pytestconfig: pytest.Config) -> int:
    """How many writes fail."""
    return int(pytestconfig.getoption("--faults"))


@pytest.fixture
def mutations(pytestconfig: pytest.Config) -> int:
    """How many damaged files of each format are parsed."""
    return int(pytestconfig.getoption("--mutations"))


@pytest.fixture(scope="session", autouse=True)
def models_loaded_once() -> Iterator[None]:
    """Embedders of the same name share one model and one tokenizer, as all answerers share one reader."""

    def shared(load: Callable[[Embedder], Any]) -> Callable[[Embedder], Any]:
        loaded = functools.cache(lambda name: load(Embedder(IndexSettings(embedder=name))))
        return lambda embedder: loaded(embedder.name)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("_load", "_load_tokenizer"):
            patch.setattr(Embedder, name, shared(getattr(Embedder, name)))
        yield


@pytest.fixture(scope="module", autouse=True)
def windows_read_once() -> Iterator[None]:
    """The reader's model computes each window once; all else that is done for a question is done every time.

    The reader's own tests compute everything (``tests/qa/reader/conftest.py``).
    """
    states, logits = _remembering()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "layer_states", states)
        patch.setattr(reader, "forward", logits)
        yield


@functools.cache
def _remembering() -> tuple[Callable[..., Iterator[Any]], Callable[..., list[Any]]]:
    """``layer_states`` and ``forward`` with one memory for the whole session."""
    return _kept_states(reader.layer_states), _kept_logits(reader.forward)


def _kept_states(compute: Callable[[Any, Window], Iterator[Any]]) -> Callable[[Any, Window], Iterator[Any]]:
    """``layer_states`` from memory, as far as the window was read before."""
    kept: dict[object, list[Any]] = {}

    def states(model: Any, window: Window) -> Iterator[Any]:
        key = model, tuple(window.input_ids)
        known = list(kept.get(key, ()))
        yield from known
        if len(known) == len(model.base_model.encoder.layer):
            return
        try:
            for layer in islice(compute(model, window), len(known), None):
                known.append(layer)
                yield layer
        finally:
            if len(kept) >= KEPT_WINDOWS:
                kept.pop(next(iter(kept)), None)
            kept[key] = known

    return states


def _kept_logits(compute: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """``forward`` from memory for windows that were read before."""
    kept: dict[object, Any] = {}

    def logits(model: Any, windows: Sequence[Window], *others: Any, **named: Any) -> list[Any]:
        keys = [(model, tuple(window.input_ids)) for window in windows]
        missing = {key: window for key, window in zip(keys, windows, strict=True) if key not in kept}
        kept.update(zip(missing, compute(model, list(missing.values()), *others, **named), strict=True))
        return [kept[key] for key in keys]

    return logits


@pytest.fixture(autouse=True)
def network_attempts(pytestconfig: pytest.Config) -> Iterator[list[str]]:
    """Connections to other machines that a test attempted; any fails it, even one that was refused."""
    attempts = pytestconfig.stash[ATTEMPTS]
    attempts.clear()
    yield attempts
    assert not attempts, "attempted to reach the network"


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of documents that the project indexes by default."""
    return SEEDS


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
    from ui.cli.app import main

    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: str = "", encoding: str = "utf-8", **environment: str) -> Done:
        stdout, stderr = (io.TextIOWrapper(io.BytesIO(), encoding, write_through=True) for _ in range(2))
        with monkeypatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
            patch.setattr(sys, "argv", ["quoth", *arguments])
            patch.setattr(sys, "stdin", io.StringIO(stdin))
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as left:
                main()
        printed = [stream.detach().getvalue().decode(encoding) for stream in (stdout, stderr)]
        return Done(int(left.value.code or 0), *printed)

    return run
