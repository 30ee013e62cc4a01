"""Follow-up questions are completed from the conversation; self-contained questions stay as they are."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa.conversation.followups.followup import asks_on, readings
from qa.conversation.replies import Turn


def understood(question: str, turns: list[Turn]) -> str:
    """The reading of the least price, which is chosen if the documents make no difference."""
    return min(readings(question, turns), key=lambda reading: reading.price).question


WHO = Turn("Who flew to the station?", answer="Jonathan Kim")
ROCKET = Turn("What rocket was used?", answer="Soyuz 2.1a")
WHERE = Turn("Where did the rocket blast off from?", answer="Baikonur cosmodrome")
WHEN = Turn("When did the Soviet Union dissolve?", answer="1991")


@pytest.mark.parametrize(
    ("turns", "question", "meant"),
    [
        ([WHO], "How long will he stay?", "How long will Jonathan Kim stay?"),
        ([WHO], "What is his nationality?", "What is Jonathan Kim's nationality?"),
        ([WHO, ROCKET], "How long will he stay?", "How long will Jonathan Kim stay?"),
        ([WHO, ROCKET], "Where did it blast off from?", "Where did Soyuz 2.1a blast off from?"),
        ([WHERE], "Which country is that place in, and what else is there?", None),
        ([WHERE], "What happened there?", "What happened at Baikonur cosmodrome?"),
        ([WHEN], "Why did it dissolve?", "Why did Soviet Union dissolve?"),
        ([WHEN], "And why?", "Why did the Soviet Union dissolve?"),
        (
            [Turn("Where was Jonathan Kim born?", answer="Los Angeles")],
            "What about Sergei Ryzhikov?",
            "Where was Sergei Ryzhikov born?",
        ),
        ([Turn("Who commands her ship?", answer="Ann Lee")], "Where is her cabin?", "Where is Ann Lee's cabin?"),
        ([Turn("Who commands the ship?", answer="Ann Lee")], "Who saw her in Rome?", "Who saw Ann Lee in Rome?"),
        (
            [Turn("Does the pump need oil?", answer="")],
            "How often does it need oil?",
            "How often does the pump need oil?",
        ),
    ],
)
def test_a_follow_up_is_understood(turns, question, meant):
    if meant is None:
        assert understood(question, turns) != question
    else:
        assert understood(question, turns) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Who is Kirill Dmitriev?",
        "How many people are there on board?",
        "Is there a fee?",
        "When does it rain in Kazakhstan?",
    ],
)
def test_a_self_contained_question_stays_as_it_is(question):
    assert understood(question, [WHO, ROCKET]) == question


@pytest.mark.parametrize("wish", ["List the daily allowances", "Show the opening hours", "Name all wardens"])
def test_a_wish_is_not_put_into_the_question_before(wish):
    assert all("flew" not in reading.question for reading in readings(wish, [WHO]))


@pytest.mark.parametrize(
    ("utterance", "corrects"),
    [("no sorry, Bo Lund", True), ("wait, M3", True), ("no thanks", False), ("sorry", False), ("ok Thanks", False)],
)
def test_a_name_after_an_apology_corrects_the_question(utterance, corrects):
    assert asks_on(utterance, Turn("Where is Ada Finch from?")) is corrects


def test_a_first_question_stays_as_it_is():
    assert understood("How long will he stay?", []) == "How long will he stay?"


def test_a_long_answer_is_no_topic():
    statement = Turn("Who spoke?", answer="the head of the agency said on Tuesday that the launch went well")
    assert understood("What did he say?", [statement]) == "What did he say?"


@example("\x85", [Turn("", "0")])  # white space that is not removed as punctuation
@given(
    st.text(max_size=80),
    st.lists(st.builds(Turn, st.text(max_size=40), st.text(max_size=40), st.text(max_size=40)), max_size=3),
)
def test_anything_can_be_asked_after_anything(question, turns):
    assert isinstance(understood(question, turns), str)
