"""Every public function reaches a store with the token and the time limit of its settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index import (
    Document,
    DocumentIndex,
    IndexSettings,
    add,
    build,
    build_documents,
    copy,
    open_store,
    plan,
    rebuild,
    remove,
    repair,
    verify,
)
from index.stores.folder.store import FolderStore
from tests.support.hash_embedder import HashEmbedder

ADDRESS = "http://127.0.0.1:1"
SETTINGS = IndexSettings(store_token="reader:secret", store_seconds=0.25)
HASHING = HashEmbedder()


class _Connected(Exception):  # noqa: N818 - the end of a test's way
    """Milvus was asked."""


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, float]]:
    """(address, token, seconds) of every connection; each ends at once."""
    client = pytest.importorskip("index.stores.milvus.client")
    made: list[tuple[str, str, float]] = []

    def connect(self: object, uri: str, token: str = "", seconds: float = 30.0) -> None:
        made.append((uri, token, seconds))
        raise _Connected

    monkeypatch.setattr(client.MilvusConnection, "__init__", connect)
    return made


ACTS: dict[str, Callable[[Path], object]] = {
    "open": lambda folder: DocumentIndex.open(ADDRESS, settings=SETTINGS, embedder=HASHING).revision,
    "plan": lambda folder: plan([folder], ADDRESS, settings=SETTINGS),
    "build": lambda folder: build([folder], ADDRESS, settings=SETTINGS, embedder=HASHING),
    "dry run": lambda folder: build([folder], ADDRESS, settings=SETTINGS, embedder=HASHING, dry_run=True),
    "add": lambda folder: add([folder], ADDRESS, settings=SETTINGS, embedder=HASHING),
    "remove": lambda folder: remove([folder], ADDRESS, settings=SETTINGS),
    "build_documents": lambda folder: build_documents(
        [Document("a.txt", "a", "Some text.", "text/plain")], ADDRESS, settings=SETTINGS, embedder=HASHING
    ),
    "rebuild": lambda folder: rebuild([folder], ADDRESS, settings=SETTINGS, embedder=HASHING),
    "verify": lambda folder: verify(ADDRESS, settings=SETTINGS),
    "repair": lambda folder: repair(ADDRESS, settings=SETTINGS, embedder=HASHING),
    "copy": lambda folder: copy(ADDRESS, folder.with_name("copy"), settings=SETTINGS),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_address_is_asked_with_the_token_and_the_time_limit_of_the_settings(
    act: str, folder: Path, connections: list[tuple[str, str, float]]
) -> None:
    with pytest.raises(_Connected):
        ACTS[act](folder)
    assert connections == [(ADDRESS, "reader:secret", 0.25)]


def test_without_a_place_the_settings_name_the_store(tmp_path: Path) -> None:
    assert open_store(settings=IndexSettings(index=tmp_path / "kept")).name == str(tmp_path / "kept")
    assert open_store(settings=IndexSettings(index=tmp_path, store=ADDRESS)).name == ADDRESS
    store = FolderStore(tmp_path)
    assert open_store(store, SETTINGS) is store


def test_the_identity_of_a_folder_changes_with_its_catalog(folder: Path, tmp_path: Path) -> None:
    store = open_store(tmp_path / "index")
    assert store.identity() is None
    build([folder], store, embedder=HASHING)
    first = store.identity()
    (folder / "tea.txt").write_text("Another tea.")
    build([folder], store, embedder=HASHING)
    rebuild([folder], store, embedder=HASHING)
    assert store.identity() == first is not None
    (tmp_path / "index").rename(tmp_path / "before")
    build([folder], store, embedder=HASHING)
    assert store.identity() not in (first, None)


def test_an_open_index_follows_another_one_that_took_its_place(folder: Path, tmp_path: Path) -> None:
    build([folder], tmp_path / "index", embedder=HASHING)
    with DocumentIndex.open(tmp_path / "index", embedder=HASHING) as opened:
        assert len(opened.documents()) == 3
        (tmp_path / "index").rename(tmp_path / "before")
        build_documents([Document("a.txt", "a", "Some text.", "text/plain")], tmp_path / "index", embedder=HASHING)
        assert [record.path for record in opened.documents()] == ["a.txt"]
