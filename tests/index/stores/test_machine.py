"""The index as a state machine: whatever is done to the folder and the index, they agree with a plain dictionary."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from index import DocumentIndex, IndexNotFoundError, IndexSettings, Progress, build, rebuild, remove, repair, verify
from tests.support.hash_embedder import HashEmbedder

names = st.sampled_from(["a.txt", "b.txt", "c.txt", "deep/a.txt", "deep/d.txt"])
texts = st.sampled_from(["Tea is green.", "Iron melts.", "Salt " * 300, "Snow falls. " * 150, "Owls hoot."])


class CrashError(Exception):
    """A build that stops in the middle."""


class IndexMachine(RuleBasedStateMachine):
    """``files`` is the folder, ``indexed`` what the index should hold."""

    written = Bundle("written")

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp())
        self.folder, self.location = self.place / "files", self.place / "index"
        self.folder.mkdir()
        (self.folder / "always.txt").write_text("This one always stays.")
        self.files = {"always.txt": "This one always stays."}
        self.indexed: dict[str, str] = {}
        self.excluded: set[str] = set()
        self.opened: DocumentIndex | None = None
        self.embedder = HashEmbedder()

    @rule(name=names, text=texts)
    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)
        self.files[name] = text

    @rule(name=names)
    def delete(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)
        self.files.pop(name, None)

    @rule(old=names, new=names)
    def rename(self, old: str, new: str) -> None:
        if old in self.files:
            (self.folder / new).parent.mkdir(exist_ok=True)
            (self.folder / old).rename(self.folder / new)
            self.files[new] = self.files.pop(old)

    @rule()
    def update(self) -> None:
        report = build([self.folder], self.location, embedder=self.embedder)
        self.agree()
        assert report.documents == len(self.indexed)
        before = self.embedder.encoded
        assert build([self.folder], self.location, embedder=self.embedder).plan.empty
        assert self.embedder.encoded == before

    @rule(event=st.integers(1, 12))
    def crash(self, event: int) -> None:
        left = event

        def step(_: Progress) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise CrashError

        try:
            small = IndexSettings(commit_chunks=1)
            build([self.folder], self.location, settings=small, embedder=self.embedder, progress=step)
        except CrashError:
            self.lose()
        else:
            self.agree()

    @precondition(lambda self: self.indexed)
    @rule()
    def rebuild(self) -> None:
        rebuild([self.folder], self.location, embedder=self.embedder)
        self.agree()

    @precondition(lambda self: self.indexed)
    @rule(name=names)
    def exclude(self, name: str) -> None:
        if name in self.indexed:
            remove([name], self.location)
            del self.indexed[name]
            self.excluded.add(name)

    @precondition(lambda self: self.indexed)
    @rule()
    def lose_the_vector_file(self) -> None:
        for file in self.location.glob("*.faiss"):
            file.unlink()
        repair(self.location, embedder=self.embedder)

    @rule()
    def reopen(self) -> None:
        if self.opened is not None:
            self.opened.close()
            self.opened = None

    def agree(self) -> None:
        self.excluded &= set(self.files)
        self.indexed = {name: text for name, text in self.files.items() if name not in self.excluded}

    def lose(self) -> None:
        """After a crash every document is as it was or as its file is; the index itself says which."""
        try:
            with DocumentIndex.open(self.location, embedder=self.embedder) as opened:
                found = {record.path: opened.text(record.id) for record in opened.documents()}
        except IndexNotFoundError:
            assert not self.indexed
            return
        for name, text in found.items():
            assert text in (self.indexed.get(name), self.files.get(name))
        for name, text in self.indexed.items():
            assert found.get(name) == text or self.files.get(name) != text
        self.indexed = found

    @invariant()
    def the_index_holds_what_it_should(self) -> None:
        if not self.indexed:
            return
        if self.opened is None:
            self.opened = DocumentIndex.open(self.location, embedder=self.embedder)
        assert {record.path: self.opened.text(record.id) for record in self.opened.documents()} == self.indexed
        found = {hit.document.path for hit in self.opened.search("Tea iron salt snow owls stays", k=50)}
        assert found == set(self.indexed)
        report = verify(self.location)
        assert [problem for problem in report.problems if problem.kind != "file"] == []

    def teardown(self) -> None:
        if self.opened is not None:
            self.opened.close()
        shutil.rmtree(self.place)


class TestIndex(IndexMachine.TestCase):
    settings = settings(max_examples=15, stateful_step_count=12)
