"""The likeliest answers are judged again by their sentences alone."""

from dataclasses import replace

from index import Chunk, DocumentRecord, Hit
from qa.answering.calibration import Evidence, Verification
from qa.answering.candidates import Proposal, RetrievedPassage
from qa.answering.second_reading import reading_again, verified
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


def judge(margins, proposals, wanted=0.0):
    """The proposals after a second reading with these margins by text, and the texts that were read."""
    reader = Sentences(margins)
    return verified(BY_SENTENCE, proposals, reading_again(reader), wanted), reader.asked


def test_an_answer_that_does_not_hold_alone_becomes_improbable():
    (judged,), _ = judge({"It costs 1 euros.": -9.0}, [proposal(1, 0.8)])
    assert judged.probability < 0.1


def test_only_others_that_are_nearly_as_probable_are_read_again():
    margins = {f"It costs {number} euros.": 5.0 for number in range(1, 6)}
    _, asked = judge(margins, [proposal(1, 0.6), proposal(2, 0.5), proposal(3, 0.2)])
    assert asked == ["It costs 1 euros.", "It costs 2 euros."]


def test_what_hardly_reaches_the_wanted_probability_is_not_read_again():
    proposals = [proposal(1, 0.5), proposal(2, 0.4)]
    assert judge({}, proposals, wanted=0.6) == (proposals, [])


def test_others_than_what_is_refused_are_not_read_again():
    _, asked = judge({"It costs 1 euros.": -1.0}, [proposal(1, 0.8), proposal(2, 0.7)], wanted=0.6)
    assert asked == ["It costs 1 euros."]


def test_the_order_of_passages_stays_and_no_other_exceeds_the_first():
    margins = {"It costs 1 euros.": -1.0, "It costs 2 euros.": 9.0}
    judged, _ = judge(margins, [proposal(1, 0.6), proposal(2, 0.59), proposal(3, 0.41)])
    assert [one.document_id for one in judged] == [1, 2, 3]
    assert max(one.probability for one in judged) == judged[0].probability < 0.6


def in_one(probabilities):
    """Answers in one passage, a sentence each."""
    text = " ".join(f"It costs {number} euros." for number in range(len(probabilities)))
    whole = proposal(1, 0.5)
    source = replace(whole.retrieved, passage=Passage(text), document_text=text)
    spans = [(start, start + 17) for start in range(0, len(text), 18)]
    return [
        replace(whole, retrieved=source, span=Span(0, *span, text[slice(*span)], 1.0), start=span[0], end=span[1],
                probability=probability)
        for span, probability in zip(spans, probabilities, strict=True)
    ]  # fmt: skip


def test_of_the_likely_answers_in_one_passage_the_one_that_holds_best_comes_first():
    margins = {"It costs 0 euros.": -1.0, "It costs 1 euros.": 9.0}
    margins |= dict.fromkeys(("It costs 0 euros. It costs 1 euros.",), -9.0)
    judged, _ = judge(margins, in_one([0.6, 0.5]))
    assert [one.text for one in judged] == ["It costs 1 euros.", "It costs 0 euros."]


def test_an_unlikely_answer_in_the_same_passage_is_not_read_again():
    margins = dict.fromkeys(("It costs 0 euros.", "It costs 0 euros. It costs 1 euros."), 5.0)
    judged, asked = judge(margins, in_one([0.6, 0.3]))
    assert "It costs 1 euros." not in asked
    assert [one.text for one in judged] == ["It costs 0 euros.", "It costs 1 euros."]


def test_without_a_fitted_verification_nothing_is_read_again():
    reader = Sentences({})
    asked = [proposal(1, 0.6)]
    assert verified(Verification(), asked, reading_again(reader)) == asked
    assert not reader.asked
