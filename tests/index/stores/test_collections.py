"""Collections: named sets of documents beside an index, in every store."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index import (
    CollectionDamagedError,
    CollectionError,
    CollectionNotFoundError,
    Collections,
    DocumentIndex,
    Filters,
    IndexSettings,
    Place,
    build,
    checked_collection,
    rebuild,
)
from tests.support.hash_embedder import HashEmbedder
from tests.support.stores import STORES, place_in

DRINKS = Filters(collection="Drinks")


@pytest.fixture
def kept(tmp_path: Path) -> Collections:
    """The collections beside an index that is not there yet."""
    return Collections(tmp_path / "index")


@pytest.mark.parametrize("store", STORES)
def test_a_search_is_limited_to_a_collection_which_survives_a_rebuild(store: str, folder: Path, tmp_path: Path):
    place: Place = place_in(tmp_path, store)
    settings, embedder = IndexSettings(index=tmp_path / "beside"), HashEmbedder()
    build([folder], place, settings=settings, embedder=embedder)
    with DocumentIndex.open(place, settings=settings, embedder=embedder) as opened:
        drinks = {record.address for record in opened.documents() if record.path != "iron.html"}
        assert opened.arrivals.added().keys() == {record.address for record in opened.documents()}
        opened.collections.add("Drinks", drinks)
        rebuild([folder], place, settings=settings, embedder=embedder)
        assert [record.path for record in opened.documents(DRINKS)] == ["deep/coffee.md", "tea.txt"]
        assert {hit.document.path for hit in opened.search("degrees", filters=DRINKS)} == {"deep/coffee.md", "tea.txt"}
        both = Filters(collection="Drinks", documents=frozenset({"tea.txt", "iron.html"}))
        assert {hit.document.path for hit in opened.search("degrees", filters=both)} == {"tea.txt"}
        opened.collections.discard("Drinks", drinks)
        assert opened.search("degrees", filters=DRINKS) == []
        with pytest.raises(CollectionNotFoundError, match="there are: Drinks"):
            opened.search("degrees", filters=Filters(collection="Metals"))


@pytest.mark.parametrize("update", [build, rebuild])
def test_a_moved_document_stays_in_its_collections(update: Callable[..., object], folder: Path, tmp_path: Path):
    location, embedder = tmp_path / "index", HashEmbedder()
    build([folder], location, embedder=embedder)
    kept = Collections(location)
    kept.add("Drinks", {str(folder / "tea.txt"), str(folder / "deep" / "coffee.md")})
    kept.add("Metals", {str(folder / "iron.html")})
    (folder / "tea.txt").rename(folder / "deep" / "green tea.txt")
    update([folder], location, embedder=embedder)
    assert kept.documents("Drinks") == {str(folder / "deep" / name) for name in ("green tea.txt", "coffee.md")}
    assert kept.documents("Metals") == {str(folder / "iron.html")}


def test_no_change_is_lost_when_many_are_made_at_once(kept: Collections):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: kept.add("all", {f"/notes/{number}.txt"}), range(40)))
    assert kept.documents("all") == {f"/notes/{number}.txt" for number in range(40)}


def test_collections_are_listed_renamed_replaced_and_removed(kept: Collections):
    assert kept.names() == []
    kept.add("  beta ", {"/b"})
    kept.add("Alpha", {"/a"})
    assert kept.names() == ["Alpha", "beta"]
    with pytest.raises(CollectionError, match="already"):
        kept.rename("beta", "Alpha")
    kept.rename("beta", "Gamma")
    assert kept.documents("Gamma") == {"/b"}
    assert kept.replace("Gamma", ["/c", "/d"]) == {"/c", "/d"}
    kept.remove("Alpha")
    assert kept.names() == ["Gamma"]
    with pytest.raises(CollectionNotFoundError):
        kept.discard("Alpha", {"/a"})


@pytest.mark.parametrize("name", ["", " ", "../x", "a/b", "a\\b", "a\nb\0", "...", "x" * 81])
def test_a_name_that_would_leave_the_folder_or_cannot_be_read_is_refused(name: str):
    with pytest.raises(CollectionError):
        checked_collection(name)


def test_a_damaged_collection_says_so_and_can_be_made_again(kept: Collections, tmp_path: Path):
    kept.add("Terms", {"/a"})
    (tmp_path / "index" / "collections" / "Terms.json").write_text('{"documents": ["/a"')
    with pytest.raises(CollectionDamagedError, match="Terms"):
        kept.documents("Terms")
    assert kept.replace("Terms", {"/a"}) == kept.documents("Terms")
