"""Examples are selected by rendering and share, and rivals never contain the answer."""

import json
from collections import Counter
from pathlib import Path

import pytest

from qa.evaluation.metrics import mentions
from qa.evaluation.questions import GoldQuestion
from qa.training.corpus import Competition, examples, in_rows, read_examples, sample


def test_a_question_without_a_paragraph_or_a_span_is_no_example(tmp_path: Path):
    rows = [
        {"question": "Carp?", "answers": ["lake"], "context": "In the lake."},
        {"question": "Carp?", "answers": ["lake"]},
        {"question": "Eels?", "answers": [], "context": "In the lake."},
        {"question": "Cod?", "answers": [{"text": "lake", "answer_start": 7}], "context": "In the lake."},
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [one.question for one in read_examples(tmp_path / "q.jsonl")] == ["Eels?", "Cod?"]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("tables-hotelcaps.rows-1", True),
        ("tables-league.rows-2r", True),
        ("tables2-tables-office3-2057.rows.0", True),
        ("tables2-tables-office3-2057.columns.0", False),
        ("tables-hotelcaps.blocks-2", False),
        ("squad-17", False),
    ],
)
def test_the_id_of_a_question_tells_the_rendering_of_its_table(name: str, rows: bool):
    assert in_rows(GoldQuestion("How much?", id=name)) is rows


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A folder of ten questions on tables in rows and ten in another rendering."""
    made = [
        {"id": f"t.{form}-{k}", "question": f"What is {k}?", "answers": [], "context": f"A: {k}."}
        for form in ("rows", "pipes")
        for k in range(10)
    ]
    (tmp_path / "tables.train.jsonl").write_text("\n".join(map(json.dumps, made)))
    return tmp_path


def test_a_file_of_tables_is_split_by_rendering(tables: Path):
    assert all(in_rows(one) for one in examples(tables, "tables:rows", "train"))
    assert not any(in_rows(one) for one in examples(tables, "tables:other", "train"))
    assert len(examples(tables, "tables", "train")) == 20


def test_a_share_is_of_the_questions_of_its_file_and_above_one_repeats_them(tables: Path):
    chosen = sample(tables, {"tables:rows": 1.5, "tables:other": 0.2}, seed=1)
    assert Counter(map(in_rows, chosen)) == {True: 15, False: 2}
    assert chosen == sample(tables, {"tables:rows": 1.5, "tables:other": 0.2}, seed=1)


def test_rivals_are_found_by_search_and_do_not_contain_the_answer(
    competition: Competition, training_questions: list[GoldQuestion]
):
    answerable = [one for one in training_questions if one.answers]
    groups = [(one, competition.group(one, 2)) for one in answerable]
    assert any(len(group.passages) > 1 for _, group in groups)
    for question, group in groups:
        assert not any(mentions(rival.text, question.answers) for rival in group.passages[1:])
        assert [bool(golds) for golds in group.golds] == [True] + [False] * (len(group.passages) - 1)
        texts = {group.passages[0].text[start:end] for start, end in group.golds[0]}
        assert texts <= set(question.answers)
