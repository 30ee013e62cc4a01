"""The plan of a run: cropped passages first, whole chunks later, rivals and near misses as often as the recipe says."""

from dataclasses import replace

import pytest

from qa.evaluation.questions import GoldQuestion
from qa.training.corpus import Competition, Group
from qa.training.crops import SLACK
from qa.training.plan import SIZES, Plan
from qa.training.recipe import Recipe

POSITIONS = range(0, 60, 2)
Read = tuple[GoldQuestion, Group]
EARLY, LATE = 0.1, 0.9


@pytest.fixture(scope="module")
def plan(training_questions: list[GoldQuestion], competition: Competition) -> Plan:
    return Plan(training_questions, competition, Recipe(near=0.0, rest=0.3, searched=0.3))


def planned(plan: Plan, progress: float) -> list[Read]:
    return [(plan.questions[k % len(plan.questions)], plan.groups(k, progress)[0]) for k in POSITIONS]


@pytest.fixture(scope="module")
def early(plan: Plan) -> list[Read]:
    return planned(plan, EARLY)


@pytest.fixture(scope="module")
def late(plan: Plan) -> list[Read]:
    return planned(plan, LATE)


@pytest.fixture(params=["early", "late"])
def any_time(request: pytest.FixtureRequest) -> list[Read]:
    return list(request.getfixturevalue(request.param))


def test_every_question_has_its_answer_in_its_first_passage_and_nowhere_else(any_time: list[Read]):
    for question, group in any_time:
        assert bool(group.golds[0]) == bool(question.answers)
        assert not any(group.golds[1:])
        for start, end in group.golds[0]:
            assert group.passages[0].text[start:end] in question.answers


def test_passages_are_cropped_early_in_the_run(early: list[Read]):
    lengths = [len(passage.text) for _, group in early for passage in group.passages]
    assert max(lengths) <= max(SIZES) * SLACK + 40


def test_passages_are_whole_late_in_the_run(late: list[Read]):
    assert max(len(passage.text) for _, group in late for passage in group.passages) > 1000


def test_an_answerable_question_often_has_a_rival_and_an_unanswerable_one_never(any_time: list[Read]):
    rivals = [(bool(question.answers), len(group.passages) - 1) for question, group in any_time]
    assert {count for answerable, count in rivals if not answerable} == {0}
    assert {count for answerable, count in rivals if answerable} >= {0, 1}


def test_a_position_always_has_the_same_groups(plan: Plan, late: list[Read]):
    assert [plan.groups(k, LATE)[0] for k in POSITIONS[:5]] == [group for _, group in late[:5]]


def test_a_near_miss_is_read_with_the_same_passage_and_has_no_answer(plan: Plan):
    often = replace(plan, recipe=replace(plan.recipe, near=1.0))
    pairs = [groups for groups in (often.groups(k, EARLY) for k in POSITIONS) if len(groups) == 2]
    assert pairs
    for asked, missed in pairs:
        assert missed.question != asked.question
        assert (missed.passages, missed.golds) == (asked.passages[:1], ((),))
