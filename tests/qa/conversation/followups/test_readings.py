"""Readings of a follow-up: what it may mean, and when it can mean only what was typed."""

import pytest

from qa.conversation.followups.followup import readings
from qa.conversation.replies import Turn

LEASE = Turn("Who signed the deed of the farm?", answer="Ada Finch")
SHOP = Turn("When does the shop open on Mondays?", answer="9:00")


def understood(utterance: str, turn: Turn) -> str:
    """The reading of the least price, which is chosen if the documents make no difference."""
    return min(readings(utterance, [turn]), key=lambda reading: reading.price).question


def questions(utterance: str, *turns: Turn) -> list[str]:
    return [reading.question for reading in readings(utterance, turns)]


@pytest.mark.parametrize(
    "utterance",
    [
        "What happens if the guest does not return his key?",
        "When do tenants have to leave their rooms?",
        "What does IT training cost?",
    ],
)
def test_a_question_that_explains_its_own_pronoun_is_taken_as_typed(utterance):
    assert "Ada Finch" not in understood(utterance, LEASE)
    assert understood(utterance, LEASE) == utterance


def test_a_pronoun_is_filled_by_the_last_answer():
    assert understood("When did she sign it?", LEASE).startswith("When did Ada Finch sign")


@pytest.mark.parametrize(
    "utterance", ["¿Cuánto es la cuota mensual?", "Quand ouvre la piscine ?", "Wie lange gart Lachs?", "¿Hay parking?"]
)
def test_a_question_in_another_language_is_taken_as_typed(utterance):
    assert questions(utterance, Turn("¿Quién es la presidenta?", answer="Eva Roca")) == [utterance]


def test_the_unit_of_a_rate_is_replaced_only_by_another():
    rent = Turn("What is the weekly rent per cubic metre?", answer="4 euros")
    assert not [one for one in questions("and for oil?", rent) if "per oil" in one or "cubic oil" in one]
    assert understood("and per barrel?", rent) == "What is the weekly rent per barrel?"


def test_what_is_measured_is_not_replaced():
    assert "dye" not in understood("and dye", Turn("how long does the wax cure?", answer="a day")).split()[1]


def test_a_pronoun_means_the_person_asked_about_and_not_the_description():
    turn = Turn("who is bo lund", answer="Psychology Major")
    assert understood("how old is he", turn) == "how old is bo lund"


@pytest.mark.parametrize(
    ("turn", "utterance", "meant"),
    [
        (SHOP, "And on Sundays?", "When does the shop open on Sundays?"),
        (Turn("what does a lamp cost per week?"), "and a heater?", "what does a heater cost per week?"),
        (Turn("How often is the lawn mown?"), "And around the pond?", "How often is the lawn mown around the pond?"),
        (Turn("What is the deposit in summer?", answer="200"), "And in winter?", "What is the deposit in winter?"),
        (Turn("How much does the Pro plan cost?"), "What about the Basic plan?", "How much does the Basic plan cost?"),
        (Turn("hotel limit in Switzerland?"), "And what about France?", "hotel limit in France?"),
        (Turn("When was the hall built?", answer="1902"), "By whom?", "By whom was the hall built?"),
        (
            Turn("May members keep bees in the orchard?"),
            "how many hives?",
            "How many hives may members keep in the orchard?",
        ),
        (Turn("how many newspapers were there in 1999?"), "and in 2019?", "how many newspapers were there in 2019?"),
        (Turn("what does beech weigh?"), "and for elm?", "what does elm weigh?"),
        (Turn("When does the spa open?"), "and for members?", "When does the spa open for members?"),
    ],
)
def test_a_fragment_is_completed_from_the_last_question(turn, utterance, meant):
    assert meant in questions(utterance, turn)


@pytest.mark.parametrize(
    ("asked", "utterance", "meant"),
    [
        ("What is the landlord's fee?", "and the tenant?", "What is the tenant's fee?"),
        ("What is the landlord's fee?", "and for the tenants?", "What is the tenants' fee?"),
        ("What is the tenant's fee?", "and Ada Finch?", "What is Ada Finch's fee?"),
        ("what is ada finch's address", "and bo lund", "what is bo lund's address"),
        ("when can we use the pool in May?", "and children?", "when can children use the pool in May?"),
        ("When does the guests' tour begin?", "and the members'?", "When does the members' tour begin?"),
    ],
)
def test_another_party_takes_the_place_of_the_one_asked_about(asked, utterance, meant):
    made = questions(utterance, Turn(asked))
    assert made[0] == meant
    assert not any(one.startswith(asked.rstrip("?")) for one in made)  # never asked about both at once


def test_a_thing_does_not_take_the_place_of_a_party():
    made = questions("and the deposit?", Turn("What is the landlord's fee?"))
    assert made[:2] == ["What is the landlord's deposit?", "What is the deposit?"]


def test_another_thing_of_the_same_owner_can_be_meant():
    assert "What is the museum's phone number?" in questions("and the phone number?", Turn("What is the museum's fee?"))


def test_no_reading_doubles_an_article_or_a_preposition():
    for utterance in ("And on Sundays?", "What about the barn?", "and the office?"):
        assert not any(" on on " in one or "the the" in one for one in questions(utterance, SHOP))


def test_as_typed_is_always_among_the_readings_and_readings_are_few():
    for utterance in ("And on Sundays?", "How long will he stay?", "opening hours", "What is the price of the tent?"):
        assert utterance in questions(utterance, LEASE, SHOP)
        assert len(questions(utterance, LEASE, SHOP)) <= 6


@pytest.mark.parametrize(
    ("turn", "utterance", "meant"),
    [
        (Turn("how long is M1?", answer="4 weeks"), "M3 not M1", "how long is M3?"),
        (Turn("how long was bo lund at the mill?"), "I meant Ada Finch, not him", "how long was bo lund at Ada Finch?"),
        (Turn("what load can a steam crane lift?"), "and the hand crane?", "what load can the hand crane lift?"),
        (Turn("when does the old mill open?"), "the new one i mean", "when does the new mill open?"),
        (
            Turn("which site was visited most?", answer="example.org"),
            "how many visits?",
            "How many visits for example.org?",
        ),
        (Turn("what does the attic cost?"), "and the barn, when is it open?", "when is the barn open"),
        (Turn("what does the attic cost?"), "hm no, the cellar", "what does the cellar cost?"),
        (Turn("when did bo publish On Bees?"), "whose doctor was he?", "whose doctor was bo?"),
        (
            Turn("how narrow a gap can the eel pass?"),
            "what happens if we touch it?",
            "what happens if we touch the eel?",
        ),
        (Turn("Who flew?", answer="Jonathan Kim"), "How many seats are there?", "How many seats are there?"),
    ],
)
def test_a_follow_up_names_what_it_is_about(turn, utterance, meant):
    assert meant in questions(utterance, turn)


@pytest.mark.parametrize(
    ("asked", "utterance", "meant"),
    [
        ("How many days of rest do cooks get?", "And what about tea?", "How many days of tea do cooks get?"),
        ("How many holiday days do cooks get?", "and unpaid leave?", "How many unpaid leave days do cooks get?"),
        ("What is the fee for 12 guests in 2024?", "for 20?", "What is the fee for 20 guests in 2024?"),
        ("Which rate holds up to 1,500 kg in 2024?", "and above 2,500?", "Which rate holds above 2,500 kg in 2024?"),
        ("How many lie within one deviation?", "and within three?", "How many lie within three deviation?"),
        ("What is the price of week 1?", "and week 3", "What is the price of week 3?"),
        ("What is the fee on weekdays?", "and at weekends?", "What is the fee at weekends?"),
        ("hotel limit in Ghent", "what was it in 2023?", "hotel limit in Ghent in 2023?"),
        ("Where was the guild founded?", "and the school?", "Where was the school founded?"),
        ("fee limit in Ghent", "and the tea allowance?", "tea allowance in Ghent"),
        ("How long is the oval table?", "and its width?", "what is the oval table's width?"),
        ("Does the ox eat hay?", "and the goat?", "Does the goat eat hay?"),
        ("how much rye flour for the dark loaf", "and salt?", "how much salt for the dark loaf"),
        ("How many mills ran in the late 1880s?", "and in 1902?", "How many mills ran in 1902?"),
        ("notice after 3 years", "and more than 20?", "notice after more than 20 years"),
        ("What does the bond yield when the rate is 5%?", "and if it falls?", "What does the bond yield if it falls?"),
        ("How many new barrels arrived?", "how many broken ones went back?", "how many broken barrels went back?"),
        ("What can the eel turn into?", "how much does it weigh", "how much does the eel weigh"),
    ],
)
def test_what_is_of_the_same_kind_is_replaced(asked, utterance, meant):
    assert meant in questions(utterance, Turn(asked))


@pytest.mark.parametrize(
    "utterance", ["what crew had the most falls?", "ghast hit points?", "Max speed of the hybrid?"]
)
def test_a_question_that_is_complete_in_itself_stays_as_typed(utterance):
    assert understood(utterance, Turn("what does the fixed wing cost?", answer="10")) == utterance
