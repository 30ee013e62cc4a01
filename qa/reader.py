"""The reader: a question and passages in, scored verbatim spans out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.embedder import has_fast_bf16
from qa.features import Featurizer, Passage, Window
from qa.sentences import asking, sentence_numbers
from qa.spans import merge, window_spans
from qa.types import Span
from qa.weights import load_model

if TYPE_CHECKING:
    import torch
    from torch import Tensor

BATCH_TOKENS = 500  # padded tokens of one forward pass: larger ones lose more by padding than they gain


def precision() -> torch.dtype:
    """bf16 where the processor computes it natively, else fp32."""
    import torch

    return torch.bfloat16 if has_fast_bf16() else torch.float32


class Reader:
    """An extractive reader: a model with start and end logits, and the featurizer of its tokenizer."""

    def __init__(self, model: Any, featurizer: Featurizer, *, span_tokens: int = 40, spans_per_window: int = 8) -> None:
        """``span_tokens`` bounds an answer's length; ``spans_per_window`` is how many are kept of each window."""
        self._model, self._featurizer = model, featurizer
        self._span_tokens, self._spans_per_window = span_tokens, spans_per_window

    @classmethod
    def load(cls, folder: Path, *, span_tokens: int = 40) -> Reader:
        """The reader of a model folder. Raises ``ModelError``."""
        return cls(load_model(folder, precision()), Featurizer.load(folder), span_tokens=span_tokens)

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """Spans of all passages, best first, each place once; none where there is nothing to read.

        A span's ``margin`` depends on its own passage only, so reading more passages never changes it.
        """
        windows = self._featurizer.windows(question, passages)
        found: list[Span] = []
        for window, start, end in zip(windows, *self._logits(windows), strict=True):
            text = passages[window.passage].text
            sentences = sentence_numbers(text, window.offsets[:, 0]), asking(text)
            limit, top = self._span_tokens, self._spans_per_window
            found.extend(window_spans(window, text, *sentences, start.numpy(), end.numpy(), limit=limit, top=top))
        return merge(found)

    def _logits(self, windows: Sequence[Window]) -> tuple[list[Tensor], list[Tensor]]:
        import torch

        with torch.inference_mode():
            pairs = forward(self._model, windows, self._featurizer.padding, BATCH_TOKENS)
        return [start for start, _ in pairs], [end for _, end in pairs]


def forward(model: Any, windows: Sequence[Window], padding: int, tokens: int) -> list[tuple[Tensor, Tensor]]:
    """fp32 start and end logits, (m,) each, of every window of m tokens; windows of like length are read together.

    ``tokens`` bounds the padded size of one batch.
    """
    found: dict[int, tuple[Tensor, Tensor]] = {}
    for batch in length_batches([len(window.input_ids) for window in windows], tokens):
        ids, mask = pad([windows[k].input_ids for k in batch], padding)
        output = model(input_ids=ids, attention_mask=mask)
        for row, k in enumerate(batch):
            size = len(windows[k].input_ids)
            found[k] = (output.start_logits[row, :size].float(), output.end_logits[row, :size].float())
    return [found[k] for k in range(len(windows))]


def length_batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Positions by rising length, in runs whose padded size stays within ``tokens`` (a longer one stands alone)."""
    batch: list[int] = []
    for k in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[k] > tokens:
            yield batch
            batch = []
        batch.append(k)
    if batch:
        yield batch


def pad(rows: Sequence[Sequence[int]], padding: int) -> tuple[Tensor, Tensor]:
    """(b, longest) input ids filled up with ``padding``, and the mask of what is not filled; int64."""
    import torch

    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), padding, dtype=torch.int64)
    mask = torch.zeros((len(rows), longest), dtype=torch.int64)
    for k, row in enumerate(rows):
        ids[k, : len(row)] = torch.tensor(row)
        mask[k, : len(row)] = 1
    return ids, mask
