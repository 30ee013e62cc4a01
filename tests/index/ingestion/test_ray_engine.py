"""Building by Ray: the same index, whatever happens to the workers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from index import (
    BuildReport,
    DocumentIndex,
    EngineError,
    IndexSettings,
    MissingExtraError,
    Progress,
    build,
    copy,
    verify,
)
from index.ingestion.ray_engine import RayEngine
from tests.support.hash_embedder import HashEmbedder
from tests.support.paths import ROOT
from tests.support.processes import is_loopback, listening_addresses, process_tree

ray = pytest.importorskip("ray")
pytest.importorskip("pymilvus")

TEXTS = 40  # more than a worker reads at once, so that there are two workers
TRAP = """
import importlib, os, sys
open({marker!r}, "a").write(__name__)
os.remove(__file__)
importlib.invalidate_caches()
del sys.modules[__name__]
__import__(__name__)  # of the real module, so that the worker goes on
"""
TOO_SLOW = "The current node timed out during startup."


def _hashing(settings: IndexSettings) -> HashEmbedder:
    """In a worker: kills the one that comes to a certain text first, and fails for another text, as a model may."""
    embedder = HashEmbedder()
    whole = embedder.encode

    def encode(texts):
        killed = Path(os.environ["WORKER_KILLED"])
        if os.environ.get("RAY_RAYLET_PID") and any("number 7 " in text for text in texts) and not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if any("cannot be embedded" in text for text in texts):
            raise ValueError("no")
        return whole(texts)

    embedder.encode = encode
    return embedder


@dataclass
class Built:
    """What a build by Ray left, and what its processes were seen to do meanwhile."""

    folder: Path
    location: str
    killed: Path
    trapped: Path
    embedder: HashEmbedder = field(default_factory=HashEmbedder)
    report: BuildReport | None = None
    starts: int = 0
    addresses: set[IPv4Address | IPv6Address] = field(default_factory=set)
    environments: list[bytes] = field(default_factory=list)

    def observe(self, step: Progress) -> None:
        """Once, when the first documents arrive."""
        if step.step == "parse" and not self.environments:
            tree = process_tree(os.getpid())
            self.addresses = listening_addresses(tree)
            for process in tree - {os.getpid()}:
                with suppress(OSError):  # it ended meanwhile
                    self.environments.append(Path(f"/proc/{process}/environ").read_bytes())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """A build by the only Ray that the suite starts, in a current folder of documents with traps among them."""
    place = tmp_path_factory.mktemp("ray")
    built = Built(place / "many", str(place / "there.db"), place / "killed", place / "trapped")
    built.folder.mkdir()
    for number in range(TEXTS):
        (built.folder / f"{number}.txt").write_text(f"Text number {number} says what number {number} is. " * 20)
    (built.folder / "broken.pdf").write_text("no PDF")
    (built.folder / "odd.txt").write_text("This cannot be embedded.")
    for module in ("semantic_text_splitter", "pandas", "tokenizers"):
        (built.folder / f"{module}.py").write_text(TRAP.format(marker=str(built.trapped)))
    start = ray.init

    def slow_at_first(**options):
        built.starts += 1
        if built.starts == 1:
            raise Exception(TOO_SLOW)
        return start(**options)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(built.folder)
        patch.setattr(ray, "init", slow_at_first)
        patch.setenv("WORKER_KILLED", str(built.killed))
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("RAY_worker_niceness", "0")  # or the workers wait for whatever else runs
        patch.setenv("QUOTH_TOKEN", "secret")
        engine = RayEngine(workers=2, embedder=_hashing)
        settings = IndexSettings(commit_chunks=16)
        scope, progress = [built.folder], built.observe
        built.report = build(
            scope, built.location, settings=settings, embedder=built.embedder, engine=engine, progress=progress
        )
        assert os.environ["QUOTH_TOKEN"] == "secret"
    (built.folder / "odd.txt").unlink()
    yield built


def test_a_start_that_times_out_on_a_busy_machine_is_tried_again(built: Built):
    assert built.starts >= 2


def test_a_worker_that_dies_is_replaced_and_its_files_are_read(built: Built):
    assert built.killed.exists()
    assert verify(built.location).sound and verify(built.location).documents == TEXTS


def test_only_the_workers_embed(built: Built):
    assert built.embedder.encoded == 0


def test_files_that_cannot_be_read_or_embedded_fail_alone_with_their_reason(built: Built):
    assert built.report is not None
    assert {(f.path, f.reason[:24]) for f in built.report.failures} == {
        ("broken.pdf", "damaged, or not a PDF"), ("odd.txt", "it could not be embedded")}  # fmt: skip


def test_ray_listens_to_this_machine_only(built: Built):
    assert built.addresses
    assert all(map(is_loopback, built.addresses)), built.addresses


def test_a_folder_of_documents_runs_no_code_in_a_worker(built: Built):
    assert not built.trapped.exists()


def test_the_processes_of_ray_do_not_learn_the_token(built: Built):
    assert built.environments
    assert not [environment for environment in built.environments if b"QUOTH_TOKEN" in environment]


def test_ray_and_milvus_build_the_same_index_as_one_process_and_a_folder(built: Built, tmp_path: Path):
    here, hashing = tmp_path / "here", HashEmbedder()
    build([built.folder], here, embedder=hashing)
    with DocumentIndex.open(built.location, embedder=hashing) as one, DocumentIndex.open(here, embedder=hashing) as two:
        ours, theirs = ({d.path: o.text(d.id) for d in o.documents()} for o in (one, two))
        assert ours == theirs
        question = "what is number 7"
        assert [h.chunk.text for h in one.search(question)] == [h.chunk.text for h in two.search(question)]


def test_an_index_goes_from_milvus_to_a_folder_and_back_without_a_model(built: Built, tmp_path: Path):
    back, lite = tmp_path / "back", str(tmp_path / "copy.db")
    assert copy(built.location, back).documents == TEXTS
    copy(back, lite)
    assert verify(lite).sound and verify(back).sound
    hashing = HashEmbedder()
    with DocumentIndex.open(built.location, embedder=hashing) as one, DocumentIndex.open(lite, embedder=hashing) as two:
        assert one.failures() == two.failures() != []
        ours, theirs = ({d.path: o.document(d.id) for d in o.documents()} for o in (one, two))
        assert ours == theirs
    assert build([], back, embedder=hashing).embedded == 0


def test_a_second_copy_does_nothing(built: Built, tmp_path: Path):
    back = tmp_path / "back"
    copy(built.location, back)
    again = copy(built.location, back)
    assert again.plan.empty and again.revision == copy(built.location, back).revision


def test_a_ray_that_never_starts_is_an_error(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(**options):
        raise Exception(TOO_SLOW)

    monkeypatch.setattr(ray, "init", fail)
    with pytest.raises(EngineError, match=r"could not be started here.*less busy.*timed out during startup"):
        build([folder], tmp_path / "index", embedder=HashEmbedder(), engine=RayEngine())


def test_a_cluster_that_cannot_be_reached_is_an_error(tmp_path: Path, folder: Path):
    with pytest.raises(EngineError, match=r"Ray at 127\.0\.0\.1:1 cannot be reached.*setting `engine`"):
        build([folder], tmp_path / "index", embedder=HashEmbedder(), engine=RayEngine("127.0.0.1:1"))


def test_a_missing_ray_names_the_extra(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"quoth\[ray\]"):
        build([folder], tmp_path / "index", embedder=HashEmbedder(), engine=RayEngine())
