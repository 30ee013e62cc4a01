"""The embedder is the original model, gives unit vectors, and does not depend on how texts are batched."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index import Embedder, IndexSettings, ModelError
from index import embedder as module
from index.embedder import Vectors, packaged_model
from index.torch_runtime import has_fast_bf16


def test_vectors_have_length_one(embedder: Embedder) -> None:
    vectors = embedder.encode(["One.", "Another text, somewhat longer than the first.", ""])
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)


def test_batching_does_not_change_what_a_text_means(embedder: Embedder) -> None:
    texts = [f"This is sentence number {number}. " * (1 + number % 30) for number in range(60)]
    together = embedder.encode(texts)
    for number in (0, 29, 59):
        assert float(together[number] @ embedder.encode([texts[number]])[0]) > 0.999


def test_texts_of_every_length_reach_the_model_in_few_shapes(embedder: Embedder) -> None:
    """Torch keeps memory for every shape it has met, so that a build of many documents would grow with each."""
    widths: list[int] = []
    transformer = embedder._loaded()[0]
    met = transformer.register_forward_pre_hook(lambda _, given: widths.append(given[0]["input_ids"].shape[1]))
    try:
        embedder.encode(["word " * length for length in range(200)])
    finally:
        met.remove()
    assert {width % 8 for width in widths} == {0}
    assert max(widths) >= 200


def test_it_agrees_with_sentence_transformers_in_full_precision(embedder: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    texts = ["Who flew to the station?", "A spacecraft delivered three people.", "Tea is steeped. " * 100]
    reference = SentenceTransformer(str(packaged_model()), device="cpu").encode(texts, normalize_embeddings=True)
    assert (np.sum(reference * embedder.encode(texts), axis=1) > (0.99 if has_fast_bf16() else 0.9999)).all()


def test_nothing_is_embedded_of_no_texts(embedder: Embedder) -> None:
    assert embedder.encode([]).shape == (0, 384)


def test_a_model_with_other_weights_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGED_SHA256", "0" * 64)
    with pytest.raises(ModelError, match=r"have sha256 53aa5117.*not 0000"):
        packaged_model.__wrapped__()


def test_a_hub_model_that_was_downloaded_before_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    cached = tmp_path / "models--someone--minilm"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text("1" * 40)
    (cached / "snapshots").mkdir()
    (cached / "snapshots" / ("1" * 40)).symlink_to(packaged_model(), target_is_directory=True)
    assert Embedder(IndexSettings(embedder="someone/minilm")).encode(["One."]).shape == (1, 384)


@pytest.mark.parametrize("name", ["someone/never-downloaded", "/no/such/folder"])
def test_a_model_that_is_not_here_is_not_fetched(name: str) -> None:
    with pytest.raises(ModelError, match=rf"{name} is neither a folder nor .* run `hf download {name}`"):
        _ = Embedder(IndexSettings(embedder=name)).tokenizer


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no tokenizer\.json in"):
        _ = Embedder(IndexSettings(embedder=str(tmp_path))).tokenizer


def test_a_question_does_not_wait_until_a_batch_of_documents_is_embedded(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()
    forward = Embedder._forward

    def held_up(self: Embedder, batch: list[list[int]], *how: int) -> Vectors:
        if len(batch) > 1:
            begun.set()
            assert go.wait(60)
        return forward(self, batch, *how)

    monkeypatch.setattr(Embedder, "_forward", held_up)
    with ThreadPoolExecutor(2) as pool:
        documents = pool.submit(embedder.encode, ["one", "two"])
        assert begun.wait(60)
        assert pool.submit(embedder.encode, ["why?"]).result(50).shape == (1, 384)
        assert not documents.done()
        go.set()
        assert documents.result(50).shape == (2, 384)
