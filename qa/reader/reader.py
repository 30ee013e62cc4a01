"""The reader: a question and passages in, scored verbatim spans out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.torch_runtime import precision
from qa.answering.quantile_bound import FloatArray
from qa.reader.spans import merge, window_spans
from qa.reader.weights import load_model
from qa.reader.windows import Featurizer, Passage, Window
from qa.text import asking, sentence_numbers
from qa.types import Span

if TYPE_CHECKING:
    from torch import Tensor

BATCH_TOKENS = 500  # padded tokens of one forward pass: larger ones lose more by padding than they gain


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
        import torch

        windows = self._featurizer.windows(question, passages)
        texts = [passages[window.passage].text for window in windows]
        with torch.inference_mode():
            logits = forward(self._model, windows, self._featurizer.padding, BATCH_TOKENS)
        spans = [self._spans(*one) for one in zip(windows, texts, logits, strict=True)]
        return merge(chain.from_iterable(spans))

    def skim(
        self, question: str, passage: Passage, layers: Collection[int], read_on: Callable[[int, FloatArray], bool]
    ) -> list[Span]:
        """Spans of one passage, best first, of those of its windows that are read to the end.

        After each of the ``layers``, counted from 1, a window is read on if it ``read_on``, which is told the layer and
        the ``summary`` of the window's states. Without ``layers`` all is read, by a model of any architecture.
        """
        import torch

        if not layers:
            return self.read(question, [passage])

        found: list[Span] = []
        with torch.inference_mode():
            for window in self._featurizer.windows(question, [passage]):
                for layer, states in enumerate(layer_states(self._model, window), 1):
                    if layer in layers and not read_on(layer, summary(window, states)):
                        break
                else:
                    found.extend(self._spans(window, passage.text, _logits(self._model, states)))
        return merge(found)

    def _spans(self, window: Window, text: str, logits: tuple[Tensor, Tensor]) -> list[Span]:
        sentences = sentence_numbers(text, window.offsets[:, 0]), asking(text)
        start, end = (one.cpu().numpy() for one in logits)
        return window_spans(window, text, *sentences, start, end, limit=self._span_tokens, top=self._spans_per_window)


def layer_states(model: Any, window: Window) -> Iterator[Tensor]:
    """The states (m, h) of a window of m tokens after one layer after the other, each computed when it is asked for."""
    import torch

    encoder = model.base_model.encoder
    states = model.base_model.embeddings(input_ids=torch.tensor([window.input_ids]))
    bias = encoder.compute_position_bias(states)
    for layer in encoder.layer:
        states = layer(states, position_bias=bias)[0]
        yield states[0]


def summary(window: Window, states: Tensor) -> FloatArray:
    """The mean of a window's states (m, h) before the passage and their maximum over the passage: (2h,), fp32."""
    passage = states[window.first : window.first + len(window.offsets)]
    return np.concatenate([states[: window.first].float().mean(0).numpy(), passage.amax(0).float().numpy()])


def _logits(model: Any, states: Tensor) -> tuple[Tensor, Tensor]:
    start, end = model.qa_outputs(states).float().unbind(-1)
    return start, end


def forward(
    model: Any, windows: Sequence[Window], padding: int, tokens: int, *, multiple: int = 1
) -> list[tuple[Tensor, Tensor]]:
    """fp32 start and end logits, (m,) each, of every window of m tokens, in order.

    Windows of similar length share a batch, whose padded size is at most ``tokens`` (a longer window is a batch of its
    own). ``multiple`` is that of ``pad``.
    """
    logits: dict[int, tuple[Tensor, Tensor]] = {}
    for batch in length_batches([len(window.input_ids) for window in windows], tokens, multiple=multiple):
        ids, mask = pad([windows[k].input_ids for k in batch], padding, multiple=multiple)
        output = model(input_ids=ids.to(model.device), attention_mask=mask.to(model.device))
        for row, k in enumerate(batch):
            size = len(windows[k].input_ids)
            logits[k] = (output.start_logits[row, :size].float(), output.end_logits[row, :size].float())
    return [logits[k] for k in range(len(windows))]


def length_batches(lengths: Sequence[int], tokens: int, *, multiple: int = 1) -> Iterator[list[int]]:
    """Positions by rising length, in batches of at most ``tokens`` when padded; a longer one is a batch of its own."""
    batch: list[int] = []
    for k in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * round_up(lengths[k], multiple) > tokens:
            yield batch
            batch = []
        batch.append(k)
    if batch:
        yield batch


def round_up(length: int, multiple: int) -> int:
    """The smallest multiple of ``multiple`` that is not below ``length``."""
    return -(-length // multiple) * multiple


def pad(rows: Sequence[Sequence[int]], padding: int, *, multiple: int = 1) -> tuple[Tensor, Tensor]:
    """Input ids filled up with ``padding`` and the attention mask: int64 (b, n) each.

    n is the length of the longest row, rounded up to a multiple of ``multiple``. PyTorch keeps memory for every shape
    that it meets on a CPU; a ``multiple`` above 1 bounds this memory in a long run over inputs of many lengths.
    """
    import torch

    longest = round_up(max(map(len, rows)), multiple)
    ids = torch.full((len(rows), longest), padding, dtype=torch.int64)
    mask = torch.zeros((len(rows), longest), dtype=torch.int64)
    for k, row in enumerate(rows):
        ids[k, : len(row)] = torch.tensor(row)
        mask[k, : len(row)] = 1
    return ids, mask
