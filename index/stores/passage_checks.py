"""Checks of stored passages against their document's text, the same for every store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.chunking.passage_texts import keyword_column, keyword_text, passage_key
from index.embedder import Vectors
from index.types import Chunk, Document


@dataclass(frozen=True, slots=True)
class CheckedPassage:
    """A passage as it is stored; a missing part is None."""

    chunk: Chunk
    words: tuple[str, str] | None  # text and title in the keyword index
    key: bytes | None  # the key of its vector


def passage_faults(document: Document, passages: Sequence[CheckedPassage], chunk_count: int) -> Iterator[str]:
    """What is wrong with a document's passages, given in order; at most one fault for each passage.

    Passages must be slices of the text, in order; the keyword index must contain their words, and their vector must be
    that of their own text.
    """
    if len(passages) != chunk_count:
        yield f"{len(passages)} passages are stored, but its record says {chunk_count}"
    previous_end = 0
    for ordinal, passage in enumerate(passages):
        chunk = passage.chunk
        if chunk.ordinal != ordinal or not previous_end <= chunk.start < chunk.end <= len(document.text):
            yield f"passage {chunk.ordinal} is not a slice of the text"
        elif chunk.text != document.text[chunk.start : chunk.end]:
            yield f"passage {chunk.ordinal} differs from the text"
        elif passage.words != (keyword_text(document, chunk), keyword_column(document.title, chunk)):
            yield f"passage {chunk.ordinal} has different words in the keyword index"
        elif passage.key != passage_key(document, chunk):
            yield f"passage {chunk.ordinal} has the vector of another text"
        previous_end = chunk.end


def are_unit_length(vectors: Vectors) -> npt.NDArray[np.bool_]:
    """Which vectors, float32 (..., dimensions), have length 1 within 0.01; those with NaN do not."""
    lengths: npt.NDArray[np.bool_] = np.abs(np.linalg.norm(vectors, axis=-1) - 1.0) < 0.01
    return lengths
