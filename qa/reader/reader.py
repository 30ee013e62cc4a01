"""The reader: a question and passages in, scored verbatim spans out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.torch_runtime import length_batches, pad, precision
from qa.answering.quantile_bound import FloatArray
from qa.reader.spans import merge, window_spans
from qa.reader.weights import load_model
from qa.reader.windows import Featurizer, Passage, Window
from qa.text import interrogatives, sentence_numbers
from qa.types import Span

if TYPE_CHECKING:
    from torch import Tensor

BATCH_TOKENS = 500  # padded tokens of one forward pass; in larger batches padding costs more than batching gains


class Reader:
    """An extractive reader: a model with start and end logits for every token, and the featurizer for its input."""

    def __init__(self, model: Any, featurizer: Featurizer, *, span_tokens: int = 40, spans_per_window: int = 8) -> None:
        """``span_tokens`` is the longest span in tokens, ``spans_per_window`` the most spans of one window."""
        self._model, self._featurizer = model, featurizer
        self._span_tokens, self._spans_per_window = span_tokens, spans_per_window

    @classmethod
    def load(cls, folder: Path, *, span_tokens: int = 40, spans_per_window: int = 8) -> Reader:
        """Load the reader from a model folder; raises ``ModelError``. The numbers are those of the constructor."""
        model, featurizer = load_model(folder, precision()), Featurizer.load(folder)
        return cls(model, featurizer, span_tokens=span_tokens, spans_per_window=spans_per_window)

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """Distinct spans of all passages, best first; empty if the passages have no text.

        The ``margin`` of a span depends on its own passage only, whatever other passages are read.
        """
        import torch

        windows = self._featurizer.windows(question, passages)
        read = [passages[window.passage] for window in windows]
        with torch.inference_mode():
            logits = forward(self._model, windows, self._featurizer.padding, BATCH_TOKENS)
        return merge(chain.from_iterable(map(self._spans, windows, read, logits)))

    def skim(
        self, question: str, passage: Passage, layers: Collection[int], read_on: Callable[[int, FloatArray], bool]
    ) -> list[Span]:
        """Spans of one passage, best first, from the windows that are read to the end.

        After each of the ``layers``, counted from 1, ``read_on`` gets the layer and the ``summary`` of the window's
        states and returns whether to go on with the window. This needs an MPNet encoder. Without ``layers`` a model of
        any architecture reads the passage in full.
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
                    found.extend(self._spans(window, passage, _logits(self._model, states)))
        return merge(found)

    def _spans(self, window: Window, passage: Passage, logits: tuple[Tensor, Tensor]) -> list[Span]:
        text = passage.text
        sentences = sentence_numbers(text, window.offsets[:, 0]), interrogatives(text)
        start, end = (one.cpu().numpy() for one in logits)
        limit, top = self._span_tokens, self._spans_per_window
        return window_spans(window, text, *sentences, start, end, limit=limit, top=top, cells=passage.cells)


def layer_states(model: Any, window: Window) -> Iterator[Tensor]:
    """The states (m, h) of a window of m tokens after each layer of an MPNet encoder, computed lazily."""
    import torch

    encoder = model.base_model.encoder
    states = model.base_model.embeddings(input_ids=torch.tensor([window.input_ids]))
    bias = encoder.compute_position_bias(states)
    for layer in encoder.layer:
        states = layer(states, position_bias=bias)[0]
        yield states[0]


def summary(window: Window, states: Tensor) -> FloatArray:
    """The mean of a window's states (m, h) over question and title, then their maximum over the passage: fp32 (2h,)."""
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
