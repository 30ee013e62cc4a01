"""Building by Ray: the same index, whatever happens to the workers."""

from __future__ import annotations

import os
import signal
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from index import DocumentIndex, EngineError, IndexSettings, MissingExtraError, Progress, build, copy, verify
from index.ingestion.ingest import Chunked
from index.ingestion.ray_engine import RayEngine
from index.ingestion.sources import Scope, scan
from tests.support import open_addresses
from tests.support.hash_embedder import HashEmbedder
from tests.support.processes import process_tree

pytest.importorskip("ray")


def _hashing(settings: IndexSettings) -> HashEmbedder:
    """In a worker: kills the one that comes to a certain text first, and fails for another text, as a model may."""
    embedder = HashEmbedder()
    whole = embedder.encode

    def encode(texts):
        killed = Path(os.environ["WORKER_KILLED"])
        if os.environ.get("RAY_RAYLET_PID") and any("number 42 " in text for text in texts) and not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if any("cannot be embedded" in text for text in texts):
            raise ValueError("no")
        return whole(texts)

    embedder.encode = encode
    return embedder


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RayEngine:
    monkeypatch.setenv("WORKER_KILLED", str(tmp_path / "killed"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.setenv("RAY_worker_niceness", "0")  # or the workers wait for whatever else runs
    return RayEngine(workers=2, embedder=_hashing)


def test_ray_and_milvus_build_the_same_index_even_if_a_worker_is_killed(engine: RayEngine, tmp_path: Path):
    pytest.importorskip("pymilvus")
    many = tmp_path / "many"
    many.mkdir()
    for number in range(96):
        (many / f"{number}.txt").write_text(f"Text number {number} says what number {number} is. " * 20)
    (many / "broken.pdf").write_text("no PDF")
    (many / "odd.txt").write_text("This cannot be embedded.")
    heard: set[IPv4Address | IPv6Address] = set()

    def listen(step: Progress) -> None:
        if step.step == "parse" and not heard:
            heard.update(open_addresses.listening_addresses(process_tree(os.getpid())))

    here, there = tmp_path / "here", str(tmp_path / "there.db")
    settings = IndexSettings(commit_chunks=64)
    embedder = HashEmbedder()
    report = build([many], there, settings=settings, embedder=embedder, engine=engine, progress=listen)
    assert heard and all(map(open_addresses.is_loopback, heard)), heard
    assert (tmp_path / "killed").exists() and embedder.encoded == 0  # this process only commits
    assert {(f.path, f.reason[:24]) for f in report.failures} == {
        ("broken.pdf", "damaged, or not a PDF"), ("odd.txt", "it could not be embedded")}  # fmt: skip
    (many / "odd.txt").unlink()
    build([many], here, settings=settings, embedder=embedder)
    with DocumentIndex.open(there, embedder=embedder) as one, DocumentIndex.open(here, embedder=embedder) as other:
        ours, theirs = ({d.path: o.text(d.id) for d in o.documents()} for o in (one, other))
        assert ours == theirs
        question = "what is number 42"
        assert [h.chunk.text for h in one.search(question)] == [h.chunk.text for h in other.search(question)]
    assert verify(there).sound and verify(there).documents == 96
    _and_copied(there, tmp_path, embedder)


def _and_copied(there: str, tmp_path: Path, embedder: HashEmbedder) -> None:
    """An index goes from Milvus to a folder and back without a model, and a second copy does nothing."""
    back, lite = tmp_path / "back", str(tmp_path / "copy.db")
    assert copy(there, back).documents == 96
    again = copy(there, back)
    assert again.plan.empty and again.revision == copy(there, back).revision
    copy(back, lite)
    assert verify(lite).sound and verify(back).sound
    with DocumentIndex.open(there, embedder=embedder) as one, DocumentIndex.open(lite, embedder=embedder) as other:
        assert one.failures() == other.failures() != []
        ours, theirs = ({d.path: o.document(d.id) for d in o.documents()} for o in (one, other))
        assert ours == theirs
    assert build([], back, embedder=embedder).embedded == 0


def test_a_cluster_that_cannot_be_reached_is_an_error(tmp_path: Path, folder: Path):
    with pytest.raises(EngineError, match=r"Ray at 127\.0\.0\.1:1 cannot be reached.*setting `engine`"):
        build([folder], tmp_path / "index", embedder=HashEmbedder(), engine=RayEngine("127.0.0.1:1"))


def test_a_missing_ray_names_the_extra(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"quoth\[ray\]"):
        build([folder], tmp_path / "index", embedder=HashEmbedder(), engine=RayEngine())


TRAP = "import os; open({marker!r}, 'a').write(__name__ + os.environ.get('QUOTH_TOKEN', ''))\nraise ImportError"


def test_a_folder_of_documents_runs_no_code_in_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    marker, folder = tmp_path / "ran", tmp_path / "documents"
    folder.mkdir()
    (folder / "semantic_text_splitter.py").write_text(TRAP.format(marker=str(marker)))
    (folder / "tea.txt").write_text("Tea is made of leaves.")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("RAY_worker_niceness", "0")
    monkeypatch.setenv("QUOTH_TOKEN", "secret")
    files = scan(Scope(folder)).files
    read = RayEngine(workers=1).read(files, IndexSettings(), set())
    assert isinstance(next(read), Chunked)
    started = process_tree(os.getpid()) - {os.getpid()}
    known = [Path(f"/proc/{process}/environ").read_bytes() for process in started if Path(f"/proc/{process}").exists()]
    read.close()
    assert not marker.exists()
    assert known
    assert not [environment for environment in known if b"QUOTH_TOKEN" in environment]
    assert os.environ["QUOTH_TOKEN"] == "secret"
