"""Function words: which language a question is in, and how it is put to models that learnt English."""

import pytest

from qa.words import function_words, in_english, is_foreign


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("Wann beginnt der Kurs?", "When beginnt the Kurs?"),
        ("Wie viele Schafe hat der Hof im Tal?", "How many Schafe has the Hof in the Tal?"),
        ("Wie hoch ist das Pfand für eine Kiste?", "How much is the Pfand for a Kiste?"),
        ("Was bedeutet die rote Lampe?", "What bedeutet the rote Lampe?"),
        ("Bis wann läuft der Kurs?", "When läuft the Kurs?"),
        ("Comment règle-t-on la hauteur ?", "How règle-one the hauteur?"),
        ("Quand commence l’atelier de poterie ?", "When commence the atelier of poterie?"),
        ("Combien de moutons y a-t-il dans la vallée ?", "How many moutons are there in the vallée?"),
        ("Qui garde les clés de l'église ?", "Who garde the clés of the église?"),
        ("¿Cuándo empieza el taller?", "When empieza the taller?"),
        ("¿Cuántas ovejas hay en el valle?", "How many ovejas is there in the valle?"),
        ("¿Quién guarda las llaves de la iglesia?", "Who guarda the llaves of the iglesia?"),
    ],
)
def test_a_question_is_asked_with_the_function_words_in_english(question, read):
    assert in_english(question) == read


@pytest.mark.parametrize(
    "question",
    [
        "When does the course begin?",
        "Who wrote the El Paso report?",
        "In what era was the mill built?",
        "What does sans serif mean?",
        "opening hours library",
        "Who was Count Ludwig von Nassau?",
        "Which trams run in Los Angeles?",
        "comment period of the draft",
        "hat price",
    ],
)
def test_an_english_question_is_asked_as_it_stands(question):
    assert in_english(question) == question


def test_a_language_is_told_from_one_that_shares_words_with_it():
    assert in_english("¿Hasta qué mes se paga la cuota?") == "Until what mes itself paga the cuota?"


def test_a_word_of_another_language_makes_no_question_foreign():
    assert not is_foreign("What is the schedule of the Café des Arts?")


def test_function_words_are_those_of_the_questions_language():
    assert "wo" in function_words("Wo liegt der Schlüssel?")
    assert "wo" not in function_words("Where is the WO form?")
