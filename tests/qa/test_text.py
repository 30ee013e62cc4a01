"""Sentences are slices of the text, in order."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.text import enclosing_sentences, interrogatives, sentence_numbers, sentences

PROSE = st.text(st.sampled_from('aB1 .!?\n"”)(e.g.Mr-•# '), max_size=300)


def split(text):
    return [text[a:b] for a, b in sentences(text)]


@given(PROSE)
def test_sentences_are_ordered_and_cover_all_but_white_space(text):
    bounds = sentences(text)
    assert all(a < b for a, b in bounds)
    assert all(before[1] <= after[0] for before, after in pairwise(bounds))
    assert "".join("".join(split(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Soyuz 2.1a rocket flew. It docked.", ["The Soyuz 2.1a rocket flew.", "It docked."]),
        ("A line that is\nwrapped by hand. Next.", ["A line that is\nwrapped by hand.", "Next."]),
        ("Mission plan\nKim will stay.", ["Mission plan", "Kim will stay."]),
        (
            "The launch from the old cosmodrome was watched by\nMoscow and others. Next.",
            ["The launch from the old cosmodrome was watched by\nMoscow and others.", "Next."],
        ),
        ("# Heading\n\nProse here.", ["# Heading", "Prose here."]),
        ("- one\n- two", ["- one", "- two"]),
        ("Dr. Smith met Mr. Jones.", ["Dr. Smith met Mr. Jones."]),
        ("The mill was bought in\n1931 by the baker\nOlga Brandt. It grinds\nrye and oats.",
         ["The mill was bought in\n1931 by the baker\nOlga Brandt.", "It grinds\nrye and oats."]),
        ("Opening hours\nThe mill opens in April\nor May.", ["Opening hours", "The mill opens in April\nor May."]),
        ("Mission plan\nKim will stay\nfor six months.", ["Mission plan", "Kim will stay\nfor six months."]),
        ("Olga Brandt\n14 Mill Lane\nHarwick", ["Olga Brandt", "14 Mill Lane", "Harwick"]),
        ("The mill, its stones\n(Derbyshire grit) were sold.", ["The mill, its stones\n(Derbyshire grit) were sold."]),
        ("The rule is shown in\n(14) and explained below.", ["The rule is shown in\n(14) and explained below."]),
        ("Bring:\n(a) flour\n(b) salt", ["Bring:", "(a) flour", "(b) salt"]),
        ("The miller opened\nit. Then he left.", ["The miller opened\nit.", "Then he left."]),
        ("It began on 1. March 2024 in Rome. It ended.", ["It began on 1. March 2024 in Rome.", "It ended."]),
        ("it works. but it is slow.", ["it works.", "but it is slow."]),
        ("Am 1. März 2024 begann es. Es endete.", ["Am 1. März 2024 begann es.", "Es endete."]),
        ("Fest am 3. August im 2. Stock. Es ist frei.", ["Fest am 3. August im 2. Stock.", "Es ist frei."]),
        ("I am 15. August is hot.", ["I am 15.", "August is hot."]),
        ("Section 4.2. applies here. Use form No. 5.", ["Section 4.2. applies here.", "Use form No. 5."]),
        ("Sie gilt bis zum 3. Mai. Dann nicht.", ["Sie gilt bis zum 3. Mai.", "Dann nicht."]),
        ("Es kostet z. B. 5 Euro. Ja.", ["Es kostet z. B. 5 Euro.", "Ja."]),
        ("Er gilt, d. h. er wirkt, vgl. Anhang. Ja.", ["Er gilt, d. h. er wirkt, vgl. Anhang.", "Ja."]),
        ("Pregunte a la Sra. Vega. Gracias.", ["Pregunte a la Sra. Vega.", "Gracias."]),
        ("The sill is at 2.5 m. at low tide. It rises.", ["The sill is at 2.5 m. at low tide.", "It rises."]),
        ("A handbook, ed. by I. Holm. It helps.", ["A handbook, ed. by I. Holm.", "It helps."]),
        ("La barque part à 9 h. 30 du quai. Elle revient.", ["La barque part à 9 h. 30 du quai.", "Elle revient."]),
        ("Sie dauert 2 Std. 30 Min. an Land. Ja.", ["Sie dauert 2 Std. 30 Min. an Land.", "Ja."]),
        ("Dies folgt gem. Art. 12 Abs. 3 S. 2, Rn. 45. Ja.", ["Dies folgt gem. Art. 12 Abs. 3 S. 2, Rn. 45.", "Ja."]),
        ("Voir l'al. 2 et le n. 14. Oui.", ["Voir l'al. 2 et le n. 14.", "Oui."]),
        ("Véase la pág. 14, cap. IV, núm. 5. Sí.", ["Véase la pág. 14, cap. IV, núm. 5.", "Sí."]),
        ("Built c. 1850, see pp. 3 and ll. 12. Good.", ["Built c. 1850, see pp. 3 and ll. 12.", "Good."]),
        ("It weighs 5 kg. 30 men saw it.", ["It weighs 5 kg.", "30 men saw it."]),
        ("The house is 20 m. 30 people live there.", ["The house is 20 m.", "30 people live there."]),
        ("Save it as PDF. 3 pages are free.", ["Save it as PDF.", "3 pages are free."]),
        ("?.??", ["?.??"]),
        ("Come on Wed. 5 Jan. 2024 at 9. Bring tea.", ["Come on Wed. 5 Jan. 2024 at 9.", "Bring tea."]),
        ("Nach Abs. 2 ruht es. Ja.", ["Nach Abs. 2 ruht es.", "Ja."]),
        ("See http://mill.example/a?page=2 and .mill/notes.md. Go.",
         ["See http://mill.example/a?page=2 and .mill/notes.md.", "Go."]),
        ("It shuts at 9 a.m. Tuesday. It rains.", ["It shuts at 9 a.m. Tuesday.", "It rains."]),
        ("It is... mostly safe. And then... Nobody came.", ["It is... mostly safe.", "And then...", "Nobody came."]),
        ("It weighs approx. 5 tonnes. It turns.", ["It weighs approx. 5 tonnes.", "It turns."]),
        ("Rose red\nLily white\nGrass green", ["Rose red", "Lily white", "Grass green"]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_person_would_end_them(text, expected):
    assert split(text) == expected


@given(PROSE, st.data())
def test_the_enclosing_sentence_contains_the_range(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = enclosing_sentences(text, start, end)
    assert 0 <= first <= start <= end <= last <= len(text)


def test_offsets_get_the_number_of_their_sentence():
    text = "One here. Two here."
    assert sentence_numbers(text, np.array([0, 4, 10, 14])).tolist() == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Is it safe? Yes, it is.", [True, False]),
        ("5.8.  Does it return a code?\n\nMost do.", [True, True, False]),
        ("It was built in 1887.\n\nWho built it?", [False, True]),
        ("It is 42.\n\n42\nWhy?", [False, False, True]),
        ('She asked: "When?" Then she went.', [False, False]),
        ("", []),
    ],
)
def test_questions_are_told_from_statements(text, asks):
    assert interrogatives(text).tolist() == [False, *asks]


def test_a_very_long_line_is_split_without_the_segmenter():
    text = "word " * 30_000 + "end. Next."
    assert split(text)[-1] == "Next."
