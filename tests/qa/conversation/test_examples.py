"""Example questions: made from what documents state, and answered before they are offered."""

import re

from index import DocumentIndex, build
from qa import example_questions
from qa.conversation.examples import candidates
from tests.support.outcomes import make_outcome


def test_example_questions_are_answered_by_the_documents(answerer):
    questions = example_questions(answerer)
    assert questions
    assert all(answerer.answer(question).found for question in questions)


def test_no_example_question_is_made_of_a_clause_or_a_pointing_word(tmp_path):
    words = "Since this reservation is a serious restriction, ask. The mill is a museum. One of them is an inn."
    (tmp_path / "notes.txt").write_text(words)
    build([tmp_path / "notes.txt"], tmp_path / "index")
    with DocumentIndex.open(tmp_path / "index") as index:
        assert list(candidates(index)) == ["What is the mill?"]


class Saying:
    """An index with answers that are given by hand."""

    def __init__(self, index, answers):
        self.index, self.answers = index, answers

    def answer(self, question, *, filters=None):
        return make_outcome(said=self.answers[question], probability=0.9).answer


def test_who_is_asked_only_where_the_answer_says_what_a_person_is(tmp_path, embedder):
    (tmp_path / "notes.txt").write_text("It went on until Ann Lee said so. Then Sad Bee was painted blue.")
    build([tmp_path / "notes.txt"], tmp_path / "index", embedder=embedder)
    with DocumentIndex.open(tmp_path / "index", embedder=embedder) as index:
        said = {"Who is Ann Lee?": "treasurer of the club", "Who is Sad Bee?": "the Great Western Railway"}
        assert example_questions(Saying(index, said)) == ["Who is Ann Lee?"]


def test_example_questions_contain_no_markup(tmp_path, embedder):
    hostile = (
        "<script>alert(1)</script> is a danger. A <b>vault</b> is a box. \u202eFalcon\u202c is a vault. "
        "The mill is a museum. "
        "Then Ann ![x](http://elsewhere.example/y.png) Lee said so. Then Bob Roe <img src=x> said so. "
        "It went on until Ann Lee said so."
    )
    (tmp_path / "hostile.txt").write_text(hostile, encoding="utf-8")
    build([tmp_path / "hostile.txt"], tmp_path / "index", embedder=embedder)
    with DocumentIndex.open(tmp_path / "index", embedder=embedder) as index:
        made = list(candidates(index))
    assert {"Who is Ann Lee?", "What is the mill?"} <= set(made)
    assert all(re.fullmatch(r"[\w '-]+\?", question) for question in made)
