"""The likeliest answer and its rivals are judged again by their sentences alone."""

from dataclasses import replace

from index import Chunk, DocumentRecord, Hit
from qa.answering.calibration import Evidence, Verification
from qa.answering.candidates import Proposal, RetrievedPassage
from qa.answering.second_reading import verified
from qa.reader.windows import Passage
from qa.types import Span

RECORD = DocumentRecord(1, "1.txt", "", "text/plain", "", "", None, 0, 9, 0, 1, {}, ())
BY_SENTENCE = Verification((0.0, 1.0, 0.0, 0.0, 0.0))  # only the margin in the sentence counts


class Sentences:
    """A reader that finds each sentence as its own answer, with a given margin; records what it reads."""

    def __init__(self, margins):
        self.margins, self.asked = margins, []

    def read(self, _question, passages):
        (passage,) = passages
        self.asked.append(passage.text)
        return [Span(0, 0, len(passage.text), passage.text, self.margins[passage.text])]


def proposal(number, probability):
    text = f"It costs {number} euros."
    hit = Hit(Chunk(number, number, 0, 0, len(text), text), replace(RECORD, id=number), number, 1.0, 0.5)
    source = RetrievedPassage(hit, text, Passage(text), 1.0, "What does it cost?")
    evidence = Evidence(1.0, 1.0, 0.5, 1.0)
    return Proposal(source, Span(0, 0, len(text), text, 1.0), 0, len(text), probability, evidence)


def test_an_answer_that_does_not_hold_alone_becomes_improbable():
    reader = Sentences({"It costs 1 euros.": -9.0})
    (judged,) = verified(reader, BY_SENTENCE, [proposal(1, 0.8)])
    assert judged.probability < 0.1


def test_only_rivals_that_are_nearly_as_probable_are_read_again():
    reader = Sentences({f"It costs {number} euros.": 5.0 for number in range(1, 6)})
    verified(reader, BY_SENTENCE, [proposal(1, 0.6), proposal(2, 0.5), proposal(3, 0.2)])
    assert reader.asked == ["It costs 1 euros.", "It costs 2 euros."]


def test_what_hardly_reaches_the_wanted_probability_is_not_read_again():
    reader = Sentences({})
    asked = [proposal(1, 0.5), proposal(2, 0.4)]
    assert verified(reader, BY_SENTENCE, asked, wanted=0.6) == asked
    assert not reader.asked


def test_rivals_of_what_is_refused_are_not_read_again():
    reader = Sentences({"It costs 1 euros.": -1.0})
    verified(reader, BY_SENTENCE, [proposal(1, 0.8), proposal(2, 0.7)], wanted=0.6)
    assert reader.asked == ["It costs 1 euros."]


def test_the_order_stays_and_no_other_exceeds_the_first():
    reader = Sentences({"It costs 1 euros.": -1.0, "It costs 2 euros.": 9.0})
    judged = verified(reader, BY_SENTENCE, [proposal(1, 0.6), proposal(2, 0.59), proposal(3, 0.41)])
    assert [one.document_id for one in judged] == [1, 2, 3]
    assert max(one.probability for one in judged) == judged[0].probability < 0.6


def test_without_a_fitted_verification_nothing_is_read_again():
    reader = Sentences({})
    asked = [proposal(1, 0.6)]
    assert verified(reader, Verification(), asked) == asked
    assert not reader.asked
