"""The cascade reads every passage that may win or contradict the winner, and no other."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Chunk, DocumentRecord, Hit
from qa.answering.calibration import Calibration, Case, Evidence
from qa.answering.candidates import RetrievedPassage, propose
from qa.answering.cascade import AbandonedError, read_until_settled, rerank
from qa.reader.windows import Passage
from qa.types import Span

CALIBRATION = Calibration((0.5, 0.2, 0.5, 0.5, 0.0), -2.0, 0.3).bounded([[Case(Evidence(12.0, 10.0, 0.0, 0.0), 1.0)]])
FAR, NEAR = Case(Evidence(0.0, 0.0, 0.1, 0.0), 0.0), Case(Evidence(12.0, 10.0, 0.9, 1.0), 1.0)
STEPPED = CALIBRATION.bounded([[FAR, NEAR]])  # far passages have a low ceiling
RECORD = DocumentRecord(1, "1.txt", "", "text/plain", "", "", None, 0, 9, 0, 1, {}, ())


class ExactExit:
    """An exit whose bound is exactly what reading adds."""

    def upper(self, states):
        return float(states[0])


EXITING = replace(CALIBRATION, exits={4: ExactExit()})


class Scripted:
    """A reader whose only span is the whole passage, with a given margin; records what it reads and abandons."""

    def __init__(self, margins):
        self.margins, self.asked, self.abandoned = margins, [], []

    def read(self, question, passages):
        return self.skim(question, *passages, (), None)

    def skim(self, _question, passage, layers, read_on):
        span = Span(0, 0, len(passage.text), passage.text, self.margins[passage.text])
        added = CALIBRATION.added(Evidence(span.margin, 10.0, 0.0, 0.0))
        if all(read_on(layer, np.array([added])) for layer in layers):
            self.asked.append(passage.text)
            return [span]
        self.abandoned.append(passage.text)
        return []


def source(number, similarity, coverage, text=None, document=None):
    text, record = text or f"answer {number}", replace(RECORD, id=number if document is None else document)
    hit = Hit(Chunk(number, record.id, 0, 0, len(text), text), record, number, 1.0, similarity)
    return RetrievedPassage(hit, text, Passage(text), coverage, "?")


SOURCES = st.lists(st.tuples(st.floats(-0.2, 1), st.floats(0, 1), st.floats(-12, 12)), min_size=1, max_size=10)


@given(SOURCES)
def test_the_winner_is_the_one_of_reading_everything(given_sources):
    sources = [source(k, near, held) for k, (near, held, _) in enumerate(given_sources)]
    reader = Scripted({s.document_text: margin for s, (_, _, margin) in zip(sources, given_sources, strict=True)})
    everything = [
        replace(span, passage=k)
        for k, s in enumerate(sources)
        for span in reader.skim("?", s.passage, (), lambda *_: True)
    ]
    best, *_ = propose(sources, everything, CALIBRATION)
    for calibration in (CALIBRATION, EXITING):
        settled, *_ = propose(sources, read_until_settled(reader, calibration, sources), calibration)
        assert settled.probability == best.probability


def test_a_clear_answer_in_the_nearest_passage_leaves_far_ones_unread():
    sources = [source(0, 0.8, 1.0), *(source(k, 0.0, 0.0) for k in range(1, 10))]
    reader = Scripted({s.document_text: 11.0 if s is sources[0] else -8.0 for s in sources})
    read_until_settled(reader, CALIBRATION, sources)
    assert reader.asked == ["answer 0"]


def test_a_far_passage_is_skipped_and_a_near_one_after_it_is_read():
    sources = [source(0, 0.5, 0.5), source(1, 0.5, 0.5), source(2, 0.0, 0.0), source(3, 0.5, 0.5), source(4, 0.1, 0.0)]
    reader = Scripted({s.document_text: 1.0 for s in sources})
    read_until_settled(reader, STEPPED, sources)
    assert reader.asked == ["answer 0", "answer 1", "answer 3"]


@pytest.mark.parametrize(("document", "read"), [(5, 2), (0, 1)])
def test_a_passage_that_may_contradict_is_read_if_it_is_from_another_document(document, read):
    sources = [source(0, 0.8, 1.0), source(1, 0.3, 0.5, document=document)]
    reader = Scripted({"answer 0": 11.0, "answer 1": 10.0})
    read_until_settled(reader, CALIBRATION, sources)
    assert len(reader.asked) == read


def test_a_skipped_passage_is_read_if_it_may_contradict_a_later_winner():
    sources = [source(0, 0.5, 0.5, document=0), source(1, 0.3, 0.3, document=0), source(2, 0.8, 1.0, document=9)]
    reader = Scripted({"answer 0": 9.0, "answer 1": 8.0, "answer 2": 11.0})
    read_until_settled(reader, CALIBRATION, sources)
    assert reader.asked == ["answer 0", "answer 2", "answer 1"]


def test_a_passage_that_cannot_win_is_abandoned_halfway():
    sources = [source(0, 0.5, 0.5), source(1, 0.5, 0.5), source(2, 0.5, 0.5)]
    reader = Scripted({"answer 0": 1.0, "answer 1": -8.0, "answer 2": 4.0})
    read_until_settled(reader, EXITING, sources)
    assert (reader.asked, reader.abandoned) == (["answer 0", "answer 2"], ["answer 1"])


def test_the_nearest_passage_is_read_to_the_end_however_poor_it_is():
    reader = Scripted({"answer 0": -12.0, "answer 1": -12.0})
    spans = read_until_settled(reader, EXITING, [source(0, 0.5, 0.5), source(1, 0.5, 0.5)], min_probability=0.9)
    assert [span.text for span in spans] == ["answer 0"]


def test_an_abandoned_passage_is_read_if_it_may_contradict_a_later_winner():
    sources = [source(0, 0.5, 0.5, document=0), source(1, 0.5, 0.5, document=0), source(2, 0.5, 0.5, document=9)]
    reader = Scripted({"answer 0": 9.0, "answer 1": 8.9, "answer 2": 9.5})
    spans = read_until_settled(reader, EXITING, sources)
    assert reader.abandoned == ["answer 1"]
    assert {span.passage for span in spans} == {0, 1, 2}


def test_an_abandoned_passage_that_contains_the_winners_words_is_read_after_all():
    sources = [source(0, 0.5, 0.5), source(1, 0.5, 0.5), source(2, 0.0, 0.0, text="Yes: answer 0")]
    reader = Scripted({"answer 0": 11.0, "answer 1": -8.0, "Yes: answer 0": -9.0})
    spans = read_until_settled(reader, EXITING, sources)
    assert {span.passage for span in spans} == {0, 2}


def test_a_withheld_answer_is_not_looked_for_in_other_passages():
    sources = [source(0, 0.5, 0.5), source(1, 0.0, 0.0, text="Yes: answer 0")]
    reader = Scripted({"answer 0": -8.0, "Yes: answer 0": -9.0})
    read_until_settled(reader, EXITING, sources, min_probability=0.5)
    assert (reader.asked, reader.abandoned) == (["answer 0"], ["Yes: answer 0"])


def test_without_an_answer_everything_is_read():
    sources = [source(k, 0.5, 0.5) for k in range(10)]
    reader = Scripted({s.document_text: -8.0 for s in sources})
    read_until_settled(reader, CALIBRATION, sources)
    assert len(reader.asked) == 10


def test_passages_whose_answer_would_be_withheld_are_left_unread():
    sources = [source(k, 0.5 if k < 4 else 0.0, 0.5 if k < 4 else 0.0) for k in range(10)]
    for min_probability, read in ((0.3, 4), (0.0, 10)):
        reader = Scripted({s.document_text: -12.0 for s in sources})
        read_until_settled(reader, STEPPED, sources, min_probability=min_probability)
        assert len(reader.asked) == read


def test_a_far_passage_that_contains_the_winners_words_is_read_as_well():
    same = source(7, 0.0, 0.0, text="answer 0")
    sources = [source(0, 0.8, 1.0), *(source(k, 0.0, 0.0) for k in range(1, 7)), same]
    reader = Scripted({s.document_text: 11.0 if s.document_text == "answer 0" else -8.0 for s in sources})
    spans = read_until_settled(reader, CALIBRATION, sources)
    assert [span.passage for span in spans if span.text == "answer 0"] == [0, 7]
    assert len(reader.asked) == 2


def test_a_cancelled_question_is_read_no_further():
    sources = [source(k, 0.5, 0.5) for k in range(10)]
    reader = Scripted({s.document_text: -8.0 for s in sources})
    with pytest.raises(AbandonedError):
        read_until_settled(reader, CALIBRATION, sources, should_continue=lambda: len(reader.asked) < 4)
    assert len(reader.asked) == 4


def test_the_reader_ranks_passages_by_the_probability_of_their_best_answer():
    sources = [source(k, 0.5, 0.5) for k in range(4)]
    ranked = rerank(
        Scripted({"answer 0": -4.0, "answer 1": 6.0, "answer 2": -8.0, "answer 3": 9.0}), CALIBRATION, sources
    )
    assert [place for place, _ in ranked] == [3, 1, 0, 2]
    assert ranked[0][1] == propose(sources, [Span(3, 0, 8, "answer 3", 9.0)], CALIBRATION)[0].probability


def test_passages_without_an_answer_keep_the_order_of_retrieval():
    class Silent:
        def read(self, *_):
            return []

    assert rerank(Silent(), CALIBRATION, [source(k, 0.5, 0.5) for k in range(3)]) == [(0, 0.0), (1, 0.0), (2, 0.0)]


def test_a_cancelled_ranking_is_read_no_further():
    sources = [source(k, 0.5, 0.5) for k in range(10)]
    reader = Scripted({s.document_text: -8.0 for s in sources})
    with pytest.raises(AbandonedError):
        rerank(reader, CALIBRATION, sources, should_continue=lambda: len(reader.asked) < 4)
    assert len(reader.asked) == 4
