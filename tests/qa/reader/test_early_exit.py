"""Early exits: a lower layer's states bound what reading a passage to the end adds."""

import numpy as np
import pytest

from qa.answerer import load_reader
from qa.answering.quantile_bound import QUANTILE
from qa.reader.early_exit import LAYERS, EarlyExit
from qa.reader.reader import Reader
from qa.reader.windows import Passage
from qa.settings import ReaderSettings

QUESTION = "Who commanded Soyuz MS-27?"
PASSAGE = Passage("The crew launched in April. Sergey Ryzhikov commanded the spacecraft Soyuz MS-27.", "Soyuz MS-27")
LONG = Passage(" ".join(["Nothing of the kind is said here, nor was it ever."] * 60) + " " + PASSAGE.text)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(ReaderSettings())


def told(passages=6000, seed=1):
    """States with three numbers that determine, up to noise, what reading adds; ten passages per question."""
    dice = np.random.default_rng(seed)
    states = dice.normal(size=(passages, 20)).astype(np.float32)
    added = states[:, :3] @ np.array([1.0, -2.0, 0.5]) + 0.3 * dice.normal(size=passages) - 1.0
    return states, added.astype(np.float32), np.arange(passages) // 10


def test_an_exit_bounds_nearly_all_passages_it_was_not_fitted_to():
    exit_at = EarlyExit.fit(*told())
    states, added, _ = told(seed=2)
    held = [value <= exit_at.upper(one) for one, value in zip(states, added, strict=True)]
    assert QUANTILE - 0.01 < np.mean(held) < 1.0


def test_an_exit_separates_poor_passages_from_good_ones():
    exit_at = EarlyExit.fit(*told())
    states, added, _ = told(seed=2)
    highest = np.array([exit_at.upper(one) for one in states])
    assert highest[added < -4].mean() < -2 < 0 < highest[added > 2].mean()


def read_fully(_layer, _states):
    return True


@pytest.mark.parametrize("passage", [PASSAGE, LONG], ids=["one window", "several"])
def test_skimming_a_passage_to_its_end_gives_the_spans_of_reading(reader, passage):
    spans, skimmed = reader.read(QUESTION, [passage]), reader.skim(QUESTION, passage, LAYERS, read_fully)
    assert [span.text for span in skimmed[:3]] == [span.text for span in spans[:3]]
    assert [span.margin for span in skimmed[:3]] == pytest.approx([span.margin for span in spans[:3]], abs=0.2)


def test_skimming_without_exits_gives_the_spans_of_reading(reader):
    assert reader.skim(QUESTION, PASSAGE, (), read_fully) == reader.read(QUESTION, [PASSAGE])


def test_an_abandoned_passage_has_no_spans_and_is_computed_no_further(reader):
    asked = []

    def read_on(layer, _states):
        asked.append(layer)
        return layer < LAYERS[1]

    assert reader.skim(QUESTION, PASSAGE, LAYERS, read_on) == []
    assert asked == list(LAYERS[:2])


def test_only_promising_windows_of_a_long_passage_are_read(reader):
    windows = []

    def read_on(layer, states):
        if layer == LAYERS[0]:
            windows.append(states)
        return len(windows) == 2

    spans = reader.skim(QUESTION, LONG, LAYERS, read_on)
    assert len(windows) > 2
    assert spans
    everything = reader.skim(QUESTION, LONG, LAYERS, read_fully)
    assert {span.start for span in spans} < {span.start for span in everything}
