"""Question files: every format is read, and faults are named."""

import json
from collections import Counter
from pathlib import Path

import pytest

from index import QuestionError
from qa.evaluation.questions import (
    DEMO_QUESTIONS,
    GoldQuestion,
    QuestionFileError,
    assign_documents,
    display_title,
    paragraph_documents,
    read_gold,
)

CONTEXT = "Only the lake has carp. The sea has cod."


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def essence(question: GoldQuestion) -> tuple[str, tuple[str, ...]]:
    return question.question, question.answers


def test_json_lines_may_be_as_plain_as_a_question_and_its_answers(tmp_path: Path):
    lines = [
        {"question": "Where are carp?", "answers": ["the lake", "lake"], "document": "lakes.md"},
        {"question": " Where is cod? ", "answer": "sea"},
        {"question": "Where are eels?", "answers": []},
        {"question": "Where are eels?", "answers": ["the lake"], "is_impossible": True},
    ]
    read = read_gold(written(tmp_path, "q.jsonl", "\n\n".join(map(json.dumps, lines))))
    assert list(map(essence, read)) == [
        ("Where are carp?", ("the lake", "lake")),
        ("Where is cod?", ("sea",)),
        ("Where are eels?", ()),
        ("Where are eels?", ()),
    ]
    assert [question.document for question in read] == ["lakes.md", None, None, None]
    assert read[1].origin == f"{tmp_path / 'q.jsonl'}:3"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_separates_answers_by_a_bar(tmp_path: Path, separator: str):
    rows = [
        ("question", "document", "answers"),
        ("Where are carp?", "lakes.md", "the lake | lake"),
        ('"Which ""fish"",\nand where?"', "", "carp"),
        ("Where are eels?", "", ""),
    ]
    name = "q.tsv" if separator == "\t" else "q.csv"
    read = read_gold(written(tmp_path, name, "\ufeff" + "\r\n".join(map(separator.join, rows))))
    assert list(map(essence, read)) == [
        ("Where are carp?", ("the lake", "lake")),
        ('Which "fish",\nand where?', ("carp",)),
        ("Where are eels?", ()),
    ]
    assert [question.document for question in read] == ["lakes.md", None, None]


HEADERS = [
    "question,answer",
    "Question,Expected answer",
    "QUERY;Gold",
    "Q\tA",
    "Prompt,Correct response",
    "Your question,What is right",
    "Question?,Answer",
    "",  # the first line is a question already
]


@pytest.mark.parametrize("header", HEADERS)
def test_columns_may_be_called_what_people_call_them(tmp_path: Path, header: str):
    sign = next((one for one in ";\t" if one in header), ",")
    lines = [*([header] if header else []), f"What is the right answer?{sign}lake", f"Eels?{sign}"]
    read = read_gold(written(tmp_path, "mine.csv", "\n".join(lines)))
    assert list(map(essence, read)) == [("What is the right answer?", ("lake",)), ("Eels?", ())]


def squad(*asked: dict[str, object]) -> str:
    article = {"title": "Lake_fish", "paragraphs": [{"context": CONTEXT, "qas": list(asked)}]}
    return json.dumps({"version": "v2.0", "data": [article]})


def test_squad_json_has_paragraph_title_and_spans(tmp_path: Path):
    told = {"id": "1", "question": "Where are carp?", "answers": [{"text": "the lake", "answer_start": 5}] * 2}
    untold = {"id": "2", "question": "Eels?", "answers": [], "is_impossible": True, "plausible_answers": []}
    first, second = read_gold(written(tmp_path, "dev.json", squad(told, untold)))
    assert (first.answers, first.spans, first.title, first.context) == (
        ("the lake",),
        ((5, 13),),
        "Lake fish",
        CONTEXT,
    )
    assert (second.answers, second.spans) == ((), ())


def test_answers_may_be_parallel_lists_and_a_list_of_objects_may_be_the_file(tmp_path: Path):
    row = {"question": "Carp?", "context": CONTEXT, "answers": {"text": ["lake", "the lake"], "answer_start": [9, 5]}}
    (read,) = read_gold(written(tmp_path, "q.json", json.dumps([row])))
    assert (read.answers, read.spans) == (("lake", "the lake"), ((5, 13), (9, 13)))


def test_a_span_that_does_not_match_the_paragraph_is_dropped(tmp_path: Path):
    row = {"question": "Carp?", "context": CONTEXT, "answers": [{"text": "lake", "answer_start": 0}]}
    (read,) = read_gold(written(tmp_path, "q.jsonl", json.dumps(row)))
    assert (read.answers, read.spans) == (("lake",), ())


FAULTS = [
    ("q.jsonl", '{"question": "Carp?", "answers": []}\n{"question"', "q.jsonl:2: not JSON"),
    ("q.jsonl", '["Carp?"]', "q.jsonl:1: expected an object"),
    ("q.jsonl", '{"answers": ["lake"]}', "q.jsonl:1: no question"),
    ("q.jsonl", '{"question": "  ", "answers": []}', "q.jsonl:1: no question"),
    ("q.jsonl", '{"question": ["Carp?"], "answers": []}', "q.jsonl:1: question must be text"),
    ("q.jsonl", '\n{"question": "Carp?"}', "q.jsonl:2: no answers"),
    ("q.jsonl", '{"question": "Carp?", "answers": 7}', "q.jsonl:1: an answer must be text, not 7"),
    ("q.jsonl", '{"question": "Carp?", "answers": [""]}', "q.jsonl:1: an answer must be text"),
    ("q.jsonl", "\n \n", "q.jsonl contains no questions"),
    ("q.csv", "question,colour\nCarp?,red", "q.csv:1: no column 'answers'"),
    ("q.csv", "question,answers\nCarp?,lake,sea", "q.csv:2: more cells"),
    ("q.csv", 'question,answers\n"Carp?,lake', "q.csv:2: not CSV"),
    ("q.csv", "question,answers\nCarp?,lake\n,sea", "q.csv:3: no question"),
    ("q.json", "{", "q.json: not JSON"),
    ("q.json", '{"questions": []}', "q.json: expected a list 'data'"),
    ("q.json", '{"data": [{"paragraphs": [{"context": "x"}]}]}', "q.json:data[0].paragraphs[0]: expected a list 'qas'"),
    ("q.json", squad({"answers": []}), "q.json:data[0].paragraphs[0].qas[0]: no question"),
    ("q.txt", "Carp?", "q.txt: a question file ends in .jsonl, .csv, .tsv or .json"),
]


@pytest.mark.parametrize(("name", "text", "message"), FAULTS)
def test_a_fault_is_named_with_its_file_and_line(tmp_path: Path, name: str, text: str, message: str):
    with pytest.raises(QuestionFileError) as raised:
        read_gold(written(tmp_path, name, text))
    assert message in str(raised.value)
    assert str(tmp_path) in str(raised.value)


def test_a_file_that_is_missing_or_in_another_encoding_says_so(tmp_path: Path):
    (tmp_path / "latin.csv").write_bytes("question,answers\nÜber?,über".encode("latin-1"))
    for name in ("latin.csv", "missing.jsonl"):
        with pytest.raises(QuestionError, match=f"{name} cannot be read"):
            read_gold(tmp_path / name)


def test_paragraphs_become_documents_once_each_and_questions_point_to_them():
    questions = [
        GoldQuestion("Carp?", ("lake",), title="Fish", context=CONTEXT),
        GoldQuestion("Cod?", ("sea",), title="Fish", context=CONTEXT),
        GoldQuestion("Eels?", (), title="More fish", context="Eels are elsewhere."),
    ]
    made = list(paragraph_documents(questions))
    assert [(document.title, document.text) for document in made] == [
        ("Fish", CONTEXT),
        ("More fish", "Eels are elsewhere."),
    ]
    assert [question.document for question in assign_documents(questions)] == [made[0].path, made[0].path, made[1].path]


def test_a_question_without_a_paragraph_has_no_document():
    with pytest.raises(QuestionFileError, match=r"q\.jsonl:3: no context"):
        assign_documents([GoldQuestion("Carp?", ("lake",), origin="q.jsonl:3")])


def test_the_demonstration_questions_have_answers_in_the_seed_document(seeds: Path):
    questions = read_gold(DEMO_QUESTIONS)
    counts = Counter(bool(question.answers) for question in questions)
    assert counts[True] >= 30 and counts[False] >= 15
    assert len({question.question for question in questions}) == len(questions)
    for question in questions:
        if question.answers:
            text = (seeds / str(question.document)).read_text(encoding="utf-8")
            assert any(answer in text for answer in question.answers), question.question


@pytest.mark.parametrize(
    ("title", "shown"),
    [("1973_oil_crisis", "1973 oil crisis"), ("Wiki1k:wikipedia:1:2", ""), ("groff: Mom", "groff: Mom")],
)
def test_an_identifier_becomes_a_readable_title(title, shown):
    assert display_title(title) == shown
