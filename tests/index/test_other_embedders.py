"""Any local folder of sentence-transformers embeds passages and questions as its own files say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import DocumentIndex, Embedder, IndexMismatchError, IndexSettings, build, plan, rebuild, verify
from index.torch_runtime import has_fast_bf16
from tests.support.hash_embedder import HashEmbedder
from tests.support.samples.embedding_models import DIMENSIONS, PROMPTS, write_static, write_transformer

TEXTS = ["A red fox.", "", "The harbour office opens at nine. " * 30]
CLOSE = 0.99 if has_fast_bf16() else 0.9999


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_transformer(tmp_path_factory.mktemp("transformer"))


def likenesses(folder: Path, texts: list[str], prompt: str, vectors: np.ndarray) -> np.ndarray:
    """The cosines of vectors with those that sentence-transformers itself gives with a prompt."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    expected = model.encode([text or " " for text in texts], prompt=prompt, normalize_embeddings=True)
    return np.sum(expected * vectors, axis=1)


@pytest.mark.parametrize("mean_of_prompt", [True, False])
def test_questions_and_passages_get_the_prompts_of_the_folder(tmp_path: Path, mean_of_prompt: bool):
    written = write_transformer(tmp_path, mean_of_prompt=mean_of_prompt)
    embedder = Embedder(IndexSettings(embedder=str(written)))
    asked, stored = embedder.encode_questions(TEXTS), embedder.encode(TEXTS)
    assert asked.shape == stored.shape == (3, embedder.dimensions) == (3, DIMENSIONS)
    assert likenesses(written, TEXTS, PROMPTS["query"], asked).min() > CLOSE
    assert likenesses(written, TEXTS, PROMPTS["passage"], stored).min() > CLOSE
    assert np.abs(asked - stored).max() > 0.0005


def test_a_model_of_another_architecture_is_used_by_its_own_code(tmp_path: Path):
    written = write_static(tmp_path)
    embedder = Embedder(IndexSettings(embedder=str(written)))
    assert embedder.is_word("harbour")
    assert likenesses(written, TEXTS[::2], "", embedder.encode(TEXTS[::2])).min() > CLOSE
    assert np.abs(embedder.encode_questions(TEXTS[::2]) - embedder.encode(TEXTS[::2])).max() < 0.01


def test_the_plan_says_what_another_model_costs_and_a_rebuild_changes_it(folder: Path, tmp_path: Path):
    documents, index = tmp_path / "documents", tmp_path / "index"
    documents.mkdir()
    (documents / "a.txt").write_text("The harbour office opens at nine.\n")
    settings = IndexSettings(embedder=str(folder))
    build([documents], index, embedder=HashEmbedder())
    assert plan([], index).embedder is None
    change = plan([], index, settings=settings).embedder
    assert change is not None
    assert change.passages == 1
    assert str(change).startswith(f"the embedding model changes from all-MiniLM-L6-v2 to {folder}: `quoth index --reb")
    with pytest.raises(IndexMismatchError, match=f"built with the embedding model all-MiniLM-L6-v2, but {folder}"):
        build([], index, settings=settings)
    assert rebuild([], index, settings=settings).embedded == 1
    with DocumentIndex.open(index, settings=settings) as opened:
        assert opened.search("When does the harbour open?")[0].dense_rank == 1
        assert opened.status().dimensions == DIMENSIONS
    assert verify(index).sound


def test_another_model_in_the_same_folder_is_noticed_by_its_dimensions(folder: Path, tmp_path: Path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("The harbour office opens at nine.\n")
    settings = IndexSettings(embedder=str(folder))
    build([tmp_path / "documents"], tmp_path / "index", settings=settings)

    class Replaced(HashEmbedder):
        is_packaged = True

        def __init__(self) -> None:
            super().__init__()
            self.name = str(folder)

    opened = DocumentIndex.open(tmp_path / "index", settings=settings, embedder=Replaced())
    with (
        opened,
        pytest.raises(IndexMismatchError, match=r"vectors of 24 dimensions, but those of the model now have 16"),
    ):
        opened.search("harbour")
