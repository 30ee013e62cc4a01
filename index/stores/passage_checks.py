"""Checks of stored passages against their document's text, which hold in every store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.chunking import keyword_text, passage_key
from index.embedder import Vectors
from index.types import Chunk, Document


@dataclass(frozen=True, slots=True)
class CheckedPassage:
    """A passage as it is stored; None stands for a part that is missing."""

    chunk: Chunk
    words: tuple[str, str] | None  # text and title in the keyword index
    key: bytes | None  # the key of its vector


def passage_faults(document: Document, passages: Sequence[CheckedPassage], chunk_count: int) -> Iterator[str]:
    """What is wrong with a document's passages, given in order; at most one fault for each passage.

    Passages are slices of the text in order, have the words of their slice in the keyword index, and the vector of
    their own text.
    """
    if len(passages) != chunk_count:
        yield f"{len(passages)} passages are stored, but its record counts {chunk_count}"
    previous_end = 0
    for ordinal, passage in enumerate(passages):
        chunk = passage.chunk
        if chunk.ordinal != ordinal or not previous_end <= chunk.start < chunk.end <= len(document.text):
            yield f"passage {chunk.ordinal} is not a slice of the text"
        elif chunk.text != document.text[chunk.start : chunk.end]:
            yield f"passage {chunk.ordinal} differs from the text"
        elif passage.words != (keyword_text(document, chunk), document.title):
            yield f"passage {chunk.ordinal} has other words in the keyword index"
        elif passage.key != passage_key(document, chunk):
            yield f"passage {chunk.ordinal} has the vector of another text"
        previous_end = chunk.end


def are_unit_length(vectors: Vectors) -> npt.NDArray[np.bool_]:
    """Which vectors, the rows of (n, dimensions), have length 1 within a hundredth; those with NaN do not."""
    lengths: npt.NDArray[np.bool_] = np.abs(np.linalg.norm(vectors, axis=-1) - 1.0) < 0.01
    return lengths
