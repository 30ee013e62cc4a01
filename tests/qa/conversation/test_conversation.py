"""What a person types is recognised, and each kind gets its reply from the real documents."""

from __future__ import annotations

import pytest

from qa import Answerer, Conversation, Turn
from qa.conversation.kinds import Kind, kind_classifier
from qa.conversation.statements import questions_answered


@pytest.fixture(scope="module")
def conversation(answerer: Answerer) -> Conversation:
    return Conversation(answerer)


@pytest.mark.parametrize(
    ("kind", "utterances"),
    [
        (Kind.COURTESY, ["hi", "thank you!", "goodbye", "who are you?", "good morning"]),
        (Kind.LIBRARY, ["what documents do you have?", "how many files are there", "which document is the newest?"]),
        (
            Kind.SUMMARY,
            [
                "summarise the contract",
                "give me a summary of the annual report",
                "key points of the minutes",
                "could you condense the report on bats",
                "what's the nub of the settlement",
            ],
        ),
        (
            Kind.HITS,
            [
                "everything about glass plates",
                "mentions of Norvik Cloud",
                "find passages on parking",
                "where do the letters speak of otters",
            ],
        ),
        (
            Kind.QUESTION,
            [
                "Who signed the contract?",
                "when does the library close on Sundays",
                "price of the Pro plan",
                "which items were over budget",
                "what was added to the menu",
            ],
        ),
    ],
)
def test_the_kind_of_an_utterance_is_recognised(kind, utterances, embedder):
    assert kind_classifier().kinds(embedder.encode(utterances), utterances) == [kind] * len(utterances)


def test_a_greeting_gets_a_friendly_line_and_examples(conversation):
    reply = conversation.reply("hello")
    assert reply.kind == "courtesy" and reply.answer is None and "documents" in reply.text
    assert 0 < len(reply.examples) <= 3


def test_the_library_is_described_from_the_catalogue(conversation):
    reply = conversation.reply("what documents do you have?")
    assert reply.kind == "library" and reply.text.startswith("There is 1 document")
    assert [record.path for record in reply.documents] == ["000_7741615dfd21157b.txt"]


def test_a_document_is_summarised_in_its_own_words_and_order(conversation):
    reply = conversation.reply("summarise the document")
    assert reply.kind == "summary" and reply.summary is not None
    text = conversation.answerer.index.text(reply.summary.document_id)
    starts = [citation.start for citation in reply.summary.sentences]
    assert 5 <= len(starts) <= 8 and starts == sorted(starts)
    assert all(text[c.start : c.end] == c.quote for c in reply.summary.sentences)
    assert all(c.quote in c.passage for c in reply.summary.sentences)


def test_a_subject_gets_the_passages_that_mention_it(conversation):
    reply = conversation.reply("mentions of Baikonur")
    assert reply.kind == "hits" and len(reply.hits) == 1
    for passage in reply.hits[0].passages:
        assert {passage.text[start:end] for start, end in passage.marks} == {"Baikonur"}


def test_a_misspelt_subject_gets_the_passages_that_mention_what_is_meant(conversation):
    reply = conversation.reply("mentions of Baikonnur")
    assert (reply.kind, reply.understood) == ("hits", "mentions of Baikonur")


def test_a_count_of_what_is_no_document_is_asked_of_the_documents(conversation):
    assert conversation.reply("how many astronauts are there?").kind in ("answer", "refusal")
    assert conversation.reply("how many text files are there?").kind == "library"


def test_a_question_is_answered_and_a_follow_up_is_understood(conversation):
    first = conversation.reply("What rocket carried Kim?")
    assert first.kind == "answer" and first.understood == first.utterance
    turn = Turn(first.utterance, first.understood, first.answer.text)
    assert conversation.reply("How long will he stay on the station?", [turn]).understood != "How long will he stay?"


def test_a_follow_up_is_completed_from_the_last_question_and_not_from_a_wish(conversation):
    turns = [Turn("Where did Kim land?", answer="Kazakhstan"), Turn("what documents do you have?")]
    assert conversation.reply("and the Russians?", turns).understood == "Where did the Russians land?"
    assert {conversation.kind(said, turns) for said in ("when?", "and Ryzhikov?")} == {Kind.QUESTION}


def test_what_was_understood_is_spelt_as_it_was_asked(conversation):
    turns = [Turn("Who flew to the station?", answer="Jonathan Kim")]
    reply = conversation.reply("How long will he stay on the statoin?", turns)
    assert reply.was_completed and reply.understood == "How long will Jonathan Kim stay on the station?"
    alone = conversation.reply("What rockett was used?")
    assert not alone.was_completed and alone.understood == "What rocket was used?"


def test_what_the_documents_do_not_hold_is_refused(conversation):
    reply = conversation.reply("Who won the football world cup in 1974?")
    assert reply.kind == "refusal" and reply.answer is not None and not reply.answer.found


def test_a_question_word_after_a_question_is_no_small_talk(conversation):
    turns = [Turn("Who founded the museum?", answer="Ada Finch")]
    assert {conversation.kind(said, turns) for said in ("when?", "was that a success", "no the gallery i mean")} == {
        Kind.QUESTION
    }
    assert {conversation.kind(said, turns) for said in ("thanks", "ok, great", "bye")} == {Kind.COURTESY}
    assert conversation.kind("which one is the newest?", [Turn("what documents do you have?")]) is Kind.LIBRARY


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("The exhibition opens on 14 May 2025.", "When does the exhibition open?"),
        ("The hall was built in 1902 by Bo Lund.", "When was the hall built?"),
        ("The rent is 1,200 pounds a month.", "What is the rent?"),
        ("A guided tour costs 3 euros extra.", "How much does a guided tour cost?"),
        ("Claims must be submitted within 30 days.", "When must claims be submitted?"),
        ("The tenant may not keep animals in the mill.", "What may the tenant not do?"),
        ("The director, Tomas Reed, retires soon.", "Who is the director?"),
        ("(b) The survey was\n  repeated in March 1998.", "When was the survey repeated?"),
        ("3. Trustees must be at least 21 years old.", "How old must trustees be?"),
        ("A season ticket usually lasts for ten months.", "How long does a season ticket last?"),
        ("The new roof will cost around £40,000.", "How much will the new roof cost?"),
        ("Expenses must be approved by the treasurer.", "By whom must expenses be approved?"),
        ("A late claim must include the reason.", "What must a late claim include?"),
        ("Fees are due on 3 May.", "When are fees due?"),
        ("The pool will be closed from 8 June.", "When will the pool be closed?"),
        ("Bicycles may be locked at the gate until 19:30.", "When may bicycles be locked?"),
        ("The lift will be replaced on 4 and 5 July.", "When will the lift be replaced?"),
        ("A small locker is 30 cm wide and costs £5 a month.", "How much does a small locker cost?"),
        ("The dough keeps for two days in the fridge.", "How long does the dough keep?"),
        ("- Deputy chair: Ann Lee (until May)", "Who is the deputy chair?"),
        ("Name: Ann Lee; Post: Gardener; Room: 12.", "What is the post of Ann Lee?"),
    ],
)
def test_a_sentence_is_asked_for_its_date_amount_obligation_or_post(sentence, asked):
    assert asked in questions_answered(sentence, str.lower)


@pytest.mark.parametrize(
    "line",
    ["From: Ann Lee", "Server: Apache Tomcat", "It is closed on 3 May.", "Year: 2021; Sales: 30.", "To: us; Cc: x."],
)
def test_a_line_that_names_neither_a_post_nor_a_row_is_asked_for_nothing(line):
    assert not list(questions_answered(line, str.lower))


@pytest.mark.parametrize(
    "sentence", ["It costs 3 euros.", "The nearest station is Aldermoor North.", "They cost 3 euros."]
)
def test_nothing_is_asked_about_what_a_sentence_only_points_to(sentence):
    assert list(questions_answered(sentence, str.lower)) == []
