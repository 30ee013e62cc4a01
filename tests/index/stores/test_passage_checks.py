"""Every way in which a stored passage can disagree with its document's text is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from index.chunking.passage_texts import passage_key
from index.stores.passage_checks import CheckedPassage, are_unit_length, passage_faults
from index.types import Chunk, Document

DOCUMENT = Document("a.txt", "A title", "Some words. More words.", "text/plain")
CHUNK = Chunk(7, 1, 0, 0, 11, "Some words.")
SOUND = CheckedPassage(CHUNK, ("Some words.", "A title"), passage_key(DOCUMENT, CHUNK))


def test_a_sound_passage_has_no_fault():
    assert list(passage_faults(DOCUMENT, [SOUND], 1)) == []


@pytest.mark.parametrize(
    ("passage", "fault"),
    [
        (replace(SOUND, chunk=replace(CHUNK, ordinal=1)), "passage 1 is not a slice of the text"),
        (replace(SOUND, chunk=replace(CHUNK, end=24)), "passage 0 is not a slice of the text"),
        (replace(SOUND, chunk=replace(CHUNK, text="Other words")), "passage 0 differs from the text"),
        (replace(SOUND, words=("Some words.", "Another")), "passage 0 has different words in the keyword index"),
        (replace(SOUND, words=None), "passage 0 has different words in the keyword index"),
        (replace(SOUND, key=b"another"), "passage 0 has the vector of another text"),
        (replace(SOUND, key=None), "passage 0 has the vector of another text"),
    ],
)
def test_a_damaged_passage_is_named_with_its_fault(passage: CheckedPassage, fault: str):
    assert list(passage_faults(DOCUMENT, [passage], 1)) == [fault]


def test_a_missing_passage_is_noticed():
    assert list(passage_faults(DOCUMENT, [SOUND], 2)) == ["1 passages are stored, but its record says 2"]


def test_passages_that_overlap_are_noticed():
    second = replace(SOUND, chunk=replace(CHUNK, ordinal=1))
    assert list(passage_faults(DOCUMENT, [SOUND, second], 2)) == ["passage 1 is not a slice of the text"]


def test_vectors_of_other_lengths_and_with_nan_are_damaged():
    vectors = np.array([[0.6, 0.8], [0.6, 0.9], [np.nan, 1.0]], dtype=np.float32)
    assert are_unit_length(vectors).tolist() == [True, False, False]
